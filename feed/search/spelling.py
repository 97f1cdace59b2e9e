"""Words that are said in public, to mend what was typed wrong.

Two words are a slip apart (a letter changed, left out, added, or two swapped) when both
are the same after one letter was left out of each: all such forms are stored, and one
indexed query finds the neighbours (Mor & Fraenkel, 1982). Most found are checked by
`slips`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction

from feed.models import Entry, Spelling, Word
from feed.search import index
from feed.search.index import LIMITED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

SHORTEST, LONGEST = 4, 20
"""Letters of a word that is mended: three can mean anything."""

FLOOR = 3
"""Things that everybody may see must have a word before it is suggested to anybody."""

ENOUGH = 50
"""Beyond this nobody counts in how many things a word is."""

AT_ONCE = 20
"""Entries that one run learns from."""

_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},{LONGEST}}}")


def is_word(text: str) -> bool:
    return _WORD.fullmatch(text) is not None


def forms_of(word: str) -> set[str]:
    """The word, and the word without each of its letters."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def slips(one: str, other: str) -> int:
    """Damerau's distance, in the optimal string alignment form."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]


def nearest(typed: str) -> str:
    """The word that was meant, as far as one can tell; empty for one that is said here,
    and for one that is like no other."""
    if not is_word(typed):
        return ""
    rows = Word.objects.filter(spellings__text__in=forms_of(typed)).distinct()
    known = dict(rows.values_list("text", "things")[:200])
    if typed in known:
        return ""
    most = 1 if len(typed) < 8 else 2
    near = [(slips(typed, word), -things, word) for word, things in known.items()]
    near = [one for one in near if one[0] <= most]
    return min(near)[2] if near else ""


def beginning(letters: str, *, most: int) -> list[str]:
    """Words that enough things have, the most frequent first."""
    found = Word.objects.filter(things__gte=FLOOR, text__startswith=letters)
    return list(found.order_by("-things", "text").values_list("text", flat=True)[:most])


def learn_next() -> int:
    """Take in the words of some entries that have not been learnt from yet."""
    rows = list(
        Entry.objects.filter(learnt=False)
        .order_by("pk")
        .values_list("pk", "title", "people", "words", "said")[:AT_ONCE]
    )
    words: set[str] = set()
    for _, *texts in rows:
        told = {word for text in texts for word in text.split()}
        if LIMITED not in told:
            words |= {word for word in told if is_word(word)}
    with transaction.atomic():
        known = Word.objects.filter(text__in=words, things__gte=ENOUGH)
        words -= set(known.values_list("text", flat=True))
        _store(index.spread(sorted(words), most=ENOUGH))
        Entry.objects.filter(pk__in=[row[0] for row in rows]).update(learnt=True)
    return len(words)


def forget(words: Collection[str]) -> None:
    """Of words that somebody does not say any more, count again the ones that few say."""
    rare = Word.objects.filter(text__in=set(words), things__lt=ENOUGH)
    texts = sorted(rare.values_list("text", flat=True))
    _store(index.spread(texts, most=ENOUGH))


@transaction.atomic
def learn_all() -> None:
    """The whole vocabulary again, from what the index has."""
    counted: Counter[str] = Counter()
    rows = Entry.objects.values_list("title", "people", "words", "said")
    for texts in rows.iterator(chunk_size=2000):
        told = {word for text in texts for word in text.split()}
        if LIMITED not in told:
            counted.update(word for word in told if is_word(word))
    Spelling.objects.all().delete()
    Word.objects.all().delete()
    _store({word: min(ENOUGH, things) for word, things in counted.items()})
    Entry.objects.filter(learnt=False).update(learnt=True)


def _store(spread: dict[str, int]) -> None:
    """The words that things have, with how many; the others leave."""
    gone = [word for word, things in spread.items() if not things]
    Word.objects.filter(text__in=gone).delete()
    said = {word: things for word, things in spread.items() if things}
    for some in _batches(sorted(said), 1000):
        known = set(Word.objects.filter(text__in=some).values_list("text", flat=True))
        Word.objects.bulk_create(
            [Word(text=word, things=said[word]) for word in some],
            update_conflicts=True,
            unique_fields=["text"],
            update_fields=["things"],
        )
        new = Word.objects.filter(text__in=[word for word in some if word not in known])
        Spelling.objects.bulk_create(
            [
                Spelling(text=form, word_id=pk)
                for pk, word in new.values_list("pk", "text")
                for form in sorted(forms_of(word))
            ],
            batch_size=1000,
        )


def _batches(words: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (words[at : at + size] for at in range(0, len(words), size))

"""What people type, read once and told to either database. Plain Python.

Words stand for themselves, the last one also for what begins with it; ``"in quotes"`` a
phrase; ``-not``; ``#tag``; ``@handle``; ``kind:clip``. Nothing that is typed is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feed import hashtags
from feed.search.folding import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 200
"""Characters that are read."""

MOST_TERMS = 16
KINDS = ("clip", "said", "character", "scene", "person", "tag")

_PIECES = re.compile(r'(-?)(?:"([^"]*)("|$)|(\S+))')
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "＂": '"'})
_HANDLE = re.compile(r"@([A-Za-z0-9][A-Za-z0-9._]{0,29})")


@dataclass(frozen=True, slots=True)
class Term:
    words: tuple[str, ...]
    """One after the other; of the index's own kind."""

    begins: bool = False
    """What begins with the last of the words counts too."""

    typed: str = ""
    """As it was, for whoever mends it; empty when there is nothing to mend."""

    @property
    def plain(self) -> bool:
        """Whether it may be in a name or in what is said; hashtags never are."""
        return not self.words[0].startswith("#")


@dataclass(frozen=True, slots=True)
class Query:
    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    by: tuple[str, ...] = ()
    """Handles, small letters."""

    not_by: tuple[str, ...] = ()
    kind: str = ""
    """One of ``KINDS``, when the words say so."""

    text: str = field(default="", compare=False)
    """As it was typed, as far as it was read."""

    def __bool__(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.wanted or self.by)

    @property
    def handles(self) -> tuple[str, ...]:
        return (*self.by, *self.not_by)


def parse(typed: str) -> Query:
    """Whatever is typed; what means nothing here is left out."""
    text = typed.translate(_QUOTES).replace("\0", " ")[:LONGEST]
    terms: dict[bool, list[Term]] = {True: [], False: []}
    people: dict[bool, list[str]] = {True: [], False: []}
    kind = ""
    for piece in list(_PIECES.finditer(text))[:MOST_TERMS]:
        minus, quoted, _, word = piece.groups()
        wanted = not minus
        if word is None:
            _add(terms[wanted], words_of(quoted, asked=True), begins=False)
            continue
        if word.startswith("kind:") and word[5:] in KINDS:
            kind = word[5:]
        elif handle := _HANDLE.fullmatch(word):
            people[wanted].append(handle[1].lower())
        elif tag := hashtags.name_of(word):
            terms[wanted].append(Term((f"#{tag}",)))
        else:
            # Somebody may not have finished the word they end with.
            begins = wanted and piece.end() == len(text)
            _add(terms[wanted], words_of(word, asked=True), begins=begins, typed=word)
    return Query(
        tuple(dict.fromkeys(terms[True])),
        tuple(dict.fromkeys(terms[False])),
        tuple(dict.fromkeys(people[True])),
        tuple(dict.fromkeys(people[False])),
        kind,
        text.strip(),
    )


def _add(
    terms: list[Term], words: Sequence[str], *, begins: bool, typed: str = ""
) -> None:
    if not words:
        return
    # One sign of a script without spaces is found wherever it stands.
    alone = len(words) == 1 and len(words[0]) == 1 and not words[0].isascii()
    long_enough = len(words[-1]) > 1
    terms.append(Term(tuple(words), (begins and long_enough) or alone, typed))


def for_sqlite(
    query: Query, *, token: str, column: str, people: Mapping[str, int]
) -> str:
    """An FTS5 expression. `token`: of the kind of thing; `column`: one of ``LABELS``, in
    which the words must be; `people`: handles to ids. Words have neither quotes nor
    spaces in them."""
    parts = [
        f"{{{column}}} : {_fts(term)}" if column and term.plain else _fts(term)
        for term in query.wanted
    ]
    parts += [f'"@{people[handle]}"' for handle in query.by]
    parts += [f'"{token}"'] if token else []
    unwanted = [_fts(term) for term in query.unwanted]
    unwanted += [f'"@{people[one]}"' for one in query.not_by if one in people]
    told = " AND ".join(parts)
    return f"({told}) NOT ({' OR '.join(unwanted)})" if unwanted else told


def _fts(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + (" *" if term.begins else "")


LABELS = {"title": "A", "said": "D"}
"""Columns that can be asked alone, and what Postgres calls them."""


def for_postgres(query: Query, *, column: str, people: Mapping[str, int]) -> str:
    """A tsquery, for a cast; nothing in it is parsed as text."""
    label = LABELS.get(column, "")
    parts = [_ts(term, label if term.plain else "") for term in query.wanted]
    parts += [f"'@{people[handle]}'" for handle in query.by]
    parts += [f"!{_ts(term)}" for term in query.unwanted]
    parts += [f"!'@{people[one]}'" for one in query.not_by if one in people]
    return " & ".join(parts)


def _ts(term: Term, label: str = "") -> str:
    marks = [label] * len(term.words)
    if term.begins:
        marks[-1] = "*" + label
    words = (
        f"'{word}'" + (f":{mark}" if mark else "")
        for word, mark in zip(term.words, marks, strict=True)
    )
    return f"({' <-> '.join(words)})"

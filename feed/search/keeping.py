"""The only writers of the index. Whatever is in it can be made again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from feed.models import Entry, Post, Tag
from feed.search import index, spelling
from feed.search.entries import entries_of, truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import QuerySet

STRETCH = 500
"""Rows that one run compares with the truth, of each kind; round and round."""

PAUSE = 10
"""Seconds between two such runs."""

FRESH = 40
"""Rows made again in one run: those whose counters may have grown."""

AGE = dt.timedelta(hours=6)
"""How old what the index says of a row's popularity may be."""

_COLUMNS = (
    "owner", "title", "people", "words", "said", "lines", "weight", "learnt", "updated",
)  # fmt: skip


@transaction.atomic
def note_post(post: Post) -> None:
    """A post was published, changed, taken down or brought back: the index says so at
    once, and of the tags that it has and had."""
    words = Entry.objects.filter(kind=Entry.Kind.POST, thing=post.pk)
    told = " ".join(words.values_list("words", flat=True)).split()
    had = [word[1:] for word in told if word.startswith("#")]
    tags = Tag.objects.filter(Q(posts=post) | Q(name__in=had)).distinct()
    keep(Entry.Kind.POST, [post.pk])
    keep(Entry.Kind.TAG, list(tags.values_list("pk", flat=True)))


MOST_POSTS = 300
"""Of a character that changed, whose posts are made again at once; the sweep does more."""


def note_character(pk: int) -> None:
    """Its posts are found by its name."""
    keep(Entry.Kind.CHARACTER, [pk])
    posts = Post.objects.filter(
        Q(clip__character=pk) | Q(clip__actors__character=pk)
    ).order_by("-pk")
    keep(Entry.Kind.POST, sorted(set(posts.values_list("pk", flat=True)[:MOST_POSTS])))


def note(*, kind: str, pk: int) -> None:
    """Something of another app may be found otherwise than before, or no more."""
    if kind == "character":
        note_character(pk)
    else:
        keep(Entry.Kind(kind), [pk])


@transaction.atomic
def keep(kind: str, ids: Sequence[int]) -> int:
    """How many of these are in the index now. Those that are not to be found leave it at
    once, with their words."""
    if not ids:
        return 0
    found = entries_of(kind, ids)
    there = {entry.thing for entry in found}
    before = Entry.objects.filter(kind=kind, thing__in=ids)
    drop(before.exclude(thing__in=there))
    said = _words(before)
    Entry.objects.bulk_create(
        found,
        update_conflicts=True,
        unique_fields=["kind", "thing"],
        update_fields=_COLUMNS,
    )
    spelling.forget(said - _words(before))
    return len(found)


def _words(rows: QuerySet[Entry]) -> set[str]:
    """That everybody may read in these."""
    told = rows.values_list("title", "people", "words", "said")
    words = [{word for text in row for word in text.split()} for row in told]
    return set().union(*(one for one in words if index.LIMITED not in one))


def drop(rows: QuerySet[Entry]) -> None:
    """Take these entries out, and out of the vocabulary what nobody else says."""
    words = _words(rows)
    if rows.delete()[0]:
        spelling.forget(words)


def forget_owner(*, owner: int) -> None:
    """All that was found of a person who leaves."""
    drop(Entry.objects.filter(owner=owner))


def sweep(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Compare the next rows of each kind with the truth, and learn new words."""
    mended = refreshed = 0
    if cache.add("search.swept", 1, PAUSE):
        mended = sum(compare(kind) for kind in Entry.Kind.values)
        refreshed = _refresh()
    learnt = spelling.learn_next()
    told = {"found again": mended, "freshened": refreshed, "words learnt": learnt}
    return {name: count for name, count in told.items() if count}


def compare(kind: str) -> int:
    """Add what is missing and drop what may not be found, in the newest stretch and in
    the next one of all."""
    last = truth(kind).aggregate(last=Max("pk"))["last"] or 0
    known = Entry.objects.filter(kind=kind).aggregate(last=Max("thing"))["last"] or 0
    last = max(last, known)
    cursor = f"search.compared.{kind}"
    start = cache.get(cursor, 0)
    start = start if start < last else 0
    cache.set(cursor, start + STRETCH, None)
    newest = max(0, last - STRETCH)
    mended = _stretch(kind, newest, last)
    return mended if start >= newest else mended + _stretch(kind, start, newest)


def _stretch(kind: str, after: int, until: int) -> int:
    until = min(until, after + STRETCH)
    there = set(
        truth(kind).filter(pk__gt=after, pk__lte=until).values_list("pk", flat=True)
    )
    rows = Entry.objects.filter(kind=kind, thing__gt=after, thing__lte=until)
    known = set(rows.values_list("thing", flat=True))
    for some in _batches(sorted(there ^ known), 100):
        keep(kind, some)
    return len(there ^ known)


def _refresh() -> int:
    old = Entry.objects.filter(
        kind=Entry.Kind.POST, updated__lt=timezone.now() - AGE
    ).order_by("updated")
    ids = list(old.values_list("thing", flat=True)[:FRESH])
    keep(Entry.Kind.POST, ids)
    return len(ids)


def rebuild(*, batch: int = 500) -> Iterator[tuple[str, int]]:
    """Make everything again, in batches; yields how far it is. The old rows serve until
    theirs are written."""
    for kind in Entry.Kind.values:
        done, last = 0, 0
        while ids := list(
            truth(kind)
            .filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", flat=True)[:batch]
        ):
            gone = Entry.objects.filter(kind=kind, thing__gt=last, thing__lte=ids[-1])
            drop(gone.exclude(thing__in=ids))
            done += keep(kind, ids)
            last = ids[-1]
            yield kind, done
        drop(Entry.objects.filter(kind=kind, thing__gt=last))
    spelling.learn_all()
    index.tidy()


def _batches(ids: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))

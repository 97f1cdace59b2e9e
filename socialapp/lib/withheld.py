"""Stored files that are not given out: hidden ones to their owner alone, removed ones
to nobody. Moderators may look at both.

Files are named by their content, so two people who sent in the same picture have one
file. What one of them did with it does not concern the other: the file is given out as
long as somebody else shows it, unless what it shows is itself forbidden. Apps register
with `register_use` who shows what.

On a disk the view that is asked for a file decides, each time. An object store answers by
itself whoever has a signed address: there, what nobody shows is set aside once the
decision stands (`socialapp.lib.blobs`), and put back when it is lifted. The database
decides and the storage follows it: what could not be moved at once, `reconcile` moves.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from socialapp.lib import blobs
from socialapp.lib.blobs import StorageError
from socialapp.lib.models import Withheld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.http import HttpRequest

    InUse = Callable[[str, Sequence[Withheld]], bool]
    """Name of a file and why it is withheld to whether somebody else shows it."""

log = logging.getLogger(__name__)

PERMISSION = "lib.see_withheld"

AT_ONCE_SECONDS = 3.0
"""For moving files while somebody waits for the answer; `reconcile` does the rest."""

WHOLE_SECONDS = 300.0
"""Between two comparisons of all that is withheld with all that is set aside."""

MOST = 200
"""New rows that one round of `reconcile` looks at."""

_uses: dict[str, InUse] = {}


def register_use(name: str, in_use: InUse) -> None:
    """Add who knows what else a file belongs to; a second call takes its place."""
    _uses[name] = in_use


@transaction.atomic
def withhold(
    names: Iterable[str],
    *,
    cause: str,
    owner: int | None,
    removed: bool,
    content: bool = False,
) -> None:
    """Give these files out no more, from this transaction's end on.

    `content`: not even for somebody else who has the same file. A second call with the
    same cause replaces the first.
    """
    release(cause=cause)
    rows = [
        Withheld(name=name, cause=cause, owner=owner, removed=removed, content=content)
        for name in dict.fromkeys(names)
    ]
    Withheld.objects.bulk_create(rows)
    _settle_soon(row.name for row in rows)


def release(*, cause: str) -> None:
    """Take one cause away; files that have another one stay withheld."""
    rows = Withheld.objects.filter(cause=cause)
    if blobs.is_remote():
        _settle_soon(rows.values_list("name", flat=True))
    rows.delete()


def is_removed(name: str, *, owner: int | None = None) -> bool:
    """Whether this very content was taken down: its name is its hash.

    With `owner`: for this person, who may have it by right although another has not.
    """
    removed = Withheld.objects.filter(name=name, removed=True)
    if owner is not None:
        removed = removed.filter(Q(content=True) | Q(owner=owner))
    return removed.exists()


def shown_elsewhere(name: str, causes: Sequence[Withheld]) -> bool:
    """Whether the file is somebody else's too, who shows it by right."""
    if any(one.content for one in causes):
        return False
    return any(in_use(name, causes) for in_use in _uses.values())


def may_open(request: HttpRequest, name: str) -> bool:
    """Whether this visitor may have the file. One look into an index for most."""
    causes = list(Withheld.objects.filter(name=name))
    if not causes or shown_elsewhere(name, causes):
        return True
    user = request.user
    if not user.is_authenticated:
        return False
    if user.has_perm(PERMISSION):
        return True
    return all(not one.removed and one.owner == user.pk for one in causes)


def lies_aside(name: str) -> bool:
    """Whether who may open a file finds it where withheld ones are."""
    return Withheld.objects.filter(name=name).exists() and blobs.is_aside(name)


_due = threading.local()


def _settle_soon(names: Iterable[str]) -> None:
    """When this transaction has ended, and all of it at once.

    Names of one that is rolled back stay until the next: settling asks the database.
    """
    if blobs.is_remote():
        _waiting().update(dict.fromkeys(names))
        transaction.on_commit(_settle_waiting, robust=True)


def _waiting() -> dict[str, None]:
    """Of this thread, as its connection is."""
    if not hasattr(_due, "names"):
        _due.names = {}
    names: dict[str, None] = _due.names
    return names


def _settle_waiting() -> None:
    names, until = list(_waiting()), time.monotonic() + AT_ONCE_SECONDS
    _waiting().clear()
    try:
        for name in names:
            if time.monotonic() > until:
                log.info("Files of a long decision are moved by reconcile")
                return
            settle(name)
    except StorageError as error:
        log.warning("Withheld files are moved by reconcile: %s", error)


def settle(name: str) -> bool:
    """Bring one file of an object store to where the database wants it; whether it was
    moved. Where somebody else shows it, it stays: `lies_aside` finds it in both places.

    StorageError when the storage does not do as it was asked.
    """
    causes = list(Withheld.objects.filter(name=name))
    if not causes:
        return blobs.put_back(name)
    return not shown_elsewhere(name, causes) and blobs.set_aside(name)


@dataclass
class _Round:
    """What this process has seen to; a new one begins with everything."""

    row: int = 0
    """Rows up to this one."""

    compared: float = float("-inf")
    """When everything was, by the monotonic clock."""

    empty: set[str] = field(default_factory=set)
    """Withheld names without a file: what was deleted is withheld for good."""


_round = _Round()


def reconcile(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Move what could not be moved when it was decided: ``manage.py reconcile`` calls
    this. New rows each time, everything now and then."""
    moved = 0
    if blobs.is_remote():
        try:
            whole = time.monotonic() - _round.compared >= WHOLE_SECONDS
            moved = _compare() if whole else _settle_new()
        except StorageError as error:
            log.warning("Withheld files could not be moved: %s", error)
    return {"withheld files moved": moved}


def _settle_new() -> int:
    rows = list(Withheld.objects.filter(pk__gt=_round.row).order_by("pk")[:MOST])
    moved = 0
    for row in rows:
        moved += settle(row.name)
        _round.row = row.pk
    return moved


def _compare() -> int:
    began = time.monotonic()
    last = Withheld.objects.order_by("-pk").values_list("pk", flat=True).first()
    aside = blobs.names_aside()
    names = set(Withheld.objects.values_list("name", flat=True).distinct())
    moved = sum(settle(name) for name in aside - names)
    for name in names - aside - _round.empty:
        if settle(name):
            moved += 1
        elif not blobs.is_stored(name):
            _round.empty.add(name)
    _round.row, _round.compared = last or 0, began
    return moved

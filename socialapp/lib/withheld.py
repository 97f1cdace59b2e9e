"""Stored files that are not given out: hidden ones to their owner alone, removed ones
to nobody. Moderators may look at both.

Files are named by their content, so two people who sent in the same picture have one
file. What one of them did with it does not concern the other: the file is given out as
long as somebody else shows it, unless what it shows is itself forbidden. Apps register
with `register_use` who shows what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from socialapp.lib.models import Withheld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.http import HttpRequest

    InUse = Callable[[str, Sequence[Withheld]], bool]
    """Name of a file and why it is withheld to whether somebody else shows it."""

PERMISSION = "lib.see_withheld"

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
    Withheld.objects.bulk_create(
        Withheld(name=name, cause=cause, owner=owner, removed=removed, content=content)
        for name in dict.fromkeys(names)
    )


def release(*, cause: str) -> None:
    """Take one cause away; files that have another one stay withheld."""
    Withheld.objects.filter(cause=cause).delete()


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

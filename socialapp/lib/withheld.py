"""Stored files that are not given out: hidden ones to their owner alone, removed ones
to nobody. Moderators may look at both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from socialapp.lib.models import Withheld

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

PERMISSION = "lib.see_withheld"


@transaction.atomic
def withhold(
    names: Iterable[str], *, cause: str, owner: int | None, removed: bool
) -> None:
    """Give these files out no more, from this transaction's end on.

    A second call with the same cause replaces the first.
    """
    release(cause=cause)
    Withheld.objects.bulk_create(
        Withheld(name=name, cause=cause, owner=owner, removed=removed)
        for name in dict.fromkeys(names)
    )


def release(*, cause: str) -> None:
    """Take one cause away; files that have another one stay withheld."""
    Withheld.objects.filter(cause=cause).delete()


def is_removed(name: str) -> bool:
    """Whether this very content was taken down: its name is its hash."""
    return Withheld.objects.filter(name=name, removed=True).exists()


def may_open(request: HttpRequest, name: str) -> bool:
    """Whether this visitor may have the file. One look into an index for most."""
    causes = list(Withheld.objects.filter(name=name))
    if not causes:
        return True
    user = request.user
    if not user.is_authenticated:
        return False
    if user.has_perm(PERMISSION):
        return True
    return all(not one.removed and one.owner == user.pk for one in causes)

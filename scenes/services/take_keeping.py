"""Takes that nobody uses any more go, with their sounds."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from scenes.models import LineTake, TakeUse
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from socialapp.accounts.models import User

HOUR = 3600

AT_ONCE = 500
"""Removed in one round; the next one goes on."""


def sweep_hourly(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001 - see reconcile
    """`sweep`, however often it is asked for, once an hour."""
    if not cache.add("scenes.takes", True, HOUR):
        return {"takes_removed": 0}
    return {"takes_removed": sweep()}


def sweep() -> int:
    """Remove what nobody uses; how many takes. What moderation withholds stays, so that it can
    be put back; what an author or an owner removed does not come back."""
    gone = Q(scene__removed__isnull=False) | Q(character__removed__isnull=False)
    TakeUse.objects.filter(gone).delete()
    left = _UNUSED
    if settings.SCENE_TAKES_DAYS:
        oldest = timezone.now() - timedelta(days=settings.SCENE_TAKES_DAYS)
        left |= Q(used__lt=oldest)
    return remove_takes(ids=_some(left))


def forget_person(*, person: User) -> int:
    """Remove what their characters say, and what is said in their scenes, unless somebody
    else says it too; how many takes."""
    theirs = Q(character__owner=person) | Q(scene__owner=person)
    TakeUse.objects.filter(theirs).delete()
    done = 0
    while ids := _some(_UNUSED):
        done += remove_takes(ids=ids)
    return done


_UNUSED = Q(~Exists(TakeUse.objects.filter(take=OuterRef("pk"))))
"""A take and its first use are written together."""


def _some(left: Q) -> list[int]:
    found = LineTake.objects.filter(left).exclude(state=LineTake.State.MAKING)
    return list(found.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def remove_takes(*, ids: Iterable[int]) -> int:
    """The rows, and those of their sounds that no other take has; how many rows."""
    takes = LineTake.objects.filter(pk__in=list(ids))
    refs = {ref for ref in takes.values_list("sound", flat=True) if ref}
    count = takes.count()
    takes.delete()
    kept = set(LineTake.objects.filter(sound__in=refs).values_list("sound", flat=True))
    for ref in refs - kept:
        transaction.on_commit(partial(blobs.remove, ref), robust=True)
    return count

"""How much of what is said to have been watched can have been: time passes once.

Pages and apps say themselves for how long something was watched or on screen. Of each
viewer we keep up to when their time is accounted for. What counts pushes that moment on,
never past now, so that however many posts are named at once, no more counts than somebody
who was here since could have watched.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from django.utils import timezone

from feed.models import Attention

if TYPE_CHECKING:
    Kind = Literal["watched", "looked"]

SPEED = 2.5
"""Seconds of clips that can be watched in one: players go up to 2, and messages do not
take the same time every time."""

KEPT = dt.timedelta(days=1)
"""Nobody saves up more: a viewer without a row is one who has been idle."""


def hold(viewer: str, now: dt.datetime) -> Attention:
    """Theirs, in a transaction: whatever else is told of this viewer waits for it."""
    free = now - KEPT
    Attention.objects.get_or_create(
        viewer=viewer, defaults={"watched": free, "looked": free}
    )
    return Attention.objects.select_for_update().get(viewer=viewer)


def left(
    attention: Attention, kind: Kind, *, most: float, now: dt.datetime
) -> dt.timedelta:
    """Time of theirs that nothing was counted for yet; `most`: seconds that can have been
    saved up."""
    until: dt.datetime = getattr(attention, kind)
    since = max(until, now - dt.timedelta(seconds=most))
    return max(dt.timedelta(0), now - since)


def spend(
    attention: Attention, kind: Kind, seconds: float, *, most: float, now: dt.datetime
) -> None:
    """Account for `seconds` of what is `left`."""
    begins = now - left(attention, kind, most=most, now=now)
    setattr(attention, kind, begins + dt.timedelta(seconds=seconds))
    attention.save(update_fields=[kind])


def forget_attention(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Delete what says nothing any more; called by ``reconcile``."""
    old = timezone.now() - KEPT
    gone, _ = Attention.objects.filter(watched__lt=old, looked__lt=old).delete()
    return {"viewers' times forgotten": gone} if gone else {}

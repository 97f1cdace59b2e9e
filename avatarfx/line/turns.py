"""Round robin by person, as a number on each clip.

Start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996) with a clip as the packet
and a person as the flow: a clip that enters a lane gets the round after its owner's last
one, but no earlier round than the one that is being served. The line is then simply in
order of that number, so a claim reads the first entry of an index however many wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Max
from django.db.models.functions import Now

from avatarfx.models import Clip

if TYPE_CHECKING:
    from avatarfx.models import ClipQuerySet

SPAN = 10**10
"""A turn is a round times this, plus the number of a clip: no two are the same, and in
one round who came first goes first."""

PATIENCE = 4
"""So many claims in a row may pass the background by; the next one is its."""


def waiting(lane: str) -> ClipQuerySet:
    """A lane in the order in which it is served."""
    return Clip.objects.filter(state=Clip.State.QUEUED, lane=lane).order_by("turn")


def enter(clip: Clip) -> None:
    """Give a stored clip its turn; for callers that hold its owner's row.

    When it came is written down by the database's clock, with its turn.
    """
    clip.turn = turn_of(clip)
    Clip.objects.filter(pk=clip.pk).update(turn=clip.turn, queued_at=Now())
    clip.refresh_from_db(fields=["queued_at"])


def turn_of(clip: Clip) -> int:
    """The turn that it gets if it enters the line now."""
    of_lane = Clip.objects.filter(lane=clip.lane)
    served = of_lane.filter(fence__gt=0).exclude(state=Clip.State.QUEUED)
    now = _last(served) // SPAN
    mine = _last(of_lane.filter(owner=clip.owner_id)) // SPAN
    return max(now, mine + 1) * SPAN + clip.pk


def give_up(clip: Clip) -> None:
    """Its owner's later clips move up by the round that this one leaves.

    For one that was never claimed: call it while it still has its turn.
    """
    mine = waiting(clip.lane).filter(owner=clip.owner_id, turn__gt=clip.turn)
    mine.order_by().update(turn=F("turn") - SPAN)


def _last(clips: ClipQuerySet) -> int:
    return clips.aggregate(last=Max("turn"))["last"] or 0

"""How many clips may wait: of one person, and in the whole house."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Avg

from avatarfx.errors import LineFullError
from avatarfx.line import paces, places
from avatarfx.models import Clip

if TYPE_CHECKING:
    from avatarfx.line.paces import Pace, Span
    from socialapp.accounts.models import User

log = logging.getLogger(__name__)

NOBODY_WORKS_SECONDS = 300
"""When to ask again while no worker is there to make room."""


def admit(owner: User) -> None:
    """LineFullError when no more of this person's clips, or of anybody's, may wait.

    For callers that hold the owner's row, so that requests at once are counted one by
    one; the limit of the house may be passed by as many as ask in the same moment.
    """
    queued = Clip.objects.filter(state=Clip.State.QUEUED)
    mine = queued.filter(owner=owner).count()
    if mine >= settings.QUEUE_PER_PERSON:
        raise _refusal(
            f"{mine} of your clips are in line, and that is as many as one person may"
            " have there.",
            _until_one_of(owner, paces.learn()),
            "Cancel one on the page My clips, or send it later.",
        )
    if queued.count() >= settings.QUEUE_LIMIT:
        log.warning("The line is full: %d clips wait", settings.QUEUE_LIMIT)
        raise _refusal(
            f"The line is full: {settings.QUEUE_LIMIT} clips wait.",
            _until_any(paces.learn()),
            "Send it again then.",
        )


def _refusal(why: str, left: Span | None, way_out: str) -> LineFullError:
    if left is None:
        when = "Nobody renders at the moment, so it is not known when there is room."
        wait = NOBODY_WORKS_SECONDS
    else:
        when = f"There is room in {places.in_words(left)}."
        wait = max(1, places.seconds(left) or 0)
    return LineFullError(
        f"{why} {when} {way_out} Nothing was spent.",
        retry_after=wait,
    )


def _until_one_of(owner: User, pace: Pace) -> Span | None:
    """Until the first of theirs leaves the line."""
    first = Clip.objects.filter(owner=owner, state=Clip.State.QUEUED).order_by(
        "lane", "turn"
    )
    found: list[Clip] = list(first.filter(lane=Clip.Lane.NOW)[:1]) + list(
        first.filter(lane=Clip.Lane.LATER)[:1]
    )
    left = [one.left for one in places.standings(found, pace).values() if one.left]
    return min(left, key=lambda span: span.usual, default=None)


def _until_any(pace: Pace) -> Span | None:
    """Until the next clip of the house leaves it."""
    if not pace.hands:
        return None
    queued = Clip.objects.filter(state=Clip.State.QUEUED)
    usual = queued.aggregate(lasts=Avg("lasts"))["lasts"] or 0.0
    return pace.work(Clip.Rung.FULL, usual).times(1 / pace.hands)

"""Where a clip stands, and when it is done: under round robin, for any length of line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from avatarfx.line import turns
from avatarfx.line.paces import NOTHING, Pace, Span
from avatarfx.models import Clip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avatarfx.models import ClipQuerySet


@dataclass(frozen=True, slots=True)
class Standing:
    place: int | None
    """1: next. None: it does not wait."""

    left: Span | None
    """Seconds until it is done; None: it is not on its way, or nobody makes it."""

    lacks: str = ""
    """Why no worker that runs can make it, in words."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """Some clips of a line, together."""

    clips: int
    work: Span

    def __add__(self, other: _Sum) -> _Sum:
        return _Sum(self.clips + other.clips, self.work + other.work)

    def first(self, clips: int) -> _Sum:
        """So many of them; each is taken to be like all."""
        if not self.clips:
            return self
        share = min(clips, self.clips)
        return _Sum(share, self.work.times(share / self.clips))


NOBODY = _Sum(0, NOTHING)


def standing(clip: Clip, pace: Pace) -> Standing:
    return standings([clip], pace)[clip.pk]


def standings(clips: Iterable[Clip], pace: Pace) -> dict[int, Standing]:
    """By number of the clip. What lies between two of them is added up once, so the
    longest line is read once whatever is asked of it."""
    clips = list(clips)
    found = {clip.pk: _of_one(clip, pace) for clip in clips}
    for lane in Clip.Lane.values:
        waiting = [c for c in clips if c.state == Clip.State.QUEUED and c.lane == lane]
        if waiting:
            found |= _of_lane(lane, waiting, pace)
    return found


def _of_one(clip: Clip, pace: Pace) -> Standing:
    if clip.state != Clip.State.RENDERING:
        return Standing(None, None)
    return Standing(None, _rest(clip.aim, clip.lasts, clip.percent, pace))


def _of_lane(lane: str, clips: list[Clip], pace: Pace) -> dict[int, Standing]:
    found = {}
    line = turns.waiting(lane)
    begun = _begun(pace)
    others = _add_up(turns.waiting(_other(lane)), pace)
    ahead, behind = NOBODY, 0
    for clip in sorted(clips, key=lambda clip: clip.turn):
        between = line.filter(turn__gt=behind, turn__lt=clip.turn)
        ahead += _add_up(between, pace)
        before = ahead + others.first(_passing(lane, ahead.clips))
        own = pace.work(clip.aim, clip.lasts)
        lacks = pace.nobody(clip)
        known = pace.hands and not lacks
        left = _wait(begun + before, pace.hands) + own if known else None
        found[clip.pk] = Standing(before.clips + 1, left, lacks)
        ahead += _Sum(1, own)
        behind = clip.turn
    return found


def _wait(before: _Sum, hands: int) -> Span:
    """Until one of so many hands is free."""
    return NOTHING if before.clips < hands else before.work.times(1 / hands)


def _passing(lane: str, ahead: int) -> int:
    """How many of the other lane are served first, if there are so many."""
    if lane == Clip.Lane.NOW:
        return ahead // turns.PATIENCE
    return (ahead + 1) * turns.PATIENCE


def _other(lane: str) -> str:
    return Clip.Lane.LATER if lane == Clip.Lane.NOW else Clip.Lane.NOW


def _begun(pace: Pace) -> _Sum:
    """What is being made, as far as it is not made yet."""
    rendering = Clip.objects.filter(state=Clip.State.RENDERING)
    total = NOBODY
    for aim, lasts, percent in rendering.values_list("aim", "lasts", "percent"):
        total += _Sum(1, _rest(aim, lasts, percent, pace))
    return total


def _rest(aim: str, lasts: float, percent: int, pace: Pace) -> Span:
    return pace.work(aim, lasts).times(1 - percent / 100)


def _add_up(clips: ClipQuerySet, pace: Pace) -> _Sum:
    total = NOBODY
    sums = clips.order_by().values("aim").annotate(n=Count("*"), film=Sum("lasts"))
    for row in sums:
        total += _Sum(row["n"], pace.work(row["aim"], row["film"], row["n"]))
    return total


def seconds(span: Span | None) -> int | None:
    return None if span is None else math.ceil(span.usual)


def in_words(span: Span | None) -> str:
    """``about 40 seconds``, ``2 to 5 minutes``; empty for None.

    A range where the later end is half as much again as the earlier one, or more.
    """
    if span is None:
        return ""
    if span.high < 5:
        return "a moment"
    unit, size = _unit(span.usual)
    step = size * (10 if unit == "second" and span.usual >= 20 else 1)
    if span.high < 1.5 * span.low:
        usual = math.ceil(span.usual / step) * step // size
        return f"about {usual} {unit}{'' if usual == 1 else 's'}"
    low = max(1, math.floor(span.low / step) * step // size)
    high = math.ceil(span.high / step) * step // size
    return f"{low} to {high} {unit}s"


def _unit(length: float) -> tuple[str, int]:
    if length < 90:
        return "second", 1
    return ("minute", 60) if length < 90 * 60 else ("hour", 3600)

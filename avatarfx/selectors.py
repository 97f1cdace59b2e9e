"""What a person who waits for a clip is told, and what can stand behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.templatetags.static import static

from avatarfx import remixes
from avatarfx.models import Clip, ClipQuerySet, Render
from avatarfx.progressive import state as live
from avatarfx.transcript import Line, lines_of
from socialapp.acting.script import estimate_seconds
from socialapp.content import backgrounds as built_in
from socialapp.provenance import subjects
from socialapp.provenance.subjects import Description

if TYPE_CHECKING:
    from collections.abc import Iterable

    from socialapp.characters.models import Character

STAGES = {
    "voice": "Voice",
    "movement": "Movement",
    "check": "Quality check",
    "sign": "Signature",
    "finish": "Saving",
}
"""Stage of a render to what a person reads, in order."""

UNKNOWN_RATE = 1.5
"""Seconds of work for a second of clip, until this copy has learnt its own."""

OVERHEAD_SECONDS = 1.5
"""Loading pictures, storing files: the same for short and long clips."""

LEARN_FROM = 20
"""Newest renders that the rate is learnt from."""


def cast_of(clip: Clip) -> list[Character]:
    """Everybody on stage, from the left; the lead alone for clips without a list."""
    actors = clip.actors.select_related("character__portrait").order_by("seat")
    return [actor.character for actor in actors] or [clip.character]


def origin_of(key: str) -> str:
    """The subject that a clip is a remix of, as provenance calls it; empty: of none. It
    may be gone."""
    recipe = Clip.objects.filter(key=key).values_list("recipe", flat=True).first()
    origin = remixes.origin_of(recipe or {})
    return f"clip:{origin}" if origin else ""


@dataclass(frozen=True, slots=True)
class Origin:
    """What the owner of a remix is told of what it was made of."""

    label: str
    """How, in words."""

    public: Description | None
    """None: it is not on show, or not any more."""


def origin_for_owner(clip: Clip) -> Origin | None:
    """None for what is no remix. Of somebody else's clip it says what anybody may know;
    who remixed their own is led to it."""
    if not clip.remix_label:
        return None
    original = clip.original
    if original and original.owner_id == clip.owner_id and not original.removed:
        own = Description(original.name, by="you", url=original.get_absolute_url())
        return Origin(clip.remix_label, own)
    return Origin(clip.remix_label, subjects.describe(origin_of(clip.key)))


def said_in(clip: Clip) -> list[tuple[str, Line]]:
    """What is said, with the speaker's name where several speak and another one begins."""
    performance = clip.as_performance()
    lines = lines_of(performance) if performance else []
    names = dict(clip.actors.values_list("seat", "character__name"))
    told = list[tuple[str, Line]]()
    last = ""
    for line in lines:
        changes = len(names) > 1 and line.seat != last
        told.append((names.get(line.seat, "") if changes else "", line))
        last = line.seat
    return told


def progress_of(clip: Clip, *, rate: float | None = None) -> dict[str, Any]:
    """What socket, API and page say of a clip: JSON values only."""
    rate = learnt_rate() if rate is None else rate
    place = place_of(clip)
    return {
        "key": clip.key,
        "title": clip.name,
        "state": clip.state,
        "state_label": Clip.State(clip.state).label,
        "stage": clip.stage,
        "stage_label": STAGES.get(clip.stage, ""),
        "steps": _steps(clip),
        "percent": 100 if clip.state == Clip.State.READY else clip.percent,
        "place": place,
        "eta_seconds": _eta(clip, place, rate),
        "detail": clip.detail,
        "error": clip.error,
        "rung": clip.rung,
        "rung_label": Clip.Rung(clip.rung).label if clip.rung else "",
        "rung_reason": clip.rung_reason,
        "seconds": clip.seconds,
        "live": live.told(clip),
        "url": clip.get_absolute_url(),
    }


def progress_of_all(clips: Iterable[Clip]) -> list[dict[str, Any]]:
    """The same for a list, with the rate learnt once."""
    rate = learnt_rate()
    return [progress_of(clip, rate=rate) for clip in clips]


def place_of(clip: Clip) -> int | None:
    """1: next. None: it does not wait."""
    if clip.state != Clip.State.QUEUED:
        return None
    return _ahead(clip).filter(state=Clip.State.QUEUED).count() + 1


def learnt_rate() -> float:
    """Seconds of work for a second of clip, from the newest renders of this copy."""
    done = Render.objects.filter(outcome="ready", clip__seconds__gt=0).order_by("-id")
    rates = [
        max(0.0, (ended - started).total_seconds() - OVERHEAD_SECONDS) / seconds
        for started, ended, seconds in done.values_list(
            "started", "ended", "clip__seconds"
        )[:LEARN_FROM]
        if ended and seconds
    ]
    return median(rates) if rates else UNKNOWN_RATE


def backgrounds() -> list[dict[str, str]]:
    """The built-in ones: name, title, URL of the drawing."""
    return [
        {"name": name, "title": title, "url": static(f"backgrounds/{name}.svg")}
        for name, title in built_in.TITLES.items()
    ]


def _ahead(clip: Clip) -> ClipQuerySet:
    """Open clips that are done before this one."""
    return Clip.objects.open().filter(
        Q(state=Clip.State.RENDERING)
        | Q(queued_at__lt=clip.queued_at)
        | Q(queued_at=clip.queued_at, pk__lt=clip.pk)
    )


def _eta(clip: Clip, place: int | None, rate: float) -> int | None:
    """Whole seconds until it is done; None when it is not on its way."""
    if clip.state == Clip.State.RENDERING:
        return math.ceil(_work(clip, rate) * (1 - clip.percent / 100))
    if place is None:
        return None
    before = sum(
        _work(other, rate) * (1 - other.percent / 100)
        for other in _ahead(clip)
        .exclude(pk=clip.pk)
        .only("script", "percent", "recipe")
    )
    return math.ceil(before + _work(clip, rate))


def _work(clip: Clip, rate: float) -> float:
    speed = float(clip.recipe["cast"][0]["voice"]["speed"])
    return OVERHEAD_SECONDS + rate * estimate_seconds(clip.script, speed)


def _steps(clip: Clip) -> list[dict[str, Any]]:
    """The ladder of the page: each stage with ``done``, ``now`` or ``todo``."""
    names = list(STAGES)
    if clip.state == Clip.State.READY:
        reached = len(names)
    else:
        reached = names.index(clip.stage) if clip.stage in STAGES else -1
    rendering = clip.state == Clip.State.RENDERING
    return [
        {
            "name": name,
            "label": STAGES[name],
            "state": "done"
            if i < reached
            else "now"
            if i == reached and rendering
            else "todo",
        }
        for i, name in enumerate(names)
    ]

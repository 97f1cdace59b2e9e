"""What a person who waits for a clip is told, and what can stand behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Min
from django.templatetags.static import static

from avatarfx import beds as built_in_beds
from avatarfx import remixes
from avatarfx.line import paces, places
from avatarfx.line.paces import Pace
from avatarfx.models import Clip
from avatarfx.progressive import state as live
from avatarfx.transcript import Line, lines_of
from socialapp.content import backgrounds as built_in
from socialapp.provenance import subjects
from socialapp.provenance.subjects import Description

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avatarfx.line.places import Standing
    from socialapp.characters.models import Character

STAGES = {
    "voice": "Voice",
    "movement": "Movement",
    "check": "Quality check",
    "sign": "Signature",
    "finish": "Saving",
}
"""Stage of a render to what a person reads, in order."""


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


def progress_of(clip: Clip) -> dict[str, Any]:
    """What socket, API and page say of a clip: JSON values only."""
    return _progress(clip, places.standing(clip, _pace([clip])))


def progress_of_all(clips: Iterable[Clip]) -> list[dict[str, Any]]:
    """The same for a list, for which the line is read once."""
    clips = list(clips)
    standings = places.standings(clips, _pace(clips))
    return [_progress(clip, standings[clip.pk]) for clip in clips]


def moves_of_all(clips: Iterable[Clip]) -> dict[int, list[str]]:
    """Where each of one person's clips can be moved among theirs, by its number."""
    clips = list(clips)
    mine = Clip.objects.filter(
        owner__in={clip.owner_id for clip in clips}, state=Clip.State.QUEUED
    )
    ends = {
        (owner, lane): (first, last)
        for owner, lane, first, last in mine.order_by()
        .values_list("owner", "lane")
        .annotate(first=Min("turn"), last=Max("turn"))
    }
    found = {}
    for clip in clips:
        first, last = ends.get((clip.owner_id, clip.lane), (0, 0))
        waits = clip.state == Clip.State.QUEUED
        sooner = ["front", "up"] if waits and clip.turn > first else []
        later = ["down"] if waits and clip.turn < last else []
        found[clip.pk] = [*sooner, *later]
    return found


def _pace(clips: Iterable[Clip]) -> Pace:
    """Learnt only if somebody waits."""
    return Pace() if all(clip.finished_for_good for clip in clips) else paces.learn()


def _progress(clip: Clip, standing: Standing) -> dict[str, Any]:
    left = standing.left
    return {
        "key": clip.key,
        "title": clip.name,
        "state": clip.state,
        "state_label": Clip.State(clip.state).label,
        "stage": clip.stage,
        "stage_label": STAGES.get(clip.stage, ""),
        "steps": _steps(clip),
        "percent": 100 if clip.state == Clip.State.READY else clip.percent,
        "place": standing.place,
        "eta_seconds": places.seconds(left),
        "eta_range": [math.floor(left.low), math.ceil(left.high)] if left else None,
        "eta_words": _wait(clip, standing),
        "lane": clip.lane,
        "detail": clip.detail,
        "error": clip.error,
        "rung": clip.rung,
        "rung_label": Clip.Rung(clip.rung).label if clip.rung else "",
        "rung_reason": clip.rung_reason,
        "seconds": clip.seconds,
        "live": live.told(clip),
        "url": clip.get_absolute_url(),
    }


def backgrounds() -> list[dict[str, str]]:
    """The built-in ones: name, title, URL of the drawing."""
    return [
        {"name": name, "title": title, "url": static(f"backgrounds/{name}.svg")}
        for name, title in built_in.TITLES.items()
    ]


def beds() -> list[dict[str, str]]:
    """The built-in music: name, title, mood, URL of the file."""
    return [
        {
            "name": name,
            "title": title,
            "mood": built_in_beds.MOODS[name],
            "url": static(f"beds/{name}.{built_in_beds.EXTENSION}"),
        }
        for name, title in built_in_beds.TITLES.items()
    ]


def _wait(clip: Clip, standing: Standing) -> str:
    if standing.left is None and not clip.finished_for_good:
        return f"unknown: {standing.lacks or 'nobody renders at the moment'}"
    return places.in_words(standing.left)


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

"""Cut and join performances: live and stored are the same thing.

The law of slices, tested with random performances: between keys,
``join(cut(p, 0, t), cut(p, t, p.seconds)) == p``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from socialapp.performance.beds import cut_bed, join_beds
from socialapp.performance.curves import Smooth
from socialapp.performance.timeline import (
    Blink,
    CameraKey,
    Caption,
    Expression,
    Glance,
    MadeBy,
    Part,
    Performance,
    Phone,
    Pose,
    Sound,
    Viseme,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SpanT = TypeVar("SpanT", bound=Phone | Viseme | Blink | Caption)
KeyT = TypeVar("KeyT", bound=Expression | Glance | CameraKey)

SAME = 2e-6
"""Pose values closer than this are the same; cut and join round to a millionth."""


def cut(
    whole: Performance,
    start: float,
    end: float,
    *,
    sounds: Mapping[str, Sound | None] | None = None,
) -> Performance:
    """The stretch from `start` to `end`, its clock starting at zero.

    What is in force at `start` (mood, glance, camera, pose) is repeated there, and what
    spans an edge is trimmed, so the slice looks by itself as it did in the whole.
    Between keys, ``join(cut(p, 0, t), cut(p, t, p.seconds)) == p``. Samples are not at
    hand here: `sounds` names the cut sound of each seat, without it the whole one stays.
    """
    if not 0.0 <= start < end <= whole.seconds:
        raise ValueError(f"Cannot cut {start} to {end} out of {whole.seconds} seconds")
    parts = []
    for part in whole.parts:
        words = [
            i
            for i, c in enumerate(part.captions)
            if _overlaps(c.at, c.until, start, end)
        ]
        first = words[0] if words else 0
        phones = tuple(
            replace(p, word=p.word - first if p.word in words else -1)
            for p in _cut_spans(part.phones, start, end)
        )
        parts.append(
            Part(
                seat=part.seat,
                sound=sounds.get(part.seat) if sounds else part.sound,
                phones=phones,
                visemes=_cut_spans(part.visemes, start, end),
                expressions=_cut_keys(part.expressions, start, end),
                poses=_cut_poses(part.poses, start, end),
                glances=_cut_keys(part.glances, start, end),
                blinks=_cut_spans(part.blinks, start, end),
                captions=_cut_spans(part.captions, start, end),
            )
        )
    stage = replace(
        whole.stage,
        camera=_cut_keys(whole.stage.camera, start, end),
        panels=tuple(
            replace(panel, camera=_cut_keys(panel.camera, start, end))
            for panel in whole.stage.panels
        ),
    )
    return Performance(
        _micro(end - start),
        tuple(parts),
        stage,
        whole.made_by,
        cut_bed(whole.bed, start, end),
    )


def join(
    first: Performance,
    second: Performance,
    *,
    sounds: Mapping[str, Sound | None] | None = None,
) -> Performance:
    """One after the other. Seats, shape and panels must agree, else ValueError.

    What `cut` repeated or trimmed at the seam becomes one again. Where the two sounds
    of a seat differ, `sounds` must name the one that holds both.
    """
    seats = [part.seat for part in first.parts]
    if seats != [part.seat for part in second.parts]:
        raise ValueError(f"Only the same seats can follow {', '.join(seats)}")
    if first.stage.shape != second.stage.shape:
        raise ValueError(f"{second.stage.shape} cannot follow {first.stage.shape}")
    split = [panel.seats for panel in first.stage.panels]
    if split != [panel.seats for panel in second.stage.panels]:
        raise ValueError("Only a frame that is split alike can follow")
    seam = first.seconds
    parts = []
    for a, b in zip(first.parts, second.parts, strict=True):
        captions = _join_spans(a.captions, b.captions, seam)
        merged = len(a.captions) + len(b.captions) - len(captions)
        shift = len(a.captions) - merged
        later = tuple(
            replace(p, word=p.word + shift) if p.word >= 0 else p for p in b.phones
        )
        parts.append(
            Part(
                seat=a.seat,
                sound=_join_sound(a, b, sounds),
                phones=_join_spans(a.phones, later, seam),
                visemes=_join_spans(a.visemes, b.visemes, seam),
                expressions=_join_keys(a.expressions, b.expressions, seam),
                poses=_join_poses(a.poses, b.poses, seam),
                glances=_join_keys(a.glances, b.glances, seam),
                blinks=_join_spans(a.blinks, b.blinks, seam),
                captions=captions,
            )
        )
    stage = replace(
        first.stage,
        places={**second.stage.places, **first.stage.places},
        camera=_join_keys(first.stage.camera, second.stage.camera, seam),
        panels=tuple(
            replace(a, camera=_join_keys(a.camera, b.camera, seam))
            for a, b in zip(first.stage.panels, second.stage.panels, strict=True)
        ),
    )
    return Performance(
        _micro(seam + second.seconds),
        tuple(parts),
        stage,
        _join_makers(first.made_by, second.made_by),
        join_beds(first.bed, second.bed, seam),
    )


def _micro(seconds: float) -> float:
    """Whole microseconds, so that adding and taking away a shift is exact."""
    return round(seconds, 6)


def _overlaps(at: float, until: float, start: float, end: float) -> bool:
    return start <= at < end if at == until else at < end and until > start


def _cut_spans(spans: Sequence[SpanT], start: float, end: float) -> tuple[SpanT, ...]:
    return tuple(
        replace(
            s,
            at=_micro(max(s.at, start) - start),
            until=_micro(min(s.until, end) - start),
        )
        for s in spans
        if _overlaps(s.at, s.until, start, end)
    )


def _cut_keys(keys: Sequence[KeyT], start: float, end: float) -> tuple[KeyT, ...]:
    inside: list[KeyT] = [
        replace(k, at=_micro(k.at - start)) for k in keys if start <= k.at < end
    ]
    before = [k for k in keys if k.at < start]
    if before and not (inside and inside[0].at == 0.0):
        inside.insert(0, replace(before[-1], at=0.0))
    return tuple(inside)


def _cut_poses(poses: Sequence[Pose], start: float, end: float) -> tuple[Pose, ...]:
    if not poses:
        return ()
    curve = _curve(poses)
    inside = [replace(p, at=_micro(p.at - start)) for p in poses if start <= p.at < end]
    if start > 0.0 and not (inside and inside[0].at == 0.0):
        inside.insert(0, _pose_at(curve, start, 0.0))
    if poses[-1].at >= end or not inside:
        inside.append(_pose_at(curve, end, _micro(end - start)))
    return tuple(inside)


def _curve(poses: Sequence[Pose]) -> Smooth:
    return Smooth([(p.at, (p.yaw, p.pitch, p.roll, p.x, p.y)) for p in poses])


def _pose_at(curve: Smooth, t: float, at: float) -> Pose:
    return Pose(at, *(_micro(value) for value in curve.at(t)))


def _join_spans(
    first: Sequence[SpanT], second: Sequence[SpanT], seam: float
) -> tuple[SpanT, ...]:
    later: list[SpanT] = [
        replace(s, at=_micro(s.at + seam), until=_micro(s.until + seam)) for s in second
    ]
    if first and later and first[-1].until == seam == later[0].at:
        whole: SpanT = replace(later[0], at=first[-1].at)
        if replace(first[-1], until=whole.until) == whole:
            return (*first[:-1], whole, *later[1:])
    return (*first, *later)


def _join_keys(
    first: Sequence[KeyT], second: Sequence[KeyT], seam: float
) -> tuple[KeyT, ...]:
    later: list[KeyT] = [replace(k, at=_micro(k.at + seam)) for k in second]
    if first and later and later[0] == replace(first[-1], at=seam):
        del later[0]
    return (*first, *later)


def _join_poses(
    first: Sequence[Pose], second: Sequence[Pose], seam: float
) -> tuple[Pose, ...]:
    later = [replace(p, at=_micro(p.at + seam)) for p in second]
    if not first or not later:
        return (*first, *later)
    if len(later) == 1 and later[0] == replace(first[-1], at=seam):
        return tuple(first)
    if first[-1] != later[0]:
        return (*first, *later)
    without = (*first[:-1], *later[1:])
    if without and _close(_pose_at(_curve(without), seam, seam), later[0]):
        return without
    return (*first[:-1], *later)


def _close(a: Pose, b: Pose) -> bool:
    return all(
        abs(x - y) < SAME
        for x, y in (
            (a.yaw, b.yaw),
            (a.pitch, b.pitch),
            (a.roll, b.roll),
            (a.x, b.x),
            (a.y, b.y),
        )
    )


def _join_sound(
    a: Part, b: Part, sounds: Mapping[str, Sound | None] | None
) -> Sound | None:
    if sounds is not None and a.seat in sounds:
        return sounds[a.seat]
    if a.sound and b.sound and a.sound != b.sound:
        raise ValueError(f"Seat {a.seat!r} has two sounds: name the joined one")
    return a.sound or b.sound


def _join_makers(a: MadeBy, b: MadeBy) -> MadeBy:
    if a == b:
        return a
    voices = dict.fromkeys(v for v in (a.voice, b.voice) if v)
    directors = dict.fromkeys(d for d in (a.director, b.director) if d)
    return MadeBy(", ".join(voices), ", ".join(directors), a.seed)

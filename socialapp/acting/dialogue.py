"""One to three on a stage, one clock: the speaker of each line speaks, the rest listen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from socialapp.acting import camera as cameras
from socialapp.acting import sound
from socialapp.acting.edit import edit
from socialapp.acting.faces import answering, in_mood
from socialapp.acting.gestures import with_gesture
from socialapp.acting.hearing import hears
from socialapp.acting.perform import Performed
from socialapp.acting.script import ScriptError, Segment, parse
from socialapp.acting.seams import onward
from socialapp.acting.takes import take
from socialapp.acting.turning import listening, side_of, speaking
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Speech
from socialapp.performance import (
    CameraKey,
    MadeBy,
    Performance,
    Place,
    Sound,
    Stage,
    join,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from socialapp.engines.protocols import Beat, Director, Voice, VoiceSpec

BETWEEN = 0.12
"""Seconds of quiet on either side of a change of speaker: people leave about 0.2 s
between turns (Stivers et al., 2009)."""

LIVE = 0.06
"""The same on a live stage, where the quiet in which a voice ends is not cut off."""

FIRST, LAST = 0.25, 0.7
"""Seconds before the first line and after the last."""

SHORT = 1.4
"""Seconds; no cut is made for a shorter line."""

LONG, GLIMPSE = 6.0, 1.7
"""Seconds of a line in which the camera looks at a listener, and for how long."""


APART = 0.93
"""Of equal distances across the frame: nobody's ears are cut at its sides."""

TALL = {2: ((0.27, 0.52), (0.73, 0.52)), 3: ((0.21, 0.59), (0.5, 0.545), (0.79, 0.59))}
"""Where faces are in a tall frame, of which phones cut a twentieth off either side."""


@dataclass(frozen=True, slots=True)
class Line:
    seat: str
    script: str


@dataclass(frozen=True, slots=True)
class Reacts:
    """What somebody who listens does while another speaks."""

    mood: str = "calm"
    gesture: str = "none"


@dataclass(frozen=True, slots=True)
class _Spoken:
    seat: str
    speech: Speech
    beats: list[Beat]


@dataclass(frozen=True, slots=True)
class _Company:
    """Who is on stage, and how they move."""

    seats: tuple[str, ...]
    director: Director
    motions: Mapping[str, str]
    stage: Stage


def perform_dialogue(
    lines: Sequence[Line],
    *,
    cast: Mapping[str, VoiceSpec],
    speakers: Sequence[tuple[str, Voice]],
    director: Director,
    seed: int = 0,
    motions: Mapping[str, str] | None = None,
    shape: str = "9:16",
    background: str = "",
    places: Mapping[str, Place] | None = None,
    camera: str = "auto",
    put_sound: Callable[[bytes], str],
) -> Performed:
    """The lines in order. `cast` and `motions` by seat; each seat gets a part. `camera`
    is one of `socialapp.acting.CAMERAS`.

    `put_sound` is called once for each seat that is heard: its sound lasts as long as
    the whole. ScriptError when nothing can be said, EngineError when no speaker could.
    """
    scripts = [(line.seat, parse(line.script)) for line in lines]
    scripts = [(seat, segments) for seat, segments in scripts if segments]
    if not scripts:
        raise ScriptError("There is nothing to say in this dialogue. Add a few words.")
    if odd := sorted({seat for seat, _ in scripts} - set(cast)):
        raise ScriptError(f"Nobody sits on seat {', '.join(odd)}. Cast someone there.")
    takes = take([(s, cast[seat]) for seat, part in scripts for s in part], speakers)
    spoken = _edited(scripts, takes.speeches, seed)
    company = _company(
        cast,
        director,
        motions=motions,
        shape=shape,
        background=background,
        places=places,
    )
    whole = _told(spoken, company, seed)
    track = cameras.shots(whole.parts, whole.seconds, seed=seed, camera=camera)
    whole = replace(whole, stage=replace(whole.stage, camera=track))
    speech, sounds = _mixed(spoken, list(cast), whole, put_sound)
    heard = tuple(replace(part, sound=sounds[part.seat]) for part in whole.parts)
    whole = replace(whole, parts=heard)
    return Performed(whole, speech, takes.engine, takes.fallback_reason)


def perform_turn(
    line: Line,
    *,
    cast: Mapping[str, VoiceSpec],
    speakers: Sequence[tuple[str, Voice]],
    director: Director,
    turn: int,
    seed: int = 0,
    mood: str = "",
    gesture: str = "none",
    reactions: Mapping[str, Reacts] | None = None,
    motions: Mapping[str, str] | None = None,
    shape: str = "16:9",
    background: str = "",
    places: Mapping[str, Place] | None = None,
) -> Performed:
    """One line of a show that goes on, performed by every seat; its sound is not stored.

    `turn` counts the lines of the show from 0: heads and camera go on from the line
    before. `mood` shows where the punctuation of the line asks for none, `reactions` are
    of those who listen. Quiet of LIVE lies on both ends, so lines can be put end to
    end. ScriptError when nothing can be said, EngineError when no speaker could.
    """
    segments = parse(line.script)
    if not segments:
        raise ScriptError("There is nothing to say in this line. Add a few words.")
    takes = take([(segment, cast[line.seat]) for segment in segments], speakers)
    speech, beats = edit(
        segments,
        takes.speeches,
        seed=seed + 100 * turn,
        lead_in=LIVE,
        lead_out=LIVE,
    )
    spoken = _Spoken(line.seat, speech, beats)
    company = _company(
        cast,
        director,
        motions=motions,
        shape=shape,
        background=background,
        places=places,
    )
    shots = live_shots(company.seats, line.seat, turn=turn, seconds=speech.seconds)
    act = _acted(spoken, company, turn=turn, seed=seed, shots=shots)
    reacting = reactions or {}
    parts = []
    for part in act.parts:
        if part.seat == line.seat:
            own = with_gesture(in_mood(part, mood), gesture, at=LIVE)
        elif reaction := reacting.get(part.seat):
            # A listener needs a moment to hear what there is to react to.
            at = round(0.45 * speech.seconds, 3)
            own = answering(part, reaction.mood, at=at, seconds=speech.seconds)
            own = with_gesture(own, reaction.gesture, at=at)
        else:
            own = part
        parts.append(own)
    whole = replace(act, parts=tuple(parts))
    return Performed(whole, speech, takes.engine, takes.fallback_reason)


def live_shots(
    seats: Sequence[str], speaker: str, *, turn: int, seconds: float
) -> tuple[CameraKey, ...]:
    """Everyone at first, now and then, and for short lines; else whoever speaks, and in
    a long line for a moment somebody who listens."""
    if len(seats) == 1:
        return (CameraKey(0.0, speaker),)
    if turn % 6 == 0 or seconds < SHORT:
        return (CameraKey(0.0, "all"),)
    if seconds < LONG or turn % 2:
        return (CameraKey(0.0, speaker),)
    others = [seat for seat in seats if seat != speaker]
    away = round(0.45 * seconds, 3)
    return (
        CameraKey(0.0, speaker),
        CameraKey(away, others[turn % len(others)]),
        CameraKey(round(away + GLIMPSE, 3), speaker),
    )


def standing(seats: Sequence[str], shape: str) -> dict[str, Place]:
    """Side by side, from the left, as large as fits the shape; in a tall frame the
    middle one of three stands behind the others and looks over their heads."""
    count = len(seats)
    if shape == "9:16" and count in TALL:
        spots = zip(seats, TALL[count], strict=True)
        return {seat: Place(x, y, round(1 / count, 3)) for seat, (x, y) in spots}
    room = {"16:9": 1.7, "1:1": 1.2}.get(shape, 1.0)
    return {
        seat: Place(
            x=round(0.5 + (i - (count - 1) / 2) * APART / count, 4),
            y=0.5,
            scale=round(min(1.0, room / count), 3),
        )
        for i, seat in enumerate(seats)
    }


def _company(
    cast: Mapping[str, VoiceSpec],
    director: Director,
    *,
    motions: Mapping[str, str] | None,
    shape: str,
    background: str,
    places: Mapping[str, Place] | None,
) -> _Company:
    stand = dict(places) if places else standing(list(cast), shape)
    stage = Stage(background=background, shape=shape, places=stand)
    return _Company(tuple(cast), director, dict(motions or {}), stage)


def _told(spoken: Sequence[_Spoken], company: _Company, seed: int) -> Performance:
    """All lines one after the other: each is said to whoever spoke before, or speaks
    next, and heard by all."""
    whole: Performance | None = None
    for turn, line in enumerate(spoken):
        near = [other.seat for other in (*spoken[:turn][::-1], *spoken[turn + 1 :])]
        toward = next((seat for seat in near if seat != line.seat), "")
        act = _acted(line, company, turn=turn, seed=seed, toward=toward)
        said = act.part(line.seat)
        parts = tuple(
            part
            if part is said
            else hears(
                part,
                said,
                act.seconds,
                seed=seed * 1000 + turn,
                motion=company.motions.get(part.seat, "subtle"),
                addressed=part.seat == toward,
            )
            for part in act.parts
        )
        act = replace(act, parts=parts)
        whole = join(whole, onward(whole, act)) if whole else act
    if whole is None:
        raise ScriptError("There is nothing to say in this dialogue. Add a few words.")
    return whole


def _acted(
    line: _Spoken,
    company: _Company,
    *,
    turn: int,
    seed: int,
    shots: tuple[CameraKey, ...] = (),
    toward: str = "",
) -> Performance:
    """One line by everybody: the speaker turns to `toward` or else to one of the others
    in turn, they to the speaker."""
    parts = []
    places = company.stage.places
    for seat in company.seats:
        how = company.motions.get(seat, "subtle")
        one = seed * 1000 + turn
        if seat == line.seat:
            part = company.director.direct(
                line.beats, line.speech, seat=seat, seed=one, motion=how
            )
            others = [s for s in company.seats if s != seat]
            whom = toward or (others[turn % len(others)] if others else seat)
            part = speaking(part, side_of(places, seat, whom))
        else:
            part = company.director.listen(
                line.speech.seconds, seat=seat, seed=one, motion=how
            )
            part = listening(part, side_of(places, seat, line.seat))
        parts.append(part)
    return Performance(
        seconds=round(line.speech.seconds, 6),
        parts=tuple(parts),
        stage=replace(company.stage, camera=shots),
        made_by=MadeBy(line.speech.engine, type(company.director).__name__, seed),
    )


def _edited(
    scripts: Sequence[tuple[str, tuple[Segment, ...]]],
    takes: Sequence[Speech | None],
    seed: int,
) -> list[_Spoken]:
    spoken, used = [], 0
    for i, (seat, segments) in enumerate(scripts):
        speech, beats = edit(
            segments,
            takes[used : used + len(segments)],
            seed=seed + 100 * i,
            lead_in=FIRST if i == 0 else BETWEEN,
            lead_out=LAST if i + 1 == len(scripts) else BETWEEN,
        )
        spoken.append(_Spoken(seat, speech, beats))
        used += len(segments)
    if len({line.speech.rate for line in spoken}) > 1:
        raise EngineError("The voice changed its sample rate between two lines")
    return spoken


def _mixed(
    spoken: Sequence[_Spoken],
    seats: Sequence[str],
    whole: Performance,
    put_sound: Callable[[bytes], str],
) -> tuple[Speech, dict[str, Sound | None]]:
    """Everything heard as one speech, and each seat's own sound, all equally long."""
    rate = spoken[0].speech.rate
    pieces: dict[str, list[sound.Samples]] = {seat: [] for seat in seats}
    for line in spoken:
        samples = sound.decode(line.speech.samples)
        for seat in seats:
            own = samples if seat == line.seat else np.zeros_like(samples)
            pieces[seat].append(own)
    tracks = {seat: np.concatenate(parts) for seat, parts in pieces.items()}
    sounds: dict[str, Sound | None] = {}
    for seat, samples in tracks.items():
        sounds[seat] = None
        if samples.any():
            file = sound.wav(sound.encode(samples), rate)
            sounds[seat] = Sound(put_sound(file), rate)
    words = sorted(
        (
            (c, part.seat, i)
            for part in whole.parts
            for i, c in enumerate(part.captions)
        ),
        key=lambda word: word[0].at,
    )
    index = {(seat, i): n for n, (_, seat, i) in enumerate(words)}
    phones = [
        replace(p, word=index.get((part.seat, p.word), -1))
        for part in whole.parts
        for p in part.phones
    ]
    speech = Speech(
        samples=sound.encode(np.sum(list(tracks.values()), axis=0)),
        rate=rate,
        phones=tuple(sorted(phones, key=lambda p: p.at)),
        captions=tuple(caption for caption, _, _ in words),
        engine=spoken[0].speech.engine,
    )
    return speech, sounds

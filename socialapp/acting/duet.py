"""A performance that is there already in one half of the frame; in the other somebody
listens to it and then answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from socialapp.acting import sound
from socialapp.acting.dialogue import LAST, Line, perform_turn, standing
from socialapp.acting.faces import answering
from socialapp.acting.gestures import with_gesture
from socialapp.acting.hearing import moods_of, nods_to
from socialapp.acting.seams import onward
from socialapp.acting.turning import listening, speaking
from socialapp.performance import Panel, Performance, Sound, Stage, cut, join

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialapp.acting.perform import Performed
    from socialapp.engines.protocols import Director, Voice, VoiceSpec
    from socialapp.performance import MadeBy, Part

REST = 0.4
"""Seconds between the last word of the original and the answer: longer than between the
turns of a talk, for who answers has heard it to the end."""


@dataclass(frozen=True, slots=True)
class Half:
    """Who answers, and before what."""

    seat: str
    """None of the original's."""

    spec: VoiceSpec
    motion: str = "subtle"
    background: str = ""


def perform_duet(
    original: Performance,
    script: str,
    half: Half,
    *,
    speakers: Sequence[tuple[str, Voice]],
    director: Director,
    seed: int = 0,
    shape: str = "9:16",
    put_sound: Callable[[bytes], str],
) -> Performed:
    """`original` as it was, up to its last words; then `half` says `script`.

    The frame is split: the original's seats at the left, in a tall frame above. Its
    sounds stay the files that they are; `put_sound` stores that of the answer, which is
    as long as the whole. ScriptError when nothing can be said, EngineError when no
    speaker could.
    """
    said = perform_turn(
        Line(half.seat, script),
        cast={half.seat: half.spec},
        speakers=speakers,
        director=director,
        turn=0,
        seed=seed,
        motions={half.seat: half.motion},
        shape=shape,
    )
    begins = ends_of(original)
    played = cut(original, 0.0, begins)
    stage = _split(played, half, shape)
    # The camera of the original is laid over the whole, not over each act of it.
    still = replace(stage, panels=tuple(replace(p, camera=()) for p in stage.panels))
    here = _Halves(half, director, seed, still, said.performance.made_by)
    acts = [
        here.heard(played),
        here.answered(said.performance, original),
        here.rested(original),
    ]
    sounds = {part.seat: part.sound for part in original.parts}
    silent = {**sounds, half.seat: None}
    whole = reduce(lambda a, b: join(a, onward(a, b), sounds=silent), acts)
    rate = said.speech.rate
    samples = sound.decode(said.speech.samples)
    own: Sound | None = None
    if samples.any():
        before = round(begins * rate)
        track = sound.silence(whole.seconds, rate)
        track[before : before + len(samples)] = samples[: len(track) - before]
        own = Sound(put_sound(sound.wav(sound.encode(track), rate)), rate)
    parts = tuple(
        replace(part, sound=own if part.seat == half.seat else sounds[part.seat])
        for part in whole.parts
    )
    whole = replace(whole, parts=parts, stage=stage)
    return replace(said, performance=whole)


def ends_of(original: Performance) -> float:
    """When it has said its last word; its end, if it speaks up to there."""
    last = max(
        (word.until for part in original.parts for word in part.captions), default=0.0
    )
    return round(min(original.seconds, last + REST if last else original.seconds), 6)


@dataclass(frozen=True, slots=True)
class _Halves:
    half: Half
    director: Director
    seed: int
    stage: Stage
    made_by: MadeBy

    def heard(self, original: Performance) -> Performance:
        """The original, and who listens to it."""
        part = self._listener(original.seconds, self.half.seat, 0, first=False)
        for mood, at in moods_of(original.parts, original.seconds):
            part = answering(part, mood, at=at, seconds=original.seconds)
        for at in nods_to(original.parts):
            part = with_gesture(part, "nod", at=at)
        return self._act(original.seconds, (*original.parts, part), original.made_by)

    def answered(self, said: Performance, original: Performance) -> Performance:
        side, up = self._toward(first=False)
        own = replace(speaking(said.parts[0], side, up), sound=None)
        others = self._listeners(said.seconds, original, 1)
        return self._act(said.seconds, (*others, own), self.made_by)

    def rested(self, original: Performance) -> Performance:
        own = self._listener(LAST, self.half.seat, 2, first=False)
        others = self._listeners(LAST, original, 2)
        return self._act(LAST, (*others, own), self.made_by)

    def _listeners(
        self, seconds: float, original: Performance, turn: int
    ) -> tuple[Part, ...]:
        return tuple(
            self._listener(seconds, part.seat, turn, first=True)
            for part in original.parts
        )

    def _listener(self, seconds: float, seat: str, turn: int, *, first: bool) -> Part:
        motion = "subtle" if first else self.half.motion
        part = self.director.listen(
            seconds, seat=seat, seed=self.seed * 1000 + turn, motion=motion
        )
        return listening(part, *self._toward(first=first))

    def _toward(self, *, first: bool) -> tuple[int, int]:
        """Where the other half is: to the side and up."""
        if self.stage.shape == "9:16":
            return (0, -1 if first else 1)
        return (1 if first else -1, 0)

    def _act(
        self, seconds: float, parts: tuple[Part, ...], made_by: MadeBy
    ) -> Performance:
        return Performance(round(seconds, 6), parts, self.stage, made_by)


def _split(original: Performance, half: Half, shape: str) -> Stage:
    seats = tuple(part.seat for part in original.parts)
    several = len(seats) > 1
    first = Panel(
        seats,
        original.stage.background,
        # Halves of a frame are squarer than it is, those of a square taller.
        standing(seats, "9:16" if shape == "1:1" else "1:1") if several else {},
        tuple(original.stage.camera) if several else (),
    )
    return Stage(
        background=half.background,
        shape=shape,
        panels=(first, Panel((half.seat,), half.background)),
    )

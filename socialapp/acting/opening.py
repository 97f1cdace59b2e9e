"""A script whose first sentence is performed before the rest of it is spoken.

The first sentence is a take of its own, so what is heard of it does not depend on what
follows; and of what is seen, the whole performance keeps what the first sentence had.
"""

from __future__ import annotations

import os
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from socialapp.acting import sound
from socialapp.acting.camera import shots
from socialapp.acting.edit import LEAD_OUT, edit
from socialapp.acting.perform import Performed
from socialapp.acting.script import parse
from socialapp.acting.takes import take
from socialapp.performance import (
    CameraKey,
    Glance,
    MadeBy,
    Part,
    Performance,
    Place,
    Sound,
    Stage,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from socialapp.acting.script import Segment
    from socialapp.acting.takes import Takes
    from socialapp.engines.protocols import Beat, Director, Speech, Voice, VoiceSpec

FEWEST = 30
"""Letters of an opening: a shorter sentence comes out clipped when it is said alone."""

WORTH = 40
"""Letters that must follow, or nothing is won."""

STEADY = 0.25
"""Seconds before the end of an opening in which what follows may already show."""

BACKGROUND = 5
"""Added to the niceness of the threads that speak the rest: what is filmed is first."""

_ENDS = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+")


def split(segments: Sequence[Segment]) -> tuple[Segment, tuple[Segment, ...]] | None:
    """The opening and the rest; None when the script is too short for that."""
    if not segments or not segments[0].text:
        return None
    first = segments[0]
    for end in [*(m.end() for m in _ENDS.finditer(first.text)), len(first.text)]:
        head, tail = first.text[:end].strip(), first.text[end:].strip()
        if _letters(head) >= FEWEST:
            break
    else:
        return None
    rest = tuple(segments[1:])
    if tail:
        rest = (replace(first, text=tail, pause=0.0, effect=""), *rest)
    if sum(_letters(segment.text) for segment in rest) < WORTH:
        return None
    return replace(first, text=head), rest


def worth(script: str) -> bool:
    """Whether this script has an opening."""
    return split(parse(script)) is not None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who speaks, and how it looks: what `perform` is told as well."""

    seat: str
    spec: VoiceSpec
    speakers: Sequence[tuple[str, Voice]]
    director: Director
    seed: int
    motion: str
    shape: str
    background: str
    camera: str = "still"
    """One of `socialapp.acting.CAMERAS`; it moves when the opening is over."""


class Opening:
    """Of a performance that is still being spoken."""

    def __init__(
        self,
        actor: Actor,
        segments: tuple[Segment, ...],
        first: Takes,
        rest: Future[Takes],
        *,
        took: float,
    ) -> None:
        """`took`: seconds in which the first sentence was spoken."""
        self._actor = actor
        self._segments = segments
        self._first = first
        self._rest = rest
        self.speech, beats = edit(segments[:1], first.speeches, seed=actor.seed)
        self._part = self._direct(self.speech, beats)
        self.performance = self._performance(self.speech, self._part)
        """It ends after the first sentence, and its part has no sound yet."""
        self.engine = first.engine
        self.fallback_reason = first.fallback_reason
        self.pace = self.until / max(took, 1e-3)
        """Seconds of speech that are spoken in a second."""

    @property
    def until(self) -> float:
        """Seconds from the start in which the whole will sound the same."""
        return self.speech.seconds - LEAD_OUT

    @property
    def steady(self) -> float:
        """Seconds from the start in which the whole will look the same."""
        return max(0.0, self.until - STEADY)

    def waits(self, seconds: float) -> bool:
        """Wait at most so long for the rest; True while it is being spoken."""
        wait([self._rest], timeout=seconds)
        return not self._rest.done()

    def finish(self, put_sound: Callable[[bytes], str]) -> Performed:
        """The whole, once the rest is spoken. EngineError when nobody could."""
        rest = self._rest.result()
        takes = (*self._first.speeches, *rest.speeches)
        speech, beats = edit(self._segments, takes, seed=self._actor.seed)
        whole = self._direct(speech, beats)
        part = joined(self._part, whole, at=self.until)
        if any(speech.samples):
            ref = put_sound(sound.wav(speech.samples, speech.rate))
            part = replace(part, sound=Sound(ref, speech.rate))
        performance = self._performance(speech, part)
        stage = replace(performance.stage, camera=self._camera(part, speech.seconds))
        performance = replace(performance, stage=stage)
        return Performed(performance, speech, self.engine, self.fallback_reason)

    def _direct(self, speech: Speech, beats: Sequence[Beat]) -> Part:
        actor = self._actor
        return actor.director.direct(
            beats, speech, seat=actor.seat, seed=actor.seed, motion=actor.motion
        )

    def _camera(self, part: Part, seconds: float) -> tuple[CameraKey, ...]:
        """Still until the opening is over, then as of what follows."""
        actor, begins = self._actor, round(self.until, 4)
        later = tuple(
            replace(word, at=word.at - begins, until=word.until - begins)
            for word in part.captions
            if word.at >= begins
        )
        keys = shots(
            (replace(part, captions=later),),
            seconds - begins,
            seed=actor.seed,
            camera=actor.camera,
        )
        still = CameraKey(0.0, actor.seat)
        if (keys[0].zoom, keys[0].x) == (still.zoom, still.x):
            keys = keys[1:]
        return still, *(replace(k, at=round(k.at + begins, 4)) for k in keys)

    def _performance(self, speech: Speech, part: Part) -> Performance:
        actor = self._actor
        return Performance(
            seconds=round(speech.seconds, 4),
            parts=(part,),
            stage=Stage(
                background=actor.background,
                shape=actor.shape,
                places={actor.seat: Place()},
                camera=(CameraKey(0.0, actor.seat),),
            ),
            made_by=MadeBy(speech.engine, type(actor.director).__name__, actor.seed),
        )


def begin(script: str, actor: Actor) -> Opening | None:
    """Speak the first sentence, and the rest beside it; None when the script is too
    short, or nobody is heard. EngineError when no speaker could speak the first sentence.

    The rest is spoken by whoever spoke the first sentence, or not at all.
    """
    parts = split(parse(script))
    if parts is None:
        return None
    first, rest = parts
    spec = actor.spec
    # The best is asked for both at once; if another has to step in, the rest waits.
    best = actor.speakers[:1]
    pool = ThreadPoolExecutor(1, "rest", initializer=_stand_back)
    try:
        coming = pool.submit(take, [(segment, spec) for segment in rest], best)
        began = time.perf_counter()
        spoken = take([(first, spec)], actor.speakers)
        took = time.perf_counter() - began
        if best and spoken.engine != best[0][0]:
            coming.cancel()
            speakers = [one for one in actor.speakers if one[0] == spoken.engine]
            coming = pool.submit(take, [(segment, spec) for segment in rest], speakers)
    finally:
        pool.shutdown(wait=False)
    if not any(one and any(one.samples) for one in spoken.speeches):
        return None
    return Opening(actor, (first, *rest), spoken, coming, took=took)


def joined(opening: Part, whole: Part, *, at: float) -> Part:
    """`whole` with what `opening` does before `at`, which is in a pause of speech."""
    glances = [key for key in opening.glances if key.at < at]
    if glances and (glances[-1].x, glances[-1].y) != (0.0, 0.0):
        glances.append(Glance(round(at, 3), 0.0, 0.0))
    last = max((blink.until for blink in opening.blinks if blink.at < at), default=0.0)
    return replace(
        whole,
        visemes=(
            *(one for one in opening.visemes if one.at < at),
            *(one for one in whole.visemes if one.at >= at),
        ),
        expressions=(
            *(key for key in opening.expressions if key.at < at),
            *(key for key in whole.expressions if key.at >= at),
        ),
        poses=(
            *(key for key in opening.poses if key.at < at),
            *(key for key in whole.poses if key.at >= at),
        ),
        glances=(*glances, *(key for key in whole.glances if key.at > at + 0.1)),
        blinks=(
            *(one for one in opening.blinks if one.at < at),
            *(one for one in whole.blinks if one.at >= max(at, last + 0.3)),
        ),
    )


def _letters(text: str) -> int:
    return sum(c.isalnum() for c in text)


def _stand_back() -> None:
    """On Linux a thread has a niceness of its own, which those that it starts inherit."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND)

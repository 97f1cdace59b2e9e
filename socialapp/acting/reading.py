"""A script that is performed sentence by sentence, while the rest is still spoken.

Every sentence is a take of its own, so what is heard of it does not depend on what
follows; and of what is seen, the performance keeps what it had before it grew.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from socialapp.acting import sentences, sound
from socialapp.acting.camera import shots
from socialapp.acting.edit import LEAD_IN, LEAD_OUT, SEGMENT_GAP, edit
from socialapp.acting.perform import Performed
from socialapp.acting.script import estimate_segment, parse
from socialapp.acting.takes import take
from socialapp.engines.errors import EngineError
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

log = logging.getLogger(__name__)

STEADY = 0.16
"""Seconds before the end of what is spoken in which what follows may already show."""

BACKGROUND = 5
"""Added to the niceness of whoever speaks the rest: what is filmed is first."""

AT_ONCE = 1
"""Sentences of the rest that are spoken side by side. Of two at once on two cores the
first comes later than it does alone, and when playing may begin depends on that one."""


def worth(script: str) -> bool:
    """Whether the beginning of this script is worth being filmed before its end is
    spoken."""
    return sentences.begins_early(sentences.pieces(parse(script)))


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
    """One of `socialapp.acting.CAMERAS`; it moves when the first sentence is over."""

    def silent(self, seconds: float) -> Performance:
        """They are there, before they say a word."""
        part = self.director.listen(
            seconds, seat=self.seat, seed=self.seed, motion=self.motion
        )
        return self.staged(part, seconds, (CameraKey(0.0, self.seat),))

    def staged(
        self,
        part: Part,
        seconds: float,
        camera: tuple[CameraKey, ...],
        *,
        voice: str = "",
    ) -> Performance:
        return Performance(
            seconds=round(seconds, 4),
            parts=(part,),
            stage=Stage(
                background=self.background,
                shape=self.shape,
                places={self.seat: Place()},
                camera=camera,
            ),
            made_by=MadeBy(voice, type(self.director).__name__, self.seed),
        )


class Reading:
    """What is performed of a script so far, and what is still to come."""

    def __init__(
        self,
        actor: Actor,
        pieces: Sequence[Segment],
        first: Takes,
        coming: Sequence[Future[Takes]],
        *,
        took: float,
        stop: threading.Event,
    ) -> None:
        """`first` is spoken, in `took` seconds; `coming`: one take each of the other
        pieces."""
        self._actor = actor
        self._pieces = tuple(pieces)
        self._takes: list[Speech | None] = [*first.speeches]
        self._coming = deque(coming)
        self._stop = stop
        self._part: Part | None = None
        self.engine = first.engine
        self.fallback_reason = first.fallback_reason
        self._take_in()
        self._opening = self.until
        self.rate = self.until / max(took, 1e-3)
        """Seconds of speech that are spoken in a second."""

    @property
    def until(self) -> float:
        """Seconds from the start in which the whole will sound the same."""
        return self.speech.seconds - LEAD_OUT

    @property
    def steady(self) -> float:
        """Seconds from the start in which the whole will look the same."""
        return self.speech.seconds if self.over else max(0.0, self.until - STEADY)

    @property
    def over(self) -> bool:
        """All of it is here."""
        return not self._coming

    @property
    def to_come(self) -> tuple[float, ...]:
        """About how many seconds each of the other sentences takes, at the pace of
        those that were spoken."""
        done = len(self._takes)
        speed = self._actor.spec.speed

        def estimated(some: Sequence[Segment]) -> list[float]:
            return [estimate_segment(one, speed) + SEGMENT_GAP for one in some]

        guessed = sum(estimated(self._pieces[:done]))
        ratio = (self.until - LEAD_IN) / guessed if guessed else 1.0
        return tuple(ratio * one for one in estimated(self._pieces[done:]))

    @property
    def seconds(self) -> float:
        """Of the whole; about, until it is over."""
        return self.speech.seconds + sum(self.to_come)

    def waits(self, seconds: float) -> bool:
        """Wait at most so long for the next sentence; True while it is being spoken."""
        if self.over:
            return False
        wait([self._coming[0]], timeout=seconds)
        return not self._coming[0].done()

    def go_on(self) -> None:
        """Take in every sentence that is spoken by now, at least the next one.
        EngineError when nobody could speak it."""
        while self._coming:
            self._takes += self._coming[0].result().speeches
            self._coming.popleft()
            if not (self._coming and self._coming[0].done()):
                break
        self._take_in()

    def stop(self) -> None:
        """What is not spoken yet will not be."""
        self._stop.set()

    def finish(self, put_sound: Callable[[bytes], str]) -> Performed:
        """The whole, once all is spoken. EngineError when nobody could."""
        while not self.over:
            self.go_on()
        speech, performance = self.speech, self.performance
        if any(speech.samples):
            ref = put_sound(sound.wav(speech.samples, speech.rate))
            part = replace(performance.parts[0], sound=Sound(ref, speech.rate))
            performance = replace(performance, parts=(part,))
        return Performed(performance, speech, self.engine, self.fallback_reason)

    def _take_in(self) -> None:
        """Perform all that is spoken, on from what is performed already."""
        actor, before = self._actor, self._part
        speech, beats = edit(
            self._pieces[: len(self._takes)], self._takes, seed=actor.seed
        )
        part = self._direct(speech, beats)
        if before is None:
            self.speech = speech
            camera: tuple[CameraKey, ...] = (CameraKey(0.0, actor.seat),)
        else:
            shown = max(0.0, self.until - STEADY)
            part = joined(before, part, at=self.until)
            self.speech = speech
            camera = self._camera(part, shown)
        self._part = part
        self.performance = actor.staged(
            part, speech.seconds, camera, voice=speech.engine
        )
        """It ends after the last sentence that is spoken; its part has no sound yet."""

    def _direct(self, speech: Speech, beats: Sequence[Beat]) -> Part:
        actor = self._actor
        return actor.director.direct(
            beats, speech, seat=actor.seat, seed=actor.seed, motion=actor.motion
        )

    def _camera(self, part: Part, shown: float) -> tuple[CameraKey, ...]:
        """Still until the first sentence is over, then as of what follows; as it was
        before `shown`, when that may have been filmed."""
        actor, begins = self._actor, round(self._opening, 4)
        later = tuple(
            replace(word, at=word.at - begins, until=word.until - begins)
            for word in part.captions
            if word.at >= begins
        )
        keys = shots(
            (replace(part, captions=later),),
            self.seconds - begins,
            seed=actor.seed,
            camera=actor.camera,
            known=None if self.over else self.until - begins,
        )
        still = CameraKey(0.0, actor.seat)
        if (keys[0].zoom, keys[0].x) == (still.zoom, still.x):
            keys = keys[1:]
        moved = [replace(key, at=round(key.at + begins, 4)) for key in keys]
        kept = [key for key in self.performance.stage.camera if key.at < shown]
        return *kept, *(key for key in moved if key.at >= shown)


def begin(
    script: str, actor: Actor, *, meanwhile: Callable[[], object] = lambda: None
) -> Reading | None:
    """Speak the first sentence, then the others beside whoever films it; None when the
    script is too short, or nobody is heard. EngineError when no speaker could speak the
    first sentence.

    The rest is spoken by whoever spoke the first sentence, or not at all. `meanwhile` is
    called in another thread beside the first sentence, before the second is spoken.
    """
    pieces = sentences.pieces(parse(script))
    if not sentences.begins_early(pieces):
        return None
    spec, stop = actor.spec, threading.Event()
    pool = ThreadPoolExecutor(AT_ONCE, "rest", initializer=_stand_back)

    def speak(piece: Segment, speakers: Sequence[tuple[str, Voice]]) -> Takes:
        if stop.is_set():
            raise EngineError("It was stopped before all was spoken.")
        return take([(piece, spec)], speakers)

    def prepare(piece: Segment) -> Takes:
        _logged(meanwhile)
        return speak(piece, best)

    # The best is asked for the second one beside the first, and the others when that is
    # over: no more than two at once. If another has to step in, the rest waits for it.
    best = actor.speakers[:1]
    try:
        second = pool.submit(prepare, pieces[1])
        began = time.perf_counter()
        spoken = take([(pieces[0], spec)], actor.speakers)
        took = time.perf_counter() - began
        if not any(one and any(one.samples) for one in spoken.speeches):
            stop.set()
            return None
        speakers = [one for one in actor.speakers if one[0] == spoken.engine]
        coming = [pool.submit(speak, piece, speakers) for piece in pieces[2:]]
        if best and spoken.engine != best[0][0]:
            second = pool.submit(speak, pieces[1], speakers)
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(wait=False)
    return Reading(actor, pieces, spoken, [second, *coming], took=took, stop=stop)


def joined(before: Part, whole: Part, *, at: float) -> Part:
    """`whole` with what `before` does until `at`, which is in a pause of speech."""
    glances = [key for key in before.glances if key.at < at]
    if glances and (glances[-1].x, glances[-1].y) != (0.0, 0.0):
        glances.append(Glance(round(at, 3), 0.0, 0.0))
    last = max((blink.until for blink in before.blinks if blink.at < at), default=0.0)
    return replace(
        whole,
        visemes=(
            *(one for one in before.visemes if one.at < at),
            *(one for one in whole.visemes if one.at >= at),
        ),
        expressions=(
            *(key for key in before.expressions if key.at < at),
            *(key for key in whole.expressions if key.at >= at),
        ),
        poses=(
            *(key for key in before.poses if key.at < at),
            *(key for key in whole.poses if key.at >= at),
        ),
        glances=(*glances, *(key for key in whole.glances if key.at > at + 0.1)),
        blinks=(
            *(one for one in before.blinks if one.at < at),
            *(one for one in whole.blinks if one.at >= max(at, last + 0.3)),
        ),
    )


def _logged(work: Callable[[], object]) -> None:
    """What goes wrong beside the voice is no reason to stop it."""
    try:
        work()
    except Exception:
        log.info("Nothing was made ready", exc_info=True)


def _stand_back() -> None:
    """On Linux a thread has a niceness of its own, which those that it starts inherit."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND)

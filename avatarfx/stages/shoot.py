"""What is filmed: a whole performance, or each sentence of it as it is spoken."""

from __future__ import annotations

import contextlib
import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING

from avatarfx import bed, sound
from avatarfx.pipeline import FPS, Work
from avatarfx.progressive.pace import Spoken
from avatarfx.stages.voice import put_sound
from avatarfx.tracks import Track
from socialapp.acting import sound as spoken
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Onward, Speech, Staging
from socialapp.lib import blobs
from socialapp.performance.captions import to_webvtt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from avatarfx.fallbacks import Ladder
    from socialapp.acting.reading import Reading
    from socialapp.engines.protocols import Frame
    from socialapp.performance import Performance

LOOK_EVERY = 0.2
"""Seconds between two questions whether the work must stop, while it waits."""


WORTH = 4
"""Frames that are drawn, for each that is drawn once more to go on."""


class UnspokenError(Exception):
    """The rest of a script was not spoken by the voice that began it."""


def frame_count(performance: Performance) -> int:
    return Work.frames_of(performance)


def heard(performance: Performance) -> dict[str, Speech]:
    """What is heard of each seat, as an animator gets it. EngineError when it is gone."""
    try:
        return {
            part.seat: _spoken(*sound.read(blobs.get(part.sound.ref)))
            for part in performance.parts
            if part.sound is not None
        }
    except FileNotFoundError:
        raise EngineError(
            "What was spoken is missing from the storage.", permanent=True
        ) from None


def soundtrack(
    performance: Performance,
    *,
    gain: float | None = None,
    sounds: Mapping[str, Speech] | None = None,
) -> Track | None:
    """Every part's sound mixed, as loud as it should be; None when all are silent.

    `sounds`: what `heard` said of it, where it was asked before.
    """
    sounds = heard(performance) if sounds is None else sounds
    if not sounds:
        return None
    spoken_by = [(spoken.decode(one.samples), one.rate) for one in sounds.values()]
    samples, rate = sound.mix(spoken_by, seconds=frame_count(performance) / FPS)
    under = bed.heard(performance.bed, len(samples), rate)
    return Track(sound.normalise(samples, rate, under=under, gain=gain), rate)


def _spoken(samples: sound.Samples, rate: int) -> Speech:
    return Speech(spoken.encode(samples), rate)


class Shoot:
    """One film of a work: which frames can be drawn, and what is heard."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._reading = work.reading
        self._gain: float | None = None
        self.seam = 0
        """The number of the first frame that is drawn after the first sentence; 0: all
        was spoken before."""
        reading = self._reading
        if reading is None:
            if work.performance is None:
                raise RuntimeError("There is nothing to film before a voice spoke")
            self.performance = work.performance
            self._sounds: Mapping[str, Speech] = heard(self.performance)
            self.track = soundtrack(self.performance, sounds=self._sounds)
            self.expected = frame_count(self.performance)
            return
        speech = reading.speech
        self._gain = sound.gain_for(spoken.decode(speech.samples), speech.rate)
        self.seam = self._drawable(reading)
        self._hear(reading)

    def begin(self) -> None:
        """Tell whoever shows the film early what is coming."""
        if self._work.live is not None:
            self._work.live.begin(self._spoken())
            self._tell_words()

    def parts(
        self, ladder: Ladder, hung: dict[str, bytes]
    ) -> Iterator[Iterator[Frame]]:
        """Its frames in order: those of each sentence as it is spoken. UnspokenError
        when one is not, and what a stopped work raises."""
        first = 0
        while self._reading is not None:
            until = self._drawable(self._reading)
            if until > first and (not first or _pays(ladder, until - first)):
                frames = self._animated(ladder, hung, first, until=until)
                yield itertools.islice(frames, until - first)
                first = until
            self._go_on()
        yield self._animated(ladder, hung, first)

    @staticmethod
    def _drawable(reading: Reading) -> int:
        """Frames that will not change."""
        return int(reading.steady * FPS)

    def _animated(
        self,
        ladder: Ladder,
        hung: dict[str, bytes],
        first: int,
        *,
        until: int | None = None,
    ) -> Iterator[Frame]:
        work, performance = self._work, self.performance
        if until is not None:
            # Nothing is drawn ahead of what is known.
            performance = replace(performance, seconds=until / FPS)
        staging = Staging(performance, work.actors, work.background, hung, self._sounds)
        animator = ladder.animator
        size = {"fps": FPS, "width": work.width, "height": work.height}
        if first and isinstance(animator, Onward):
            return animator.animate_from(first, staging, **size)
        return itertools.islice(animator.animate(staging, **size), first, None)

    def _go_on(self) -> None:
        """More is spoken; when all is, it is a film like any other from here on."""
        reading, work = self._reading, self._work
        if reading is None:
            return
        _wait(work, reading)
        with _spoken_or_not():
            reading.go_on()
        if not reading.over:
            self._hear(reading)
        else:
            self.performance = finished(work)
            self._reading = None
            self._sounds = heard(self.performance)
            track = soundtrack(self.performance, gain=self._gain, sounds=self._sounds)
            self.track = track or self.track
            self.expected = frame_count(self.performance)
        if work.live is not None:
            work.live.known(self._spoken())
            self._tell_words()

    def _hear(self, reading: Reading) -> None:
        """Take up what is spoken by now."""
        speech = reading.speech
        samples = spoken.decode(speech.samples)
        self.performance = reading.performance
        self._sounds = {part.seat: speech for part in self.performance.parts}
        self.track = Track(
            sound.normalise(samples, speech.rate, gain=self._gain), speech.rate
        )
        self.expected = max(math.ceil(reading.seconds * FPS), self.seam + FPS)

    def _spoken(self) -> Spoken:
        reading = self._reading
        if reading is None:
            return Spoken(self.expected / FPS)
        until = self._drawable(reading) / FPS
        return Spoken(until, reading.to_come, reading.rate)

    def _tell_words(self) -> None:
        live = self._work.live
        if live is not None and self.seam:
            live.words(to_webvtt(self.performance, dict(self._work.names)))


def _pays(ladder: Ladder, count: int) -> bool:
    """Whether so many frames are worth going on for before more is spoken: who can only
    begin at the beginning draws the rest at once."""
    animator = ladder.animator
    return isinstance(animator, Onward) and count >= WORTH * animator.goes_back


def _wait(work: Work, reading: Reading) -> None:
    """Until the next sentence is spoken; what a stopped work raises."""
    while reading.waits(LOOK_EVERY):
        work.tell("movement", 0.0, "the rest is being spoken")


@contextlib.contextmanager
def _spoken_or_not() -> Iterator[None]:
    try:
        yield
    except EngineError as error:
        raise UnspokenError(str(error)) from error


def finished(work: Work) -> Performance:
    """The performance whose beginning is being filmed, kept as soon as it is there.
    UnspokenError when the rest was not spoken."""
    reading = work.reading
    if reading is None:
        raise RuntimeError("Nothing is being spoken")
    while not reading.over:
        _wait(work, reading)
        with _spoken_or_not():
            reading.go_on()
    done = reading.finish(put_sound)
    work.keep(done.performance)
    return done.performance

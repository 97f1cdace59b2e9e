"""What is filmed: a whole performance, or its opening while the rest is still spoken."""

from __future__ import annotations

import itertools
import logging
import math
from typing import TYPE_CHECKING

from avatarfx import bed, sound
from avatarfx.pipeline import FPS, Work
from avatarfx.stages.voice import put_sound
from avatarfx.tracks import Track
from socialapp.acting import sound as spoken
from socialapp.acting.script import estimate_seconds
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Onward, Speech, Staging
from socialapp.lib import blobs
from socialapp.performance.captions import to_webvtt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from avatarfx.fallbacks import Ladder
    from socialapp.engines.protocols import Frame
    from socialapp.performance import Performance

log = logging.getLogger(__name__)

LOOK_EVERY = 0.2
"""Seconds between two questions whether the work must stop, while it waits."""


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
        self._opening = work.opening
        self._gain: float | None = None
        self.seam = 0
        """The number of the first frame that is drawn when all is spoken."""
        opening = self._opening
        if opening is None:
            if work.performance is None:
                raise RuntimeError("There is nothing to film before a voice spoke")
            self.performance = work.performance
            self._sounds: Mapping[str, Speech] = heard(self.performance)
            self.track = soundtrack(self.performance, sounds=self._sounds)
            self.expected = frame_count(self.performance)
            return
        self.performance = opening.performance
        speech = opening.speech
        self._sounds = {part.seat: speech for part in self.performance.parts}
        samples = spoken.decode(speech.samples)
        self._gain = sound.gain_for(samples, speech.rate)
        self.track = Track(
            sound.normalise(samples, speech.rate, gain=self._gain), speech.rate
        )
        self.seam = int(opening.steady * FPS)
        speed = work.recipe.cast[0].voice.speed
        about = math.ceil(estimate_seconds(work.recipe.script, speed) * FPS)
        self.expected = max(about, self.seam + FPS)

    def begin(self) -> None:
        """Tell whoever shows the film early what is coming."""
        live = self._work.live
        if live is None:
            return
        if self._opening is None:
            live.begin(self.expected)
        else:
            live.begin(self.expected, spoken_at=self._opening.pace)
            live.words(to_webvtt(self.performance, dict(self._work.names)))

    def parts(
        self, ladder: Ladder, hung: dict[str, bytes]
    ) -> Iterator[Iterator[Frame]]:
        """Its frames in order: those of the opening, and, when all is spoken, the
        rest. UnspokenError when it is not, and what a stopped work raises."""
        if self._opening is not None:
            yield itertools.islice(self._animated(ladder, hung, 0), self.seam)
            self._go_on()
        yield self._animated(ladder, hung, self.seam)

    def _animated(
        self, ladder: Ladder, hung: dict[str, bytes], first: int
    ) -> Iterator[Frame]:
        work = self._work
        staging = Staging(
            self.performance, work.actors, work.background, hung, self._sounds
        )
        animator = ladder.animator
        size = {"fps": FPS, "width": work.width, "height": work.height}
        if first and isinstance(animator, Onward):
            return animator.animate_from(first, staging, **size)
        return itertools.islice(animator.animate(staging, **size), first, None)

    def _go_on(self) -> None:
        """All is spoken: from here on it is a film like any other."""
        opening, work = self._opening, self._work
        if opening is None:
            return
        self.performance = finished(work)
        self._opening = None
        self._sounds = heard(self.performance)
        track = soundtrack(self.performance, gain=self._gain, sounds=self._sounds)
        self.track = track or self.track
        self.expected = frame_count(self.performance)
        if work.live is not None:
            work.live.known(self.expected)


def finished(work: Work) -> Performance:
    """The performance whose opening is being filmed, kept as soon as it is there.
    UnspokenError when the rest was not spoken."""
    opening = work.opening
    if opening is None:
        raise RuntimeError("Nothing is being spoken")
    while opening.waits(LOOK_EVERY):
        work.tell("movement", 0.0, "the rest is being spoken")
    try:
        done = opening.finish(put_sound)
    except EngineError as error:
        raise UnspokenError(str(error)) from error
    work.keep(done.performance)
    return done.performance

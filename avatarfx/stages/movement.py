"""The frames, drawn by the best animator that can, straight into the encoder."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from avatarfx import bed, encode, sound
from avatarfx.fallbacks import STILL, Ladder
from avatarfx.pipeline import FPS, Film, Work
from avatarfx.quality.filming import watch_of
from avatarfx.stages import marks
from socialapp.engines.errors import (
    EngineError,
    OutOfMemory,
    boundary,
    memory_ran_out,
)
from socialapp.engines.protocols import Staging
from socialapp.lib import blobs
from socialapp.provenance.fingerprints.sampling import in_the_middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from socialapp.engines.protocols import Frame
    from socialapp.performance import Performance

log = logging.getLogger(__name__)

BLACK = 6.0
"""Mean of 255 under which a frame counts as black; the darkest stage has 20."""

KEPT = encode.KEY_EVERY_SECONDS * FPS
"""Frames from one at which the encoder starts anew to the next."""

SILENT_REASON = "No voice could read this script, so the picture stays still."

POSTER_QUALITY = 82


def film(work: Work) -> Work:
    """Film the performance; a rung that breaks hands over to the next."""
    performance = work.performance
    if performance is None:
        raise RuntimeError("There is nothing to film before a voice spoke")
    ladder = work.ladder or Ladder(
        work.engines.animators,
        [actor.rig for actor in work.actors.values()],
        silent="" if _spoken(performance) else (work.voice_reason or SILENT_REASON),
        spoiled=work.spoiled,
    )
    track = soundtrack(performance)
    while True:
        inker = marks.Inker(work.papers, work.width, work.height)
        work.clock.start("movement", performance.seconds)
        with work.trace.stage(
            "movement", engine=ladder.name, rung=ladder.rung
        ) as entry:
            try:
                with boundary():
                    done = _film(work, performance, ladder, track, inker)
            except EngineError as error:
                entry["note"] = str(error)
                ladder.give_way(error)  # raises when this was the last rung
                continue
            entry["note"] = ladder.reason
            entry["frames"] = done.frames
        work.trace.add("mark", **inker.entry())
        return replace(work, ladder=ladder, film=done)


def frame_count(performance: Performance) -> int:
    return Work.frames_of(performance)


def telling_frame(performance: Performance) -> int:
    """Number of the frame that makes the best poster: mouth well open, eyes open.

    The first strongest open vowel outside of a blink, away from both ends.
    """
    best, best_score = performance.seconds * 0.35, 0.0
    for part in performance.parts:
        for viseme in part.visemes:
            middle = (viseme.at + viseme.until) / 2
            if viseme.name not in {"aa", "E", "ih", "oh"}:
                continue
            if any(b.at - 0.1 <= middle <= b.until + 0.1 for b in part.blinks):
                continue
            centred = 1 - abs(middle / max(performance.seconds, 0.01) - 0.4)
            score = viseme.weight * centred
            if score > best_score + 1e-6:
                best, best_score = middle, score
    return min(frame_count(performance) - 1, max(0, round(best * FPS)))


def _spoken(performance: Performance) -> bool:
    return any(part.sound is not None for part in performance.parts)


def soundtrack(performance: Performance) -> encode.Track | None:
    """Every part's sound mixed, as loud as it should be; None when all are silent."""
    spoken = [part.sound for part in performance.parts if part.sound is not None]
    if not spoken:
        return None
    try:
        sounds = [sound.read(blobs.get(one.ref)) for one in spoken]
    except FileNotFoundError:
        raise EngineError(
            "What was spoken is missing from the storage.", permanent=True
        ) from None
    samples, rate = sound.mix(sounds, seconds=frame_count(performance) / FPS)
    under = bed.heard(performance.bed, len(samples), rate)
    return encode.Track(sound.normalise(samples, rate, under=under), rate)


def _film(
    work: Work,
    performance: Performance,
    ladder: Ladder,
    track: encode.Track | None,
    inker: marks.Inker,
) -> Film:
    expected = frame_count(performance)
    poster_at = telling_frame(performance)
    staging = Staging(performance, work.actors, work.background, _hung(work))
    watch = None
    if work.engines.limits:
        moving = ladder.animator.rung != STILL
        watch = watch_of(work, performance, staging, track, moving=moving)
    path = work.scratch / "clip.mp4"
    poster: NDArray[np.uint8] | None = None
    before: NDArray[np.uint8] | None = None
    stills: dict[int, NDArray[np.uint8]] = {}
    count = black = frozen = 0
    with encode.Writer(
        path,
        width=work.width,
        height=work.height,
        fps=FPS,
        track=track,
        options=encode.Options(**work.engines.encoder),
    ) as writer:
        for pixels, shown in inker.marked(_drawn(work, ladder, staging, expected)):
            writer.write(shown)
            if count == poster_at:
                poster = shown
            if count in {0, expected - 1} or in_the_middle(count, FPS):
                stills[count] = shown
            few = pixels[4::8, 4::8]
            black += bool(few.mean() < BLACK)
            frozen += before is not None and bool(np.array_equal(few, before))
            before = few
            if watch is not None:
                watch.see(count, pixels, keep=count % KEPT == 0)
            count += 1
    if poster is None:
        raise EngineError("The animator drew no frames.")
    return Film(
        path=path,
        frames=count,
        expected=expected,
        black=black,
        frozen=frozen,
        poster=_encoded(poster),
        stills=stills,
        hidden=inker.hidden,
        track=track,
        measured=watch.measured() if watch else None,
        kept=watch.kept if watch else {},
    )


def _hung(work: Work) -> dict[str, bytes]:
    """What is behind each panel of a split frame, in the size of the whole."""
    if work.performance is None:
        return {}
    named = {panel.background for panel in work.performance.stage.panels}
    return {name: work.hang(name, work.width, work.height) for name in named if name}


def _drawn(
    work: Work, ladder: Ladder, staging: Staging, expected: int
) -> Iterator[NDArray[np.uint8]]:
    """Every frame, told to whoever waits as it comes: the first are held back until
    the strength of the mark is known, and a cancellation must not wait for that."""
    frames = _frames(ladder, staging, work.width, work.height)
    for number, frame in enumerate(frames, start=1):
        yield np.frombuffer(frame.pixels, np.uint8).reshape(
            frame.height, frame.width, 3
        )
        work.tell("movement", number / expected, f"frame {number} of {expected}")


def _frames(
    ladder: Ladder, staging: Staging, width: int, height: int
) -> Iterator[Frame]:
    """The animator's frames; whatever breaks inside of it is an EngineError."""
    frames = ladder.animator.animate(staging, fps=FPS, width=width, height=height)
    while True:
        try:
            frame = next(frames, None)
        except (EngineError, OSError, MemoryError):
            raise
        except Exception as error:
            if memory_ran_out(error):
                raise OutOfMemory from error
            log.exception("Animator %s broke", ladder.name)
            raise EngineError(
                "The animator stopped in the middle of the clip."
            ) from error
        if frame is None:
            return
        if (frame.width, frame.height) != (width, height):
            raise EngineError("The animator drew frames of a wrong size.")
        yield frame


def _encoded(pixels: NDArray[np.uint8]) -> bytes:
    good, data = cv2.imencode(
        ".webp",
        cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR),
        [cv2.IMWRITE_WEBP_QUALITY, POSTER_QUALITY],
    )
    if not good:
        raise EngineError("The poster could not be made.")
    return bytes(data)

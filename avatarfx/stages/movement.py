"""The frames, drawn by the best animator that can, straight into the encoder."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from avatarfx import encode, encoders
from avatarfx.fallbacks import STILL, Ladder
from avatarfx.pipeline import FPS, Film
from avatarfx.quality.filming import learn, watch_of
from avatarfx.quality.watcher import Watcher
from avatarfx.stages import marks
from avatarfx.stages.posters import Posters
from avatarfx.stages.shoot import Shoot, UnspokenError, finished
from avatarfx.stages.voice import speak_at_once
from socialapp.engines.errors import EngineError, OutOfMemory, boundary, memory_ran_out
from socialapp.engines.protocols import Batched
from socialapp.provenance.fingerprints.sampling import in_the_middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from avatarfx.pipeline import Rehearsed, Work
    from socialapp.engines.protocols import Frame
    from socialapp.performance import Performance

log = logging.getLogger(__name__)

BLACK = 6.0
"""Mean of 255 under which a frame counts as black; the darkest stage has 20."""

SILENT_REASON = "No voice could read this script, so the picture stays still."

POSTER_QUALITY = 82

KEPT = encode.KEY_EVERY_SECONDS * FPS
"""Frames from one at which the encoder starts anew to the next."""


def film(work: Work) -> Work:
    """Film the performance; a rung that breaks hands over to the next.

    Of a script that is still being spoken each sentence is filmed as it comes.
    """
    try:
        return _on_a_rung(work)
    except UnspokenError as error:
        log.warning("The voice stopped in mid-script: %s", error)
        return _on_a_rung(speak_at_once(replace(work, reading=None)))
    finally:
        if work.reading is not None:
            work.reading.stop()


def _on_a_rung(work: Work) -> Work:
    performance = work.performance
    heard = work.reading is not None or (
        performance is not None and _spoken(performance)
    )
    ladder = work.ladder or Ladder(
        work.engines.animators,
        [actor.rig for actor in work.actors.values()],
        silent="" if heard else (work.voice_reason or SILENT_REASON),
        spoiled=work.spoiled,
    )
    while True:
        ready = work.rehearsed
        if ready is not None and ready.animator != ladder.name:
            ready = None
        chosen = ready.chosen if ready else None
        inker = marks.Inker(work.papers, work.width, work.height, chosen)
        shoot = Shoot(work)
        work.clock.start("movement", shoot.expected / FPS)
        with work.trace.stage(
            "movement", engine=ladder.name, rung=ladder.rung
        ) as entry:
            try:
                with boundary():
                    done = _film(work, shoot, ladder, inker, ready)
            except EngineError as error:
                entry["note"] = str(error)
                ladder.give_way(error)  # raises when this was the last rung
                if work.reading is not None:
                    work = replace(work, performance=finished(work), reading=None)
                continue
            entry["note"] = ladder.reason
            entry["frames"] = done.frames
            wish = str(work.engines.encoder.get("codec", encoders.X264))
            entry["encoder"] = encoders.choose(wish).codec
            if reason := encoders.choose(wish).reason:
                entry["encoder_reason"] = reason
            if isinstance(ladder.animator, Batched):
                entry["batch"] = getattr(ladder.animator, "batch", 1)
            if shoot.seam:
                entry["spoken_until"] = round(shoot.seam / FPS, 2)
        work.trace.add("mark", **inker.entry())
        return replace(
            work,
            ladder=ladder,
            film=done,
            performance=shoot.performance,
            reading=None,
        )


def _spoken(performance: Performance) -> bool:
    return any(part.sound is not None for part in performance.parts)


def _film(
    work: Work,
    shoot: Shoot,
    ladder: Ladder,
    inker: marks.Inker,
    ready: Rehearsed | None,
) -> Film:
    path = work.scratch / "clip.mp4"
    poster: NDArray[np.uint8] | None = None
    before: NDArray[np.uint8] | None = None
    stills: dict[int, NDArray[np.uint8]] = {}
    count = black = frozen = 0
    posters = Posters(shoot)
    live = work.live
    hung = _hung(work)
    watcher = None
    if work.engines.limits:
        moving = ladder.animator.rung != STILL
        met = ready.met if ready and moving else None
        watcher = Watcher(watch_of(work, shoot, hung, moving=moving, met=met))
    shoot.begin()
    track = shoot.track
    with (
        watcher or contextlib.nullcontext(),
        encode.Writer(
            path,
            width=work.width,
            height=work.height,
            fps=FPS,
            track=track,
            options=encode.Options(**work.engines.encoder),
            segment=live.segment if live else None,
        ) as writer,
    ):
        for pixels, shown in inker.marked(_drawn(work, ladder, shoot, hung, watcher)):
            if shoot.track is not None and shoot.track is not track:
                track = shoot.track
                writer.hear(track)
            writer.write(shown)
            if posters.wants(count):
                poster = shown
            if count in {0, shoot.expected - 1} or in_the_middle(count, FPS):
                stills[count] = shown
                if live is not None:
                    live.still(count, shown)
            few = np.ascontiguousarray(pixels[4::8, 4::8])
            black += bool(few.mean() < BLACK)
            frozen += before is not None and bool(np.array_equal(few, before))
            before = few
            count += 1
        measured = watcher.measured() if watcher else None
    if poster is None:
        raise EngineError("The animator drew no frames.")
    return Film(
        path=path,
        frames=count,
        expected=shoot.expected,
        black=black,
        frozen=frozen,
        poster=_encoded(poster),
        stills=stills,
        hidden=inker.hidden,
        track=shoot.track,
        measured=measured,
        kept=watcher.watch.kept if watcher else {},
    )


def _hung(work: Work) -> dict[str, bytes]:
    """What is behind each panel of a split frame, in the size of the whole."""
    if work.performance is None:
        return {}
    named = {panel.background for panel in work.performance.stage.panels}
    return {name: work.hang(name, work.width, work.height) for name in named if name}


def _drawn(
    work: Work,
    ladder: Ladder,
    shoot: Shoot,
    hung: dict[str, bytes],
    watcher: Watcher | None,
) -> Iterator[NDArray[np.uint8]]:
    """Every frame, watched and told to whoever waits as it comes: the first are held
    back until the strength of the mark is known, and a cancellation must not wait for
    that, nor what a model refined be kept that long."""
    performance = shoot.performance
    for number, frame in enumerate(_frames(work, ladder, shoot, hung), start=1):
        pixels = _pixels(frame.pixels, frame)
        if watcher is not None:
            if shoot.performance is not performance:
                performance = shoot.performance
                learn(watcher, work, shoot)
            under = _pixels(frame.under, frame) if frame.under else None
            keep = (number - 1) % KEPT == 0
            watcher.see(number - 1, pixels, under=under, keep=keep)
        yield pixels
        expected = max(shoot.expected, number)
        work.tell("movement", number / expected, f"frame {number} of {expected}")
        if work.live is not None:
            work.live.drawn(number)


def _frames(
    work: Work, ladder: Ladder, shoot: Shoot, hung: dict[str, bytes]
) -> Iterator[Frame]:
    """The animator's frames, all of the right size."""
    for part in shoot.parts(ladder, hung):
        for frame in _whole(part, ladder.name):
            if (frame.width, frame.height) != (work.width, work.height):
                raise EngineError("The animator drew frames of a wrong size.")
            yield frame


def _pixels(data: bytes | memoryview, frame: Frame) -> NDArray[np.uint8]:
    if len(data) != frame.width * frame.height * 3:
        raise EngineError("The animator drew frames of a wrong size.")
    return np.frombuffer(data, np.uint8).reshape(frame.height, frame.width, 3)


def _whole(frames: Iterator[Frame], name: str) -> Iterator[Frame]:
    """Whatever breaks inside of an animator is an EngineError."""
    while True:
        try:
            frame = next(frames, None)
        except (EngineError, OSError, MemoryError):
            raise
        except Exception as error:
            if memory_ran_out(error):
                raise OutOfMemory from error
            log.exception("Animator %s broke", name)
            raise EngineError(
                "The animator stopped in the middle of the clip."
            ) from error
        if frame is None:
            return
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

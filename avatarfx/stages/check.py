"""Is the film what it should be?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from avatarfx import encode
from avatarfx.fallbacks import CheckError
from avatarfx.pipeline import FPS

if TYPE_CHECKING:
    from avatarfx.pipeline import Film, Work

MOST_BLACK = 0.02
MOST_FROZEN = 0.6
"""Of a moving clip's frames: a calm listener rests, but never for most of the clip."""

SLACK_SECONDS = 0.08
"""Two frames: how far the lengths of sound and picture may differ."""


def check(work: Work) -> Work:
    """CheckError when the film is faulty; then the next rung films again."""
    film = work.film
    ladder = work.ladder
    if film is None or ladder is None:
        raise RuntimeError("There is nothing to check before the filming")
    with work.trace.stage("check") as entry:
        _look(film, moving=ladder.rung in {"full", "simple"})
        seen = encode.inspect(film.path)
        expected = film.expected / FPS
        if seen.frames != film.expected:
            raise CheckError(f"{seen.frames} frames instead of {film.expected}.")
        if abs(seen.seconds - expected) > SLACK_SECONDS:
            raise CheckError(
                f"The picture lasts {seen.seconds:.2f} s, not {expected:.2f} s."
            )
        spoken = bool(
            work.performance and any(part.sound for part in work.performance.parts)
        )
        if spoken and abs(seen.sound_seconds - expected) > SLACK_SECONDS:
            raise CheckError(
                f"The sound lasts {seen.sound_seconds:.2f} s, not {expected:.2f} s."
            )
        entry["note"] = f"{seen.frames} frames, {film.frozen} at rest"
    return work


def _look(film: Film, *, moving: bool) -> None:
    if film.frames != film.expected:
        raise CheckError(f"{film.frames} frames were drawn, not {film.expected}.")
    if film.black > MOST_BLACK * film.frames:
        raise CheckError(f"{film.black} of {film.frames} frames are black.")
    # Shorter than a second, there is no time to tell calm from frozen.
    if moving and film.frames > FPS and film.frozen > MOST_FROZEN * film.frames:
        raise CheckError(f"The picture stood still in {film.frozen} frames.")

"""Is the film what it should be?"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from avatarfx import encode
from avatarfx.fallbacks import CheckError
from avatarfx.pipeline import FPS
from avatarfx.quality import files
from avatarfx.quality.beside import verdict as beside
from avatarfx.quality.verdict import Limits, fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avatarfx.fallbacks import Ladder
    from avatarfx.pipeline import Film, Work

MOST_BLACK = 0.02
MOST_FROZEN = 0.6
"""Of a moving clip's frames: a calm listener rests, but never for most of the clip."""

SLACK_SECONDS = 0.08
"""Two frames: how far the lengths of sound and picture may differ."""

MOST_DIFFERENT = 12.0
"""Grey levels, mean of a frame: what mark, label and codec do stays below 3."""

REFERENCE = "warp"
"""A rung above it must be as good as it is, by the limits of this name; the others, and
it itself, by those called ``floor``."""

BESIDE = "beside"
"""What is refined from another film is compared with that one instead: by these limits."""

NUMBERS = (
    "sync", "lag_frames", "jitter_px", "identity", "flicker", "mouth", "mouth_lag",
    "scene", "lost", "looks", "cpu_seconds",
)  # fmt: skip


def check(work: Work) -> Work:
    """CheckError when the film is faulty; then the next rung films again."""
    film = work.film
    ladder = work.ladder
    if film is None or ladder is None:
        raise RuntimeError("There is nothing to check before the filming")
    with work.trace.stage("check", rung=ladder.rung) as entry:
        verdict = work.trace.add(
            "quality", engine=ladder.name, rung=ladder.rung, **_numbers(film)
        )
        try:
            _whole(work, film, ladder)
            _good(work, film, ladder, verdict)
        except CheckError as error:
            verdict |= {"verdict": "dropped", "note": str(error)}
            raise
        verdict["verdict"] = "kept"
        entry["note"] = f"{film.frames} frames, {film.frozen} at rest"
    return work


def _numbers(film: Film) -> dict[str, Any]:
    found = film.measured
    told = {name: getattr(found, name) for name in NUMBERS} if found else {}
    if found and found.beside:
        told |= _beside(asdict(found.beside))
    return {"black": film.black, "frozen": film.frozen, **told}


def _beside(numbers: Mapping[str, Any]) -> dict[str, Any]:
    return {f"beside_{name}": value for name, value in numbers.items()}


def _held_to(limits: Mapping[str, float], *, drawn: bool) -> dict[str, float]:
    """By the names of the numbers that are held to them."""
    held_to = dict(limits)
    of_drawn = held_to.pop("mouth_drawn")
    return held_to | ({"mouth": of_drawn} if drawn else {})


def _whole(work: Work, film: Film, ladder: Ladder) -> None:
    """Nothing of it is missing."""
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


def _good(work: Work, film: Film, ladder: Ladder, verdict: dict[str, Any]) -> None:
    """It is as good as it has to be, and the file shows and plays what was made."""
    found = film.measured
    if found is None:
        return
    began = time.thread_time()
    late = 0.0
    if film.track is not None and film.track.samples.any():
        late = files.sound_late_ms(film.path, film.track)
    differs = files.worst_difference(film.path, film.kept)
    verdict["late_ms"], verdict["encoded"] = round(late, 1), differs
    verdict["seconds"] = round(found.cpu_seconds + time.thread_time() - began, 3)
    if differs > MOST_DIFFERENT:
        raise CheckError("The encoder changed the picture.")
    limits = work.engines.limits
    if found.beside is not None and BESIDE in limits:
        verdict["floors"] = _beside(limits[BESIDE])
        said = beside.worse(found.beside, beside.Limits(**limits[BESIDE]))
        if said:
            raise CheckError(said, instead=REFERENCE)
        name = "floor"
    else:
        name = REFERENCE if ladder.is_above(REFERENCE) else "floor"
    verdict["floors"] = verdict.get("floors", {}) | _held_to(
        limits[name], drawn=found.drawn
    )
    said = fault(
        found,
        Limits(**limits[name]),
        mouth=ladder.rung == "full",
        face=ladder.rung in {"full", "simple"},
        late_ms=late,
    )
    if said:
        raise CheckError(said)


def _look(film: Film, *, moving: bool) -> None:
    if film.frames != film.expected:
        raise CheckError(f"{film.frames} frames were drawn, not {film.expected}.")
    if film.black > MOST_BLACK * film.frames:
        raise CheckError(f"{film.black} of {film.frames} frames are black.")
    # Shorter than a second, there is no time to tell calm from frozen.
    if moving and film.frames > FPS and film.frozen > MOST_FROZEN * film.frames:
        raise CheckError(f"The picture stood still in {film.frozen} frames.")

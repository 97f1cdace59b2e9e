"""Is what was measured good enough, and if not, why, in words for the clip's owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from avatarfx.quality.measured import Measured

FRAME_MS = 40


@dataclass(frozen=True, slots=True)
class Limits:
    """Worse than this is not shown; where they come from: docs/quality.md."""

    mouth: float
    """At least; see `Measured` for what each is."""

    mouth_drawn: float
    """At least, where mouths are drawn pictures."""

    sync: float
    """At least."""

    lag_frames: float
    """At most, either way, of the mouth against commands or sound."""

    jitter_px: float
    identity: float
    scene: float
    flicker: float
    lost: float
    """These at most."""

    late_ms: float
    """At most, of the sound in the file."""


def fault(
    found: Measured, limits: Limits, *, mouth: bool, face: bool, late_ms: float
) -> str:
    """The first thing that is worse than `limits`; empty: none is.

    `mouth`: it is drawn to speak. `face`: it moves at all.
    """
    if abs(late_ms) > limits.late_ms:
        return f"The sound came {round(abs(late_ms))} ms {_late(late_ms)}."
    if found.flicker > limits.flicker:
        return "The picture flickered."
    if mouth and (said := _mouth(found, limits)):
        return said
    return _face(found, limits) if face else ""


def _mouth(found: Measured, limits: Limits) -> str:
    least = limits.mouth_drawn if found.drawn else limits.mouth
    if found.mouth is not None and found.mouth < least:
        return "The mouth did not move with the words."
    for lag in (found.mouth_lag, found.lag_frames):
        if lag is not None and abs(lag) > limits.lag_frames:
            return f"The mouth came {round(abs(lag) * FRAME_MS)} ms {_late(lag)}."
    if found.sync is not None and found.sync < limits.sync:
        return "The lips did not follow the sound."
    return ""


def _face(found: Measured, limits: Limits) -> str:
    if found.lost is not None and found.lost > limits.lost:
        return "The face got lost on the way."
    for unlike, most in (
        (found.identity, limits.identity),
        (found.scene, limits.scene),
    ):
        if unlike is not None and unlike > most:
            return "The face did not stay that of the portrait."
    if found.jitter_px is not None and found.jitter_px > limits.jitter_px:
        return "The face trembled."
    return ""


def _late(lag: float) -> str:
    return "late" if lag > 0 else "early"

"""Is the refined film at least as good as its control, and if not, why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from avatarfx.quality.beside.found import Beside

FRAME_MS = 40


@dataclass(frozen=True, slots=True)
class Limits:
    """Worse than this and the control is shown; where they come from: docs/quality.md.

    Of each see `Beside`.
    """

    mouth: float
    opening: float
    follows: float
    detail: float
    """These at least."""

    mouth_lag: float
    """At most, either way."""

    unlike: float
    portrait: float
    flicker: float
    swims: float
    pulse: float
    colour: float
    spoiled: float
    """These at most."""


def worse(found: Beside, limits: Limits) -> str:
    """The first thing that is worse than in the control; empty: none is."""
    return (
        _late(found, limits)
        or _wiped(found, limits)
        or _still_who(found, limits)
        or _moves(found, limits)
        or _calm(found, limits)
    )


def _late(found: Beside, limits: Limits) -> str:
    lag = found.mouth_lag
    if lag is None or abs(lag) <= limits.mouth_lag or (found.mouth or 0) < limits.mouth:
        return ""
    when = "late" if lag > 0 else "early"
    return f"The refined mouth came {round(abs(lag) * FRAME_MS)} ms {when}."


def _wiped(found: Beside, limits: Limits) -> str:
    if found.spoiled > limits.spoiled:
        return "A part of the refined face was wiped out."
    return ""


def _still_who(found: Beside, limits: Limits) -> str:
    if found.portrait is not None and found.portrait > limits.portrait:
        return "The refined face went away from the portrait."
    # What moves as it should and is not like it is somebody else, and no shut mouth.
    moves = found.follows >= limits.follows and (
        found.opening is None or found.opening >= limits.opening
    )
    if found.unlike > limits.unlike and moves:
        return "The refined face did not stay that of the portrait."
    return ""


def _moves(found: Beside, limits: Limits) -> str:
    mouth, opening = found.mouth, found.opening
    if mouth is not None and mouth < limits.mouth:
        return "The refined mouth did not move as it was told to."
    if opening is not None and opening < limits.opening:
        return "The refined mouth did not open as far as it was told to."
    if found.follows < limits.follows:
        return "The refined face did not move as it was told to."
    if found.unlike > limits.unlike:
        return "The refined face did not stay that of the portrait."
    return ""


def _calm(found: Beside, limits: Limits) -> str:
    if found.detail < limits.detail:
        return "The refined face was blurred."
    if found.flicker > limits.flicker or found.pulse > limits.pulse:
        return "The refined face flickered."
    if found.swims > limits.swims:
        return "The refined face swam."
    if found.colour > limits.colour:
        return "The refined face changed its colour."
    return ""

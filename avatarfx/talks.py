"""Scripts in which several speak: for whoever asks for a clip, and for who makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avatarfx.errors import NotNowError
from socialapp.acting import CAMERAS, speakers
from socialapp.acting import script as scripts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avatarfx.recipe import Recipe
    from socialapp.acting import Line
    from socialapp.characters.models import Character

MOST = 3
"""Characters on a stage; faces of more would be too small to read."""


def called(seats: Mapping[str, Character]) -> dict[str, str]:
    """What the script calls whoever stands on each seat."""
    names = speakers.names_of(one.name for one in seats.values())
    return dict(zip(seats, names, strict=True))


def names_in(script: str, seats: Mapping[str, Character]) -> dict[str, str]:
    """By seat, for a recipe; empty when one character says all of the script."""
    names = called(seats)
    return names if speakers.has_names(script, names) else {}


def seconds_of(
    script: str, names: Mapping[str, str], paces: Mapping[str, float] | None = None
) -> float:
    """About how long the clip will be; `paces` are speeds of the voices by seat.

    ScriptError for a script whose lines are not those of the cast, `names` by seat.
    """
    if speakers.has_names(script, names):
        return speakers.estimate(speakers.read(script, names), paces)
    pace = next(iter((paces or {}).values()), 1.0)
    if names:
        speakers.check_alone(script, next(iter(names.values())))
    return scripts.estimate_seconds(script, pace)


def check_stage(seats: Mapping[str, Character], camera: str) -> None:
    """NotNowError for a cast that does not fit, or a camera that nobody has."""
    if len(seats) > MOST:
        raise NotNowError(
            f"A stage holds {MOST} characters, and {len(seats)} were cast. Leave out"
            f" {len(seats) - MOST}, or make two clips of it."
        )
    if camera and camera not in CAMERAS:
        raise NotNowError(f"No such camera: {camera}. Use one of {', '.join(CAMERAS)}.")


def lines_of(recipe: Recipe) -> tuple[Line, ...]:
    """Of a recipe whose script has names; none when one character says all of it."""
    names = {role.seat: role.name for role in recipe.cast if role.name}
    return speakers.read(recipe.script, names) if names else ()

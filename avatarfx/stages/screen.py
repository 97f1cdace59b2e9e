"""Nothing goes out unseen: a frame a second, and both ends, are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avatarfx import encode
from avatarfx.errors import HeldError

if TYPE_CHECKING:
    from avatarfx.pipeline import Screened, Work


def screen(work: Work, entry: dict[str, Any]) -> Screened:
    """HeldError when a rule refuses what is seen in the film. `entry`: of the trace."""
    film = work.film
    if film is None:
        raise RuntimeError("There is nothing to screen before the filming")
    if work.screen is None:
        entry["note"] = "Nobody was asked."
        return work.screened
    frames = [encode.jpeg(film.stills[number]) for number in sorted(film.stills)]
    screened = work.screen(frames)
    entry["note"] = screened.held or f"{len(frames)} frames may be shown"
    if screened.refused:
        raise HeldError(screened.held)
    return screened

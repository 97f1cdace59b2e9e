"""Drawn mouths for flat cartoons: a smeared line is no mouth, a drawn one is."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from socialapp.engines.errors import EngineError
from socialapp.lib.mouths import HEIGHT, LETTERS, LINE, SPAN, cartoon_svg, line_colour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["HEIGHT", "LETTERS", "LINE", "SPAN", "drawn_mouth", "line_colour"]


def drawn_mouth(
    letter: str, palette: Mapping[str, str], width: int
) -> NDArray[np.uint8]:
    """One of the nine mouths as (height, width, 4) RGBA with straight alpha.

    Arguments as for ``cartoon_svg``. The array is shared and must not be changed.
    """
    if letter not in LETTERS:
        raise KeyError(letter)
    return _drawn(letter, tuple(sorted(palette.items())), width)


@lru_cache(maxsize=128)
def _drawn(
    letter: str, palette: tuple[tuple[str, str], ...], width: int
) -> NDArray[np.uint8]:
    import resvg_py  # noqa: PLC0415 - most renders need no drawn mouth

    svg = cartoon_svg(letter, dict(palette), width)
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    picture = cv2.imdecode(np.frombuffer(bytes(png), np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise EngineError("The drawn mouth could not be drawn", permanent=True)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA), np.uint8)

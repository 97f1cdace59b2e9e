"""Drawn mouths for flat cartoons: a smeared line is no mouth, a drawn one is."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from socialapp.engines.errors import EngineError
from socialapp.lib.mouths import LETTERS, MouthColours, MouthStyle, mouth_svg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["HEIGHT", "LETTERS", "LINE", "SPAN", "drawn_mouth", "line_colour"]

SPAN = 1.6
"""Width of the picture in mouth widths, corner to corner at rest."""

HEIGHT = 0.8
"""Height of the picture in parts of its width."""

LINE = (0.5, 0.34)
"""The middle of the lip line in the picture, in parts of its width and height."""

_UNITS = 160.0
_STYLE = MouthStyle(lips=0.0, smile=0.2, weight=1.05)


def drawn_mouth(
    letter: str, palette: Mapping[str, str], width: int
) -> NDArray[np.uint8]:
    """One of the nine mouths as (height, width, 4) RGBA with straight alpha.

    `palette` is the rig's: ``#rrggbb`` for skin, lip, teeth, tongue and mouth, each
    optional. The height is ``round(width * HEIGHT)``. KeyError for an unknown letter.
    The array is shared and must not be changed.
    """
    if letter not in LETTERS:
        raise KeyError(letter)
    return _drawn(letter, tuple(sorted(palette.items())), width)


def line_colour(palette: Mapping[str, str]) -> str:
    """The ink of the lips: the picture's own lip colour, dark enough to read on skin."""
    skin, lip = (
        np.array(_rgb(palette.get(key, default)), np.float64)
        for key, default in (("skin", "#e0a885"), ("lip", "#7a3b32"))
    )
    ink = lip * 0.45
    # On dark skin a dark line drowns; there the line goes the other way.
    if skin @ (0.299, 0.587, 0.114) < 48:
        ink = lip + (255 - lip) * 0.35
    return "#" + "".join(f"{round(v):02x}" for v in np.clip(ink, 0, 255))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@lru_cache(maxsize=128)
def _drawn(
    letter: str, palette: tuple[tuple[str, str], ...], width: int
) -> NDArray[np.uint8]:
    import resvg_py  # noqa: PLC0415 - most renders need no drawn mouth

    given = dict(palette)
    plain = MouthColours()
    line = line_colour(given)
    colours = MouthColours(
        lip=given.get("lip", plain.lip),
        lip_upper=given.get("lip", plain.lip_upper),
        line=line,
        inside=given.get("mouth", plain.inside),
        teeth=given.get("teeth", plain.teeth),
        tongue=given.get("tongue", plain.tongue),
    )
    tall = round(width * HEIGHT)
    mouth = mouth_svg(
        letter,
        x=_UNITS * LINE[0],
        y=_UNITS * HEIGHT * LINE[1],
        half=_UNITS / SPAN / 2,
        colours=colours,
        style=_STYLE,
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{tall}" '
        f'viewBox="0 0 {_UNITS:g} {_UNITS * tall / width:g}">{mouth}</svg>'
    )
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    picture = cv2.imdecode(np.frombuffer(bytes(png), np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise EngineError("The drawn mouth could not be drawn", permanent=True)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA), np.uint8)

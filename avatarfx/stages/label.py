"""The small "AI" in a corner of every frame: whoever sees the film anywhere sees it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

SIZE = (36, 26)
"""Of the label in a frame whose short side has 512 pixels; on a phone 390 wide the
letters are 11 pixels tall."""

DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 26"
 width="{width}" height="{height}">
<rect x="0.5" y="0.5" width="35" height="25" rx="7" fill="#000" fill-opacity="0.66"/>
<path d="M9 20 L14.5 6 L20 20 M11 15.4 H18 M26 6 V20" fill="none" stroke="#fff"
 stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/></svg>"""
"""White on two thirds of black: 6.9 to 1 over white (WCAG 2.2), more over the rest."""

MARGIN = 0.05
"""Of the short side: inside the graphics-safe area of EBU R 95."""

TALL_ACROSS, TALL_DOWN = 0.115, 0.08
"""Of width and height of a tall frame: a phone of 9:19.5 that a film of 9:16 fills cuts
9 percent off both sides, and the page has its buttons at the top."""


@lru_cache(maxsize=8)
def _drawn(width: int, height: int) -> NDArray[np.uint8]:
    """(height, width, 4) RGBA, not premultiplied."""
    import resvg_py  # noqa: PLC0415 - loads a renderer that most processes never need

    svg = DRAWING.format(width=width, height=height)
    png = np.frombuffer(bytes(resvg_py.svg_to_bytes(svg_string=svg)), np.uint8)
    picture = cast("Picture", cv2.imdecode(png, cv2.IMREAD_UNCHANGED))
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA), np.uint8)


class Label:
    """Burns the label into frames of one size, at the top right."""

    def __init__(self, width: int, height: int) -> None:
        scale = min(width, height) / 512
        across, down = (max(1, round(side * scale)) for side in SIZE)
        if height > width:
            right, top = round(width * TALL_ACROSS), round(height * TALL_DOWN)
        else:
            right = top = round(min(width, height) * MARGIN)
        left = max(0, width - right - across)
        self.area = (slice(top, top + down), slice(left, left + across))
        rgba = _drawn(across, down).astype(np.float32)
        alpha = rgba[..., 3:] / 255
        self._ink = np.asarray(rgba[..., :3] * alpha, np.float32)
        self._rest = np.repeat(1 - alpha, 3, axis=2)

    def burn(self, frame: Picture) -> None:
        """Into the frame itself, (height, width, 3) RGB."""
        under = frame[self.area]
        frame[self.area] = np.rint(under * self._rest + self._ink).astype(np.uint8)

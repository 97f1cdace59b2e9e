"""Drawings to pictures: one SVG, many layers, each cropped to what it shows."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import resvg_py
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterable

SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", SVG)

SCALE = 2.0
"""Pixels a unit of the view box. A close-up shows about 300 units on 512 pixels, so
2 leaves nothing to enlarge."""

_GLANCE = 0.25
"""Scale of the small picture that finds where a layer has anything at all."""

_MARGIN = 2.0
"""Units kept around that, because the small picture rounds thin strokes away."""


@dataclass(frozen=True, slots=True)
class Cel:
    """One layer as a picture."""

    data: bytes
    """Lossless WebP with straight alpha."""

    box: tuple[float, float, float, float]
    """x, y, width, height in units of the view box."""


class Sheet:
    """A drawing whose elements can be pictured one by one.

    The definitions of the whole drawing are kept with each element, wherever they
    stood: gradients in ``defs``, clip paths beside what they clip.
    """

    def __init__(self, svg: str) -> None:
        # Only the project's own drawings come here, never an upload.
        self.root = ET.fromstring(svg)  # noqa: S314
        box = self.root.get("viewBox", "").split()
        if self.root.tag != f"{{{SVG}}}svg" or len(box) != 4:
            raise ValueError("An SVG with a view box is needed")
        self.width, self.height = float(box[2]), float(box[3])
        kinds = {
            f"{{{SVG}}}{k}" for k in ("linearGradient", "radialGradient", "clipPath")
        }
        self._shared = [e for e in self.root.iter() if e.tag in kinds]
        self._by_id = {e.get("id", ""): e for e in self.root.iter()}

    def group(self, name: str) -> ET.Element:
        """KeyError when there is none."""
        return self._by_id[name]

    def cel(self, elements: Iterable[ET.Element]) -> Cel | None:
        """The elements as one picture; None when they show nothing."""
        found = [_shown(e) for e in elements if e.tag != f"{{{SVG}}}clipPath"]
        if not found:
            return None
        whole = (0.0, 0.0, self.width, self.height)
        seen = _open(self._draw(found, whole, _GLANCE)).getchannel("A").getbbox()
        if seen is None:
            return None
        left = max(0.0, seen[0] / _GLANCE - _MARGIN)
        top = max(0.0, seen[1] / _GLANCE - _MARGIN)
        right = min(self.width, seen[2] / _GLANCE + _MARGIN)
        bottom = min(self.height, seen[3] / _GLANCE + _MARGIN)
        picture = _open(
            self._draw(found, (left, top, right - left, bottom - top), SCALE)
        )
        tight = picture.getchannel("A").getbbox()
        if tight is None:
            return None
        # One clear pixel all round: bilinear sampling must never meet the picture's end.
        # A layer that runs out of the drawing has none there, or a seam would show.
        x0 = max(0, tight[0] - 1)
        y0 = max(0, tight[1] - 1)
        x1 = min(picture.width, tight[2] + 1)
        y1 = min(picture.height, tight[3] + 1)
        box = (
            left + x0 / SCALE,
            top + y0 / SCALE,
            (x1 - x0) / SCALE,
            (y1 - y0) / SCALE,
        )
        return Cel(webp(picture.crop((x0, y0, x1, y1))), box)

    def flat(self) -> bytes:
        """The whole drawing as displayed, as an encoded PNG."""
        return _render(ET.tostring(self.root, encoding="unicode"), SCALE)

    def _draw(
        self,
        elements: list[ET.Element],
        box: tuple[float, float, float, float],
        scale: float,
    ) -> bytes:
        root = ET.Element(f"{{{SVG}}}svg")
        root.set("viewBox", " ".join(f"{v:g}" for v in box))
        root.set("width", f"{box[2]:g}")
        root.set("height", f"{box[3]:g}")
        ET.SubElement(root, f"{{{SVG}}}defs").extend(self._shared)
        root.extend(elements)
        return _render(ET.tostring(root, encoding="unicode"), scale)


def _render(svg: str, scale: float) -> bytes:
    return bytes(
        resvg_py.svg_to_bytes(svg_string=svg, zoom=scale, skip_system_fonts=True)
    )


def _open(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGBA")


def _shown(element: ET.Element) -> ET.Element:
    """The element with its own ``display`` taken off; the original stays."""
    if element.get("display") is None:
        return element
    shown = ET.Element(
        element.tag, {k: v for k, v in element.items() if k != "display"}
    )
    shown.text = element.text
    shown.extend(element)
    return shown


def webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    # method 2: a fifth of the time of the default 4 for a few per cent of size.
    picture.save(out, "WEBP", lossless=True, method=2)
    return out.getvalue()

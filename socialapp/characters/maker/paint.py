"""Colours, paths and gradients of the drawn characters.

Light comes from the upper left, as in the cast: a pale rim there, shade at the lower
right. Paths are absolute, of M, L, C and Q only, so that they can be moved and mirrored.
"""

from __future__ import annotations

import colorsys
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

MIDDLE = 300.0
"""The mirror of every face."""


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(one: str, other: str, share: float) -> str:
    """`share` of `other` in `one`."""
    pairs = zip(rgb(one), rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def light(colour: str, share: float) -> str:
    """Towards a warm white."""
    return mix(colour, "#fff4e2", share)


def dark(colour: str, share: float) -> str:
    """Darker and a little towards plum: shade is never plain black, and never the
    orange that pale skin turns to when it is merely darkened."""
    h, lightness, s = colorsys.rgb_to_hls(*(v / 255 for v in rgb(colour)))
    # Saturation in this model is exaggerated for pale colours: let it fall with them.
    s *= 1 - 1.1 * share * max(lightness - 0.35, 0.0) / 0.65
    deep = colorsys.hls_to_rgb(h, lightness * (1 - share), s)
    flat = "#" + "".join(f"{round(v * 255):02x}" for v in deep)
    return mix(flat, "#3a1430", share * 0.2)


def glow(colour: str) -> float:
    """How bright it looks, 0 to 1."""
    r, g, b = rgb(colour)
    return (0.299 * r + 0.587 * g + 0.114 * b) / 255


def ink(colour: str) -> str:
    """A line colour that reads on `colour`."""
    return dark(colour, 0.72) if glow(colour) > 0.12 else mix(colour, "#000000", 0.65)


def moved(d: str, dx: float, dy: float) -> str:
    return _each(d, lambda x, y: (x + dx, y + dy))


def mirrored(d: str) -> str:
    """The same on the other side of the face."""
    return _each(d, lambda x, y: (2 * MIDDLE - x, y))


def both(d: str) -> str:
    """The path and its mirror image as one."""
    return f"{d} {mirrored(d)}"


def _each(d: str, change: Callable[[float, float], tuple[float, float]]) -> str:
    numbers = [float(n) for n in _NUMBER.findall(d)]
    points = [change(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
    flat = iter([v for point in points for v in point])
    return _NUMBER.sub(lambda _: f"{next(flat):.1f}".removesuffix(".0"), d)


def fill(d: str, colour: str, opacity: float = 1.0) -> str:
    seen = "" if opacity == 1 else f' opacity="{opacity:g}"'
    return f'<path d="{d}" fill="{colour}"{seen}/>'


def stroke(d: str, colour: str, width: float, opacity: float = 1.0) -> str:
    seen = "" if opacity == 1 else f' opacity="{opacity:g}"'
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-linecap="round" stroke-linejoin="round"{seen}/>'
    )


def ellipse(  # noqa: PLR0917 - as SVG writes it, then how much is seen
    x: float, y: float, rx: float, ry: float, colour: str, opacity: float = 1.0
) -> str:
    seen = "" if opacity == 1 else f' opacity="{opacity:g}"'
    return (
        f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" '
        f'fill="{colour}"{seen}/>'
    )


class Palette:
    """Collects the gradients and clips of one drawing; the same one is kept once."""

    def __init__(self) -> None:
        self._definitions: dict[str, str] = {}

    def slope(
        self,
        *stops: tuple[float, str],
        across: tuple[float, float, float, float] = (0.1, 0.0, 0.9, 1.0),
    ) -> str:
        """A linear gradient, from the upper left unless said otherwise; its fill."""
        x1, y1, x2, y2 = across
        inner = "".join(
            f'<stop offset="{at:g}" stop-color="{colour}"/>' for at, colour in stops
        )
        return self._add(
            "g",
            f'<linearGradient x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" '
            f'id="{{id}}">{inner}</linearGradient>',
        )

    def form(self, colour: str, depth: float = 1.0) -> str:
        """The usual gradient of a rounded thing."""
        return self.slope(
            (0.0, light(colour, 0.2 * depth)),
            (0.5, colour),
            (1.0, dark(colour, 0.3 * depth)),
        )

    def blush(self, colour: str) -> str:
        """A soft spot that fades to nothing."""
        stops = "".join(
            f'<stop offset="{at:g}" stop-color="{colour}" stop-opacity="{seen:g}"/>'
            for at, seen in ((0, 0.9), (0.45, 0.5), (1, 0))
        )
        return self._add(
            "b",
            f'<radialGradient cx="0.5" cy="0.5" r="0.5" id="{{id}}">{stops}'
            "</radialGradient>",
        )

    def clipped(self, d: str, inner: str) -> str:
        """`inner`, seen only within the path."""
        url = self._add("c", f'<clipPath id="{{id}}"><path d="{d}"/></clipPath>')
        return f'<g clip-path="{url}">{inner}</g>'

    def mass(
        self,
        d: str,
        colour: str,
        *,
        depth: float = 1.0,
        rim: float = 0.34,
        inner: str = "",
        reach: float = 1.0,
    ) -> str:
        """A lit form: gradient, pale rim at the upper left, shade at the lower right.

        Each rim is the form less the form moved away from it. `inner` is drawn on the
        form and clipped by it.
        """
        far, near = 11 * reach, 13 * reach
        lit = f"{d} {moved(d, far, far * 0.75)}"
        shaded = f"{d} {moved(d, -near, -near * 0.55)}"
        return self.clipped(
            d,
            fill(d, self.form(colour, depth))
            + inner
            + _even_odd(shaded, dark(colour, 0.55), 0.28)
            + _even_odd(lit, light(colour, 0.75), rim),
        )

    def definitions(self) -> str:
        return "".join(
            body.replace("{id}", name) for body, name in self._definitions.items()
        )

    def _add(self, kind: str, body: str) -> str:
        name = self._definitions.setdefault(body, f"{kind}{len(self._definitions)}")
        return f"url(#{name})"


def _even_odd(d: str, colour: str, opacity: float) -> str:
    return f'<path d="{d}" fill="{colour}" fill-rule="evenodd" opacity="{opacity:g}"/>'

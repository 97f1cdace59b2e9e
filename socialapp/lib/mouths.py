"""Nine mouths as vector shapes, for characters that are drawn rather than photographed.

X rest, A closed (p b m), B teeth together (k s t ee), C open (e), D wide open (a),
E rounded (o), F puckered (u w), G teeth on the lip (f v), H tongue raised (l).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LETTERS = "XABCDEFGH"


@dataclass(frozen=True, slots=True)
class MouthColours:
    """``#rrggbb`` each."""

    lip: str = "#b65e50"
    lip_upper: str = "#8a3f38"
    line: str = "#3a120f"
    inside: str = "#3a0f18"
    teeth: str = "#fff6ea"
    tongue: str = "#c4565c"


@dataclass(frozen=True, slots=True)
class MouthStyle:
    lips: float = 1.0
    """Fullness; 0 draws lines alone."""

    smile: float = 0.25
    """How far the corners of the resting mouth rise, in half widths."""

    tooth: str = "row"
    """``row``, ``fangs`` or ``none``."""

    weight: float = 1.0
    """Thickness of lines."""


@dataclass(frozen=True, slots=True)
class _Open:
    """An open mouth in half widths of the resting one; y is down from the lip line."""

    half: float
    up: float
    down: float
    corner: float = 0.0
    round: float = 0.0
    """0: pointed corners, 1: an oval."""


_OPEN = {
    "B": _Open(0.90, 0.12, 0.20),
    "C": _Open(0.92, 0.15, 0.46),
    "D": _Open(0.86, 0.22, 0.94, 0.04),
    "E": _Open(0.46, 0.26, 0.54, 0.08, 1.0),
    "F": _Open(0.25, 0.14, 0.30, 0.07, 1.0),
    "G": _Open(0.82, 0.10, 0.16),
    "H": _Open(0.82, 0.16, 0.66, 0.02),
}


def mouth_svg(
    letter: str,
    *,
    x: float,
    y: float,
    half: float,
    colours: MouthColours,
    style: MouthStyle = MouthStyle(),
    prefix: str = "m",
) -> str:
    """SVG elements of one mouth about (`x`, `y`), `half` units from middle to corner.

    `prefix` keeps clip ids apart when several are in one document. KeyError for a
    letter that is not one of the nine.
    """
    pen = _Pen(x, y, half, colours, style)
    if letter in "XA":
        return pen.closed(pressed=letter == "A")
    return pen.open(_OPEN[letter], letter, f"{prefix}-{letter}")


SPAN = 1.6
"""Width of a cartoon's mouth picture in mouth widths, corner to corner at rest."""

HEIGHT = 0.8
"""Height of that picture in parts of its width."""

LINE = (0.5, 0.34)
"""The middle of the lip line in it, in parts of its width and height."""

_UNITS = 160.0
_CARTOON = MouthStyle(lips=0.0, smile=0.2, weight=1.05)


def cartoon_svg(letter: str, palette: Mapping[str, str], width: int) -> str:
    """One mouth as a document of `width` pixels, to be set into a flat cartoon.

    `palette` is a rig's: ``#rrggbb`` for skin, lip, teeth, tongue and mouth, each
    optional. The height is ``round(width * HEIGHT)``. KeyError for an unknown letter.
    """
    plain = MouthColours()
    tall = round(width * HEIGHT)
    mouth = mouth_svg(
        letter,
        x=_UNITS * LINE[0],
        y=_UNITS * HEIGHT * LINE[1],
        half=_UNITS / SPAN / 2,
        colours=MouthColours(
            lip=palette.get("lip", plain.lip),
            lip_upper=palette.get("lip", plain.lip_upper),
            line=line_colour(palette),
            inside=palette.get("mouth", plain.inside),
            teeth=palette.get("teeth", plain.teeth),
            tongue=palette.get("tongue", plain.tongue),
        ),
        style=_CARTOON,
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{tall}" '
        f'viewBox="0 0 {_UNITS:g} {_UNITS * tall / width:g}">{mouth}</svg>'
    )


def line_colour(palette: Mapping[str, str]) -> str:
    """The ink of the lips: the picture's own lip colour, dark enough to read on skin."""
    skin = _rgb(palette.get("skin", "#e0a885"))
    lip = _rgb(palette.get("lip", "#7a3b32"))
    # On dark skin a dark line drowns; there the line goes the other way.
    dark = 0.299 * skin[0] + 0.587 * skin[1] + 0.114 * skin[2] < 48
    ink = [v + (255 - v) * 0.35 if dark else v * 0.45 for v in lip]
    return "#" + "".join(f"{round(v):02x}" for v in ink)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


class _Pen:
    def __init__(
        self, x: float, y: float, half: float, colours: MouthColours, style: MouthStyle
    ) -> None:
        self.x, self.y, self.half, self.colours, self.style = x, y, half, colours, style

    def p(self, x: float, y: float) -> str:
        return f"{self.x + x * self.half:.1f} {self.y + y * self.half:.1f}"

    def curve(self, *points: tuple[float, float]) -> str:
        """A move, then cubics, in half widths."""
        start, *rest = points
        out = [f"M{self.p(*start)}"]
        for i in range(0, len(rest), 3):
            out.append("C" + " ".join(self.p(*q) for q in rest[i : i + 3]))
        return " ".join(out)

    def line(self, d: str, width: float, opacity: float = 1.0) -> str:
        width *= self.half / 40 * self.style.weight
        return (
            f'<path d="{d}" fill="none" stroke="{self.colours.line}" '
            f'stroke-width="{width:.2f}" stroke-linecap="round" '
            f'stroke-linejoin="round" opacity="{opacity:g}"/>'
        )

    def closed(self, *, pressed: bool) -> str:
        full = self.style.lips * (0.62 if pressed else 1.0)
        wide = 0.88 if pressed else 1.0
        rise = self.style.smile * (0.35 if pressed else 1.0)
        dip = 0.05 * full if pressed else 0.06 + 0.16 * rise
        seam = (
            (-wide, -rise), (-0.55 * wide, dip), (-0.25 * wide, dip - 0.02),
            (0, dip + 0.03), (0.25 * wide, dip - 0.02), (0.55 * wide, dip),
            (wide, -rise),
        )  # fmt: skip
        out = []
        if full > 0:
            top, low = 0.23 * full, 0.31 * full
            bow = (
                (-wide, -rise), (-0.6 * wide, -top * 0.75), (-0.26 * wide, -top * 1.25),
                (0, -top * 0.62), (0.26 * wide, -top * 1.25), (0.6 * wide, -top * 0.75),
                (wide, -rise), (0.55 * wide, dip), (0.25 * wide, dip - 0.02),
                (0, dip + 0.03), (-0.25 * wide, dip - 0.02), (-0.55 * wide, dip),
                (-wide, -rise),
            )  # fmt: skip
            lower = (
                (-0.86 * wide, -rise * 0.62), (-0.55 * wide, low + dip),
                (-0.3 * wide, low + dip + 0.04), (0, low + dip + 0.04),
                (0.3 * wide, low + dip + 0.04), (0.55 * wide, low + dip),
                (0.86 * wide, -rise * 0.62), (0.45 * wide, dip), (-0.45 * wide, dip),
                (-0.86 * wide, -rise * 0.62),
            )  # fmt: skip
            out += [
                f'<path d="{self.curve(*lower)} Z" fill="{self.colours.lip}"/>',
                f'<path d="{self.curve(*bow)} Z" fill="{self.colours.lip_upper}"/>',
                self.shine(-0.1, dip + low * 0.62, 0.3, 0.055 * full),
            ]
        out.append(self.line(self.curve(*seam), 3.4 if full else 4.4))
        for side in (-1, 1):
            tip = (side * wide, -rise)
            out.append(
                self.line(
                    self.curve(
                        tip,
                        (side * (wide + 0.03), -rise - 0.03),
                        (side * (wide + 0.06), -rise - 0.02),
                        (side * (wide + 0.08), -rise + 0.05),
                    ),
                    2.6,
                    0.55,
                )
            )
        if full == 0 and not pressed:
            low_line = ((-0.2, 0.34), (-0.1, 0.39), (0.1, 0.39), (0.2, 0.34))
            out.append(self.line(self.curve(*low_line), 2.6, 0.35))
        return "".join(out)

    def open(self, shape: _Open, letter: str, clip: str) -> str:
        full, c = self.style.lips, self.colours
        inner = self.opening(shape, 0.0, 0.0)
        out = []
        if full > 0:
            outer = self.opening(shape, 0.15 * full, 0.24 * full)
            out += [
                f'<path d="{outer}" fill="{c.lip}"/>',
                f'<clipPath id="{clip}-u"><rect x="{self.x - 2 * self.half:.1f}" '
                f'y="{self.y - 2 * self.half:.1f}" width="{4 * self.half:.1f}" '
                f'height="{(2 + shape.corner + 0.06) * self.half:.1f}"/></clipPath>',
                f'<g clip-path="url(#{clip}-u)"><path d="{outer}" '
                f'fill="{c.lip_upper}"/></g>',
            ]
        out += [
            f'<clipPath id="{clip}"><path d="{inner}"/></clipPath>',
            f'<path d="{inner}" fill="{c.inside}"/>',
            f'<g clip-path="url(#{clip})">{self.within(shape, letter)}</g>',
        ]
        if full > 0:
            out.append(
                self.shine(
                    -0.06, shape.down + 0.12 * full, shape.half * 0.34, 0.05 * full
                )
            )
            out.append(self.line(inner, 1.8, 0.5))
        else:
            out.append(self.line(inner, 3.6))
        if letter == "G":
            out.append(self.bite(shape))
        if letter == "F":
            out.append(self.pucker(shape))
        return "".join(out)

    def opening(self, shape: _Open, above: float, below: float) -> str:
        """The rim, `above` and `below` wider than the gap between the lips."""
        h = shape.half + (above * 0.45 + shape.round * above * 0.5)
        up, down, k = shape.up + above, shape.down + below, shape.corner
        if shape.round:
            mid = k + (below - above) / 4
            return self.curve(
                (-h, mid), (-h, mid - (up + mid) * 0.62), (-h * 0.55, -up), (0, -up),
                (h * 0.55, -up), (h, mid - (up + mid) * 0.62), (h, mid),
                (h, mid + (down - mid) * 0.62), (h * 0.55, down), (0, down),
                (-h * 0.55, down), (-h, mid + (down - mid) * 0.62), (-h, mid),
            ) + " Z"  # fmt: skip
        rise = k - self.style.smile * 0.28
        return self.curve(
            (-h, rise), (-h * 0.66, -up * 0.85), (-h * 0.3, -up * 1.12), (0, -up * 0.9),
            (h * 0.3, -up * 1.12), (h * 0.66, -up * 0.85), (h, rise),
            (h * 0.9, down * 0.62), (h * 0.52, down), (0, down),
            (-h * 0.52, down), (-h * 0.9, down * 0.62), (-h, rise),
        ) + " Z"  # fmt: skip

    def within(self, shape: _Open, letter: str) -> str:
        """Teeth and tongue, to be clipped by the opening."""
        h, c = shape.half, self.colours
        out = []
        if letter in "CDE":
            top = shape.down * (0.62 if letter == "D" else 0.66)
            out.append(self.ellipse(0, shape.down, h * 0.6, shape.down - top, c.tongue))
        if letter == "B":
            if self.style.tooth != "none":
                out.append(self.band(h, -shape.up - 0.2, shape.down + 0.02, 0.02))
                seam = ((-h, 0.06), (-h / 2, 0.09), (h / 2, 0.09), (h, 0.06))
                out.append(self.line(self.curve(*seam), 1.4, 0.3))
        elif letter in "CDEH":
            reach = {"C": 0.12, "D": 0.16, "E": 0.0, "H": 0.14}[letter]
            out.append(self.teeth(h, -shape.up - 0.2, reach))
        if letter == "H":
            wide = h * 0.42
            tongue = (
                (-wide, shape.down + 0.1), (-wide * 1.1, 0.16), (-wide * 0.4, 0.06),
                (0, 0.06), (wide * 0.4, 0.06), (wide * 1.1, 0.16),
                (wide, shape.down + 0.1),
            )  # fmt: skip
            out.append(f'<path d="{self.curve(*tongue)} Z" fill="{c.tongue}"/>')
            groove = ((0, 0.22), (0.01, 0.3), (0.01, 0.4), (0, 0.5))
            out.append(self.line(self.curve(*groove), 1.8, 0.2))
        return "".join(out)

    def teeth(self, half: float, top: float, low: float) -> str:
        if self.style.tooth == "none":
            return ""
        if self.style.tooth == "row":
            return self.band(half, top, low, 0.04)
        fangs = []
        for side in (-1, 1):
            at = side * half * 0.52
            fangs.append(
                f"M{self.p(at - 0.1, top)} L{self.p(at + 0.1, top)} "
                f"L{self.p(at, low + 0.16)} Z"
            )
        row = self.band(half * 0.5, top, low - 0.06, 0.03)
        return f'<path d="{" ".join(fangs)}" fill="{self.colours.teeth}"/>{row}'

    def band(self, half: float, top: float, low: float, sag: float) -> str:
        d = self.curve(
            (-half, low), (-half / 2, low + sag), (half / 2, low + sag), (half, low)
        )
        return (
            f'<path d="{d} L{self.p(half, top)} L{self.p(-half, top)} Z" '
            f'fill="{self.colours.teeth}"/>'
        )

    def bite(self, shape: _Open) -> str:
        """Upper teeth over the lower lip."""
        if self.style.tooth == "none":
            return ""
        h, low, top = shape.half * 0.6, shape.down + 0.08, -shape.up * 0.7
        d = self.curve((-h, top), (-h / 2, top - 0.04), (h / 2, top - 0.04), (h, top))
        end = self.curve(
            (h * 0.9, low - 0.03), (h / 2, low + 0.05), (-h / 2, low + 0.05),
            (-h * 0.9, low - 0.03),
        )  # fmt: skip
        seam = self.curve((0, top), (0, top), (0, low - 0.06), (0, low - 0.06))
        edge = self.line(end, 2.2 if self.style.lips else 3.2, 0.55)
        return (
            f'<path d="{d} L{end[1:]} Z" fill="{self.colours.teeth}"/>'
            f"{self.line(seam, 1.3, 0.25)}{edge}"
        )

    def pucker(self, shape: _Open) -> str:
        """Short folds around a small round mouth."""
        out = []
        reach = 0.06 + 0.08 * self.style.lips
        for side in (-1, 1):
            x = side * shape.half * 0.62
            for y, way in ((-shape.up, -1), (shape.down, 1)):
                fold = (
                    (x, y + way * 0.03), (x, y + way * 0.05),
                    (x * 1.1, y + way * reach), (x * 1.15, y + way * reach),
                )  # fmt: skip
                out.append(self.line(self.curve(*fold), 1.6, 0.4))
        return "".join(out)

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: str) -> str:
        return (
            f'<ellipse cx="{self.x + x * self.half:.1f}" '
            f'cy="{self.y + y * self.half:.1f}" rx="{rx * self.half:.1f}" '
            f'ry="{ry * self.half:.1f}" fill="{fill}"/>'
        )

    def shine(self, x: float, y: float, rx: float, ry: float) -> str:
        return self.ellipse(x, y, rx, ry, "#ffffff").replace("/>", ' opacity="0.26"/>')

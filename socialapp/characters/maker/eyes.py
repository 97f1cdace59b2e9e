"""Eyes: white, iris, lids and lashes; open, and closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialapp.characters.maker.paint import (
    MIDDLE,
    dark,
    ellipse,
    fill,
    ink,
    light,
    mirrored,
    mix,
    stroke,
)

if TYPE_CHECKING:
    from socialapp.characters.maker.paint import Palette

EYE_Y = 400.0
EYE_APART = 54.0
"""From the middle of the face to the middle of an eye."""


@dataclass(frozen=True, slots=True)
class Eye:
    """The opening of the left eye, about its middle; the outer corner is on the left."""

    half: float
    up: float
    down: float
    tilt: float = 0.0
    """How much higher the outer corner lies."""

    iris: float = 15.0
    lash: float = 6.0
    """Thickness of the upper lash line."""

    wing: float = 0.0
    """Length of the outer lashes."""

    lid: float = 9.0
    """Height of the lid above the lash line."""

    drop: float = 0.0
    """How far the upper lid hangs at rest: 0 to 0.4."""


EYES = {
    "almond": Eye(31, 22, 17, 4, 16),
    "round": Eye(30, 29, 22, 0, 18.5, 5.5),
    "wide": Eye(34, 30, 23, 2, 20, 6, 8),
    "cat": Eye(33, 22, 15, 12, 15.5, 6.5, 11),
    "soft": Eye(31, 22, 18, -6, 16, 5.5, 6),
    "sleepy": Eye(32, 23, 16, 1, 16, 6.5, 0, 14, 0.34),
    "narrow": Eye(30, 15, 12, 2, 13.5, 6),
}


def _eye_path(eye: Eye, x: float, y: float) -> str:
    upper, lower = _lid_lines(eye, x, y)
    return f"{upper} C{lower} Z"


def _lid_lines(eye: Eye, x: float, y: float) -> tuple[str, str]:
    """The upper edge from the inner corner to the outer, the lower one back."""
    inner_x, inner_y = x + eye.half, y + 3
    outer_x, outer_y = x - eye.half, y - eye.tilt + 1
    up = eye.up * 1.36
    down = eye.down * 1.28
    top = f"{inner_x - eye.half * 0.5:.1f} {y + 2 - up:.1f} {outer_x + eye.half * 0.6:.1f} {y - eye.tilt * 0.5 - up:.1f}"
    low = f"{outer_x + eye.half * 0.34:.1f} {y - eye.tilt * 0.3 + down:.1f} {inner_x - eye.half * 0.6:.1f} {y + 2 + down:.1f}"
    return (
        f"M{inner_x:.1f} {inner_y:.1f} C{top} {outer_x:.1f} {outer_y:.1f}",
        f"{low} {inner_x:.1f} {inner_y:.1f}",
    )


def eye(p: Palette, kind: str, side: str, skin: str, iris: str) -> str:
    """One of the two groups; the right one is the mirror of the left, but the light
    stays where it is."""
    style = EYES[kind]
    turn = str if side == "left" else mirrored
    sign = -1 if side == "left" else 1
    x, y = MIDDLE - EYE_APART, EYE_Y
    shape = turn(_eye_path(style, x, y))
    upper = turn(_lid_lines(style, x, y)[0])
    lashes = _lash_colour(skin)
    lid = _lid_colour(skin)
    name = f"eye-{side}"
    return "".join(
        [
            f'<g id="{name}">',
            fill(turn(_socket(style, x, y)), dark(skin, 0.3), 0.28),
            f'<g id="{name}-white" class="white">{fill(shape, "#fff9f0")}</g>',
            p.clipped(
                shape,
                _iris(p, name, (MIDDLE + sign * EYE_APART, y), style.iris, iris)
                + stroke(upper, lashes, style.iris * 0.85, 0.2),
            ),
            f'<g id="{name}-lid-lower" class="lid-lower">',
            stroke(turn(_under_line(style, x, y)), lashes, 2, 0.4),
            "</g>",
            f'<g id="{name}-lid-upper" class="lid-upper">',
            fill(turn(_crescent(style, x, y, style.lid, style.drop)), lid),
            stroke(turn(_crease(style, x, y)), lashes, 2.4, 0.34),
            stroke(turn(_lowered_line(style, x, y)), lashes, style.lash),
            fill(turn(_wing(style, x, y)), lashes) if style.wing else "",
            "</g></g>",
        ]
    )


def lids_closed(kind: str, skin: str) -> str:
    style = EYES[kind]
    lashes, lid = _lash_colour(skin), _lid_colour(skin)
    x, y = MIDDLE - EYE_APART, EYE_Y
    out = ['<g id="lids-closed" display="none">']
    for side, turn in (("left", str), ("right", mirrored)):
        shape = turn(_eye_path(style, x, y))
        inner_x, outer_x = x + style.half, x - style.half
        low = style.down * 1.28
        line = (
            f"M{inner_x:.1f} {y + 5:.1f} C{inner_x - style.half * 0.6:.1f} {y + 2 + low:.1f} "
            f"{outer_x + style.half * 0.34:.1f} {y + low - style.tilt * 0.3:.1f} "
            f"{outer_x - 2:.1f} {y + 3 - style.tilt:.1f}"
        )
        ticks = (
            f"M{outer_x + 6:.1f} {y + low * 0.55:.1f} L{outer_x - 3:.1f} {y + low * 0.55 + 6:.1f} "
            f"M{outer_x + 17:.1f} {y + low * 0.72:.1f} L{outer_x + 11:.1f} {y + low * 0.72 + 7:.1f}"
        )
        out += [
            f'<g class="closed-{side}">',
            fill(turn(_socket(style, x, y)), dark(skin, 0.3), 0.28),
            f'<path d="{shape}" fill="{lid}" stroke="{lid}" stroke-width="5"/>',
            stroke(turn(line), lashes, max(style.lash, 5)),
            stroke(turn(_crease(style, x, y + 9)), lashes, 2, 0.22),
            stroke(turn(ticks), lashes, 3.2) if style.wing else "",
            "</g>",
        ]
    return "".join([*out, "</g>"])


def _lid_colour(skin: str) -> str:
    """A lid is a little darker and rosier than the face."""
    return mix(dark(skin, 0.18), "#8a5570", 0.14)


def _lash_colour(skin: str) -> str:
    return mix(ink(skin), "#1a1014", 0.6)


def _iris(p: Palette, name: str, at: tuple[float, float], r: float, colour: str) -> str:
    x, y = at
    deep = dark(colour, 0.45)
    ring = p.slope((0, deep), (1, dark(colour, 0.2)), across=(0, 0, 0, 1))
    return "".join(
        [
            f'<g id="{name}-iris" class="iris">',
            ellipse(x, y, r, r, ring),
            ellipse(x, y + r * 0.46, r * 0.76, r * 0.5, light(colour, 0.28), 0.85),
            ellipse(x, y, r * 0.48, r * 0.48, "#150c12"),
            f'<circle cx="{x:g}" cy="{y:g}" r="{r - 1:g}" fill="none" '
            f'stroke="{dark(colour, 0.75)}" stroke-width="2" opacity="0.45"/>',
            ellipse(x - r * 0.34, y - r * 0.4, r * 0.27, r * 0.27, "#ffffff"),
            ellipse(x + r * 0.38, y + r * 0.5, r * 0.13, r * 0.13, "#ffffff", 0.8),
            "</g>",
        ]
    )


def _socket(style: Eye, x: float, y: float) -> str:
    return _crescent(style, x, y, style.lid + 13, 0.0, spread=6)


def _crescent(
    style: Eye, x: float, y: float, height: float, drop: float, *, spread: float = 0.0
) -> str:
    """The lid: between the lash line and an arch `height` above it."""
    upper = _lowered_line(style, x, y, drop)
    inner_x, outer_x = x + style.half + spread, x - style.half - spread
    up = (style.up + height) * 1.36
    return (
        f"{upper} L{outer_x:.1f} {y - style.tilt + 1:.1f} "
        f"C{outer_x + style.half * 0.5:.1f} {y - style.tilt * 0.5 - up:.1f} "
        f"{inner_x - style.half * 0.5:.1f} {y + 2 - up:.1f} {inner_x:.1f} {y + 3:.1f} Z"
    )


def _lowered_line(style: Eye, x: float, y: float, drop: float | None = None) -> str:
    """The lash line, hanging by the style's drop."""
    share = style.drop if drop is None else drop
    inner_x, outer_x = x + style.half, x - style.half
    up = style.up * 1.36 * (1 - share) - style.down * 1.28 * share * 0.4
    return (
        f"M{inner_x + 1:.1f} {y + 4:.1f} "
        f"C{inner_x - style.half * 0.5:.1f} {y + 2 - up:.1f} "
        f"{outer_x + style.half * 0.6:.1f} {y - style.tilt * 0.5 - up:.1f} "
        f"{outer_x:.1f} {y - style.tilt + 1:.1f}"
    )


def _crease(style: Eye, x: float, y: float) -> str:
    inner_x, outer_x = x + style.half - 8, x - style.half + 3
    up = (style.up + style.lid * 0.8) * 1.3
    return (
        f"M{inner_x:.1f} {y - style.up * 0.72 - 3:.1f} "
        f"C{inner_x - style.half * 0.4:.1f} {y - up:.1f} "
        f"{outer_x + style.half * 0.4:.1f} {y - up - style.tilt * 0.4:.1f} "
        f"{outer_x:.1f} {y - style.up * 0.62 - style.tilt - 3:.1f}"
    )


def _under_line(style: Eye, x: float, y: float) -> str:
    inner_x, outer_x = x + style.half - 11, x - style.half + 6
    low = style.down * 1.02 + 4
    return (
        f"M{outer_x:.1f} {y + style.down * 0.5:.1f} "
        f"C{outer_x + style.half * 0.3:.1f} {y + low:.1f} "
        f"{inner_x - style.half * 0.4:.1f} {y + low:.1f} "
        f"{inner_x:.1f} {y + style.down * 0.75 + 2:.1f}"
    )


def _wing(style: Eye, x: float, y: float) -> str:
    outer_x, outer_y, w = x - style.half, y - style.tilt + 1, style.wing
    return (
        f"M{outer_x + 11:.1f} {outer_y - 11:.1f} "
        f"C{outer_x + 2:.1f} {outer_y - 4:.1f} {outer_x - w * 0.5:.1f} {outer_y - 5:.1f} "
        f"{outer_x - w:.1f} {outer_y - 8:.1f} "
        f"C{outer_x - w * 0.6:.1f} {outer_y + 3:.1f} {outer_x:.1f} {outer_y + 5:.1f} "
        f"{outer_x + 9:.1f} {outer_y - 1:.1f} Z"
    )

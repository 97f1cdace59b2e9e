"""What hair is drawn with: strands, ropes, curls."""

from __future__ import annotations

from math import cos, radians, sin
from typing import TYPE_CHECKING

from socialapp.characters.maker.paint import dark, ellipse, fill, light, moved, stroke

if TYPE_CHECKING:
    from socialapp.characters.maker.paint import Palette

SCALP = (
    "M180 386 C160 278 216 212 300 210 C384 212 440 278 420 386 "
    "C400 420 200 420 180 386 Z"
)
"""Behind the head, under hair that lies close: a turn of the head opens no gap."""


def scalp(colour: str) -> str:
    return fill(SCALP, dark(colour, 0.35))


def strands(paths: str, colour: str, width: float = 3.0) -> str:
    return stroke(moved(paths, 1.5, 1.5), dark(colour, 0.5), width, 0.4) + stroke(
        paths, light(colour, 0.45), width * 0.7, 0.4
    )


def puffs(
    p: Palette, spots: list[tuple[float, float, float]], colour: str, seed: int
) -> str:
    """Curls as overlapping balls, each lit by itself; the order is back to front."""
    out = []
    ball = p.slope((0, light(colour, 0.3)), (0.45, colour), (1, dark(colour, 0.42)))
    edge = dark(colour, 0.55)
    for i, (x, y, r) in enumerate(spots):
        out.append(ellipse(x + 1, y + 2, r + 1.5, r + 1.5, edge, 0.55))
        out.append(ellipse(x, y, r, r, ball))
        turn = (seed + i * 5) % 3
        hook = (
            f"M{x - r * 0.5:.1f} {y + r * 0.1:.1f} "
            f"C{x - r * 0.5:.1f} {y - r * 0.6:.1f} {x + r * 0.4:.1f} {y - r * 0.6:.1f} "
            f"{x + r * (0.4 - 0.15 * turn):.1f} {y + r * 0.05:.1f}"
        )
        out.append(stroke(hook, light(colour, 0.5), max(r * 0.1, 1.6), 0.42))
    return "".join(out)


def ring(
    count: int,
    start: float,
    end: float,
    at: tuple[float, float],
    size: tuple[float, float],
) -> list[tuple[float, float]]:
    """Points on an ellipse, degrees from straight up, clockwise."""
    step = (end - start) / max(count - 1, 1)
    return [
        (
            at[0] + size[0] * sin(radians(start + i * step)),
            at[1] - size[1] * cos(radians(start + i * step)),
        )
        for i in range(count)
    ]


def rope(d: str, colour: str, width: float) -> str:
    return (
        stroke(d, dark(colour, 0.4), width)
        + f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width * 0.66:.1f}" '
        f'stroke-dasharray="{width * 0.44:.1f} {width * 0.2:.1f}"/>'
        + f'<path d="{d}" fill="none" stroke="{light(colour, 0.4)}" '
        f'stroke-width="{width * 0.24:.1f}" stroke-linecap="round" opacity="0.7" '
        f'stroke-dasharray="1.5 {width * 0.6:.1f}" transform="translate(-3 -2)"/>'
    )

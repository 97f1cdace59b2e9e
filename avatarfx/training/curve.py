"""How it learned, as a picture: SVG that needs nothing but a browser."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from socialapp.lib.plots import plot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.lib.plots import Plot

POINTS = 120
"""Means that are drawn of a longer row of losses."""

WIDTH, HEIGHT = 720, 260

INK, PAPER, FAINT = "#2b2a33", "#ffffff", "#c9c7d1"


def losses_svg(losses: Sequence[float], *, title: str = "Loss") -> str:
    """Thousandths of the loss by step. ValueError for none."""
    size = max(1, len(losses) // POINTS)
    means = [
        1000 * sum(part) / len(part)
        for part in (losses[i : i + size] for i in range(0, len(losses), size))
    ]
    labels = [str(1 + size * i) for i in range(len(means))]
    return _svg(plot(means, labels=labels, width=WIDTH, height=HEIGHT), f"{title} (‰)")


def looks_svg(looks: Sequence[dict[str, float]], refined: str, plain: str) -> str:
    """dB of two numbers of the looks on who is held out: as refined, and as it was."""
    labels = [str(int(look["step"])) for look in looks]
    drawn = plot(
        [look[refined] for look in looks],
        labels=labels,
        before=[look[plain] for look in looks],
        width=WIDTH,
        height=HEIGHT,
    )
    return _svg(drawn, f"PSNR, {refined} (line) and {plain} (dashes), dB")


def _svg(drawn: Plot, title: str) -> str:
    rows = "".join(
        f'<path d="M{drawn.left} {row.at} H{drawn.right}" stroke="{FAINT}"/>'
        f'<text x="{drawn.left - 8}" y="{row.at + 4}" text-anchor="end">{row.label}</text>'
        for row in drawn.rows
    )
    columns = "".join(
        f'<text x="{c.at}" y="{drawn.foot}" text-anchor="{c.anchor}">{c.label}</text>'
        for c in drawn.columns
    )
    dashes = (
        f'<path d="{drawn.before}" fill="none" stroke="{INK}" stroke-dasharray="4 4"/>'
        if drawn.before
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{drawn.width}"'
        f' height="{drawn.height}" viewBox="0 0 {drawn.width} {drawn.height}"'
        f' font-family="sans-serif" font-size="12" fill="{INK}">'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>'
        f'<text x="{drawn.left}" y="14">{escape(title)}</text>{rows}{columns}{dashes}'
        f'<path d="{drawn.line}" fill="none" stroke="{INK}" stroke-width="2"/></svg>\n'
    )

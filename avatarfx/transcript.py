"""What was said, line by line, for reading. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialapp.performance import Caption, Performance

PAUSE = 0.8
"""Seconds of silence after which a new line begins."""

ENDS = (".", "?", "!", "…")


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, or what was said between two pauses."""

    at: float
    until: float
    seat: str
    text: str


def _sentences(words: Sequence[Caption]) -> Iterator[list[Caption]]:
    line: list[Caption] = []
    for word in words:
        if line and (
            word.at - line[-1].until > PAUSE
            or line[-1].text.rstrip("\"'”’)").endswith(ENDS)
        ):
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def lines_of(performance: Performance) -> list[Line]:
    """Every speaker's lines, in the order in which they begin."""
    lines = [
        Line(
            said[0].at,
            said[-1].until,
            part.seat,
            " ".join(word.text.strip() for word in said),
        )
        for part in performance.parts
        for said in _sentences(part.captions)
    ]
    return sorted(lines, key=lambda line: line.at)

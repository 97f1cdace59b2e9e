"""What a play told, from its log: beat by beat, with the words as they were. No rows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.filling import spot_of
from scenes.machine import plays, telling
from scenes.machine.model import Line, Narration, Pause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenes.filling import Spot
    from scenes.machine import Machine, Play, Position

KEPT = 200
"""Beats, the last ones; a play may have half a million."""


@dataclass(frozen=True, slots=True)
class Retold:
    number: int
    """In the play, from 0."""

    state: str
    kind: str
    """``line``, ``narration``, ``pause``, or the type of another beat."""

    role: str
    """Of a line."""

    text: str
    emotion: str
    background: str
    seconds: float
    """Of a pause."""

    spot: Spot | None
    """Of a line: where its take is found."""


def retold(machine: Machine, play: Play, language: str = "") -> list[Retold]:
    """The last KEPT beats. What was improvised is in no log, so it is not told."""
    found: deque[Retold] = deque(maxlen=KEPT)
    number = 0
    for position in _positions(machine, play):
        spots = iter(position.told)
        for told in telling.told(machine, position, play.cast, language):
            state, beat, shown = next(spots)
            node = machine.program.nodes[state]
            written = told.written
            is_line = isinstance(written, Line)
            spoken = isinstance(written, Line | Narration)
            found.append(
                Retold(
                    number=number,
                    state=told.state,
                    kind=written.type,
                    role=written.role if isinstance(written, Line) else "",
                    text=told.text if spoken else "",
                    emotion=written.emotion if isinstance(written, Line) else "",
                    background=told.background,
                    seconds=written.seconds if isinstance(written, Pause) else 0.0,
                    spot=spot_of(node, beat, shown, machine.program.variables)
                    if is_line
                    else None,
                )
            )
            number += 1
    return list(found)


def _positions(machine: Machine, play: Play) -> Iterator[Position]:
    position = plays.first(machine, play.seed, play.preset)
    yield position
    for event in play.events:
        position = plays.apply(machine, position, event)
        yield position

"""Noto Emoji (Google, Apache 2.0): people and animals marked by hand, and mere things."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from avatarfx.bench.facesets import Empty, Pictured
from avatarfx.bench.facesets.drawn import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

_MARKS = Path(__file__).resolve().parent.parent / "data" / "emoji-marks.json"
_SIDE = 512

THINGS: Final = (
    "raised-hand", "hand-with-fingers-splayed", "ok-hand", "thumbs-up", "foot",
    "bowling", "electric-plug", "alarm-clock", "camera", "radio", "joystick",
    "control-knobs", "bicycle", "house", "guitar", "teapot", "brown-mushroom",
    "croissant", "potato", "butterfly", "christmas-tree", "videocassette",
    "floppy-disk", "doughnut", "cookie", "pizza", "lady-beetle", "t-shirt",
)  # fmt: skip


def faces(table: dict[str, Any]) -> Iterator[Pictured]:
    """Everyone who was marked and shows a mouth."""
    yield from (face for face in _all(table) if face.speaks)


def covered(table: dict[str, Any]) -> Iterator[Pictured]:
    yield from (face for face in _all(table) if not face.speaks)


def empties(table: dict[str, Any]) -> Iterator[Empty]:
    for name in THINGS:
        picture = _drawn(table, name)
        if picture is not None:
            yield Empty(name, picture)


def _all(table: dict[str, Any]) -> Iterator[Pictured]:
    for name, entry in _marks().items():
        picture = _drawn(table, name)
        if picture is None:
            continue
        points = np.array(entry["points"], np.float32) * _SIDE
        yield Pictured(
            entry["style"], name, picture, points, speaks=entry.get("speaks", True)
        )


@cache
def _marks() -> dict[str, Any]:
    marks: dict[str, Any] = json.loads(_MARKS.read_text(encoding="utf-8"))["marks"]
    return marks


def _drawn(table: dict[str, Any], name: str) -> Picture | None:
    """None where this version of the set has no such emoji."""
    icons, aliases = table["icons"], table.get("aliases", {})
    entry = icons.get(name) or icons.get(aliases.get(name, {}).get("parent", ""))
    if entry is None:
        return None
    wide, tall = table.get("width", 128), table.get("height", 128)
    body = entry["body"]
    return render(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}">'
        f"{body}</svg>",
        _SIDE,
    )

"""The built-in music beds: files under ``socialapp/static/beds``, made by ``make``."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "socialapp" / "static" / "beds"

EXTENSION = "webm"
"""Opus, as the sounds of scenes."""

TITLES = {
    "lamplight": "Lamplight",
    "footlights": "Footlights",
    "interval": "The interval",
    "matinee": "Matinee",
    "backstage": "Backstage",
}
"""What a person reads, by name, in the order in which the studio shows them."""

MOODS = {
    "lamplight": "Slow and warm",
    "footlights": "Plucked and hopeful",
    "interval": "A small waltz",
    "matinee": "Light and quick",
    "backstage": "Low, with a pulse",
}

LOUDNESS = -26.0
"""LUFS of a file: 10 LU under speech at -16. It is heard so where nobody speaks."""

OVERLAP = 0.25
"""Seconds. A file goes on this long past its own beginning, and whoever loops it fades
one into the other: a codec begins anew each time, and that would be heard."""


def names() -> tuple[str, ...]:
    return tuple(TITLES)


def file_of(name: str) -> Path:
    """Where the file is; KeyError for a name that is not built in."""
    if name not in TITLES:
        raise KeyError(name)
    return FOLDER / f"{name}.{EXTENSION}"

"""The built-in sounds: files under ``socialapp/static/sounds``, made by ``make``."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "socialapp" / "static" / "sounds"

EXTENSION = "webm"
"""Opus: a second of rain in 4 kB, read by every browser since 2023."""

TITLES = {
    "rain": "Rain",
    "wind": "Wind",
    "crowd": "Murmur of a crowd",
    "clock": "Clock",
    "heartbeat": "Heartbeat",
    "tension": "Low, tense chord",
    "door": "Door",
    "bell": "Shop bell",
    "footsteps": "Footsteps",
    "page": "Page turned",
    "drum": "Drum hit",
    "applause": "Applause",
}
"""What a person reads, by name, in the order in which lists show them."""

LOOPS = frozenset({"rain", "wind", "crowd", "clock", "heartbeat", "tension"})
"""Their end goes over into their beginning."""


def names() -> tuple[str, ...]:
    return tuple(TITLES)


def file_of(name: str) -> Path:
    """Where the file is; KeyError for a name that is not built in."""
    if name not in TITLES:
        raise KeyError(name)
    return FOLDER / f"{name}.{EXTENSION}"

"""What a worker runs."""

from __future__ import annotations

from scenes.services import voicing


def make_takes() -> None:
    """A wake-up: whoever hears it makes the lines that wait."""
    voicing.make_takes()

"""What workers do for characters."""

from __future__ import annotations

from socialapp.characters import prints


def fingerprint_portrait(portrait_id: int) -> None:
    prints.fingerprint_portrait(portrait_id)

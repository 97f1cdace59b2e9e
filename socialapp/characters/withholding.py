"""What moderation does to characters and portraits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socialapp.characters.models import Character, Portrait


def set_withheld(*, thing: Character | Portrait, level: str) -> None:
    """``hidden``, ``removed`` or empty, which is back on stage."""
    type(thing)._default_manager.filter(pk=thing.pk).update(withheld=level)
    thing.withheld = level

"""What the services of characters refuse."""

from __future__ import annotations


class CharacterError(Exception):
    """`message` is for the person who asked; `field` is what it is about."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field

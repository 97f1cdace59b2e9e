"""Refusals of remixes."""

from __future__ import annotations


class RemixError(Exception):
    """A refusal; `message` is for the person who asked, `code` for programs."""

    def __init__(self, message: str, *, code: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field

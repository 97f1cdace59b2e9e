"""Why no clip is made of a play; the text is for the person who asked."""

from __future__ import annotations


class CutError(Exception):
    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code

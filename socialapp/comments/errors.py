"""How comments say no."""

from __future__ import annotations


class CommentError(Exception):
    """A refusal; `message` is for the person who asked, `code` for programs."""

    def __init__(self, message: str, *, code: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


class ChangedError(CommentError):
    """Somebody changed the comment since it was read; `edits` and `text` are now's."""

    def __init__(self, *, edits: int, text: str) -> None:
        super().__init__(
            "This comment was changed elsewhere meanwhile. Look at it and change it again.",
            code="changed",
        )
        self.edits = edits
        self.text = text

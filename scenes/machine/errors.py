"""What goes wrong with a scene or a play, in words and with the place."""

from __future__ import annotations


class SceneError(ValueError):
    """A file is no scene; `pointer` (RFC 6901) leads to what is odd."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(f"{pointer or '/'}: {message}")
        self.pointer = pointer
        self.message = message


class ExpressionError(ValueError):
    """A condition or value that cannot be understood; `at` counts characters from 0."""

    def __init__(self, at: int, message: str, code: str = "expression") -> None:
        super().__init__(message)
        self.at = at
        self.message = message
        self.code = code
        """``expression``, or ``undefined`` when it names what does not exist."""


class PlayError(Exception):
    """An event that does not fit the play. The state before it still holds."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """``ended``, ``closed``, ``late``, ``clock``, ``circles``, ``length`` or
        ``unreadable``."""


def pointer(*parts: str | int) -> str:
    """A JSON pointer; `~` and `/` in a part are escaped."""
    return "".join(
        "/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts
    )

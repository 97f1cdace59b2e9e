"""Refusals around plays; their texts are for the person who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class PlayingError(Exception):
    """What was asked for cannot be, or not now. `code` is for programs, `field` is what
    it is about, `extra` what a program needs to go on."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        field: str = "",
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.extra = dict(extra or {})

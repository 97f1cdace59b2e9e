"""Refusals of this app; their texts are for the person who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.machine import Finding


class StoryError(Exception):
    """What was asked for cannot be, or not now. `code` is for programs; `field` is what
    it is about, empty for the whole."""

    def __init__(
        self, message: str, *, code: str = "scene-refused", field: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


class ConflictError(StoryError):
    """Somebody saved meanwhile: what is there now comes along, so nothing is lost."""

    def __init__(self, *, rev: int, document: str) -> None:
        super().__init__(
            "This scene was changed somewhere else meanwhile, perhaps in another window."
            " Nothing was overwritten. Look at what is there, then save again.",
            code="conflict",
        )
        self.rev = rev
        self.document = document


class NotPublishableError(StoryError):
    """What is wrong with a scene, one finding for each place."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        errors = [one for one in findings if one.severity == "error"]
        first = errors[0].message if errors else "Something is wrong with it."
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(
            f"It cannot be published as it is: {first}{more} Nothing was spent, and the"
            " draft is kept.",
            code="not-publishable",
        )
        self.findings = tuple(findings)

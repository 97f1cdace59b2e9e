"""What an author is told of words that wait or were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.screening.rules import of_category

if TYPE_CHECKING:
    from collections.abc import Sequence

UNCHECKED = (
    "We could not check these words just now, so only you see them. They are checked"
    " again by themselves, and nothing is lost."
)
DOUBT = (
    "These words may break a rule (rule {rule}, {title}), so a person looks at them"
    " first. Until then only you see them. You need not do anything; you can also"
    " change them."
)
REFUSED = (
    "A person looked at these words and refused them. Nobody else sees them. Change"
    " them, or see what you can do under your decisions."
)


def doubt_about(category: str) -> str:
    """`category`: of the finding that asks for a person."""
    sign = of_category(category)
    return DOUBT.format(rule=sign.id, title=sign.title)


def doubt_again(findings: Sequence[dict[str, Any]]) -> str:
    """The same from stored findings; without any, nothing could look."""
    return doubt_about(findings[0]["category"]) if findings else UNCHECKED

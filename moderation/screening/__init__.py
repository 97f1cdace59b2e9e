"""Texts are judged before they are published, voiced or sent to anybody.

``screen_text`` is the one call; ``refusals.check_text`` raises what a person is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moderation.screening.judge import screen_text

__all__ = ["screen_text"]


def __getattr__(name: str) -> Any:
    """The judge needs tables; rules and verdicts, which all may read, need none."""
    if name != "screen_text":
        raise AttributeError(name)
    from moderation.screening import judge  # noqa: PLC0415

    return judge.screen_text

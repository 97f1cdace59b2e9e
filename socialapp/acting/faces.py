"""What a mood does to a part that was directed without it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socialapp.performance.timeline import MOODS, Expression

if TYPE_CHECKING:
    from socialapp.performance import Part

WEIGHT = 0.6
"""Of the mood in which a line was written, on the face that says it."""

ANSWER = 0.5
"""Of a listener's mood, which lasts ANSWER_SECONDS."""

ANSWER_SECONDS = 1.8


def in_mood(part: Part, mood: str) -> Part:
    """What punctuation left plain is said with the face that the words had."""
    if mood not in MOODS or mood == "calm":
        return part
    keys = tuple(
        Expression(key.at, mood, WEIGHT) if key.mood == "calm" else key
        for key in part.expressions
    ) or (Expression(0.0, mood, WEIGHT),)
    return replace(part, expressions=keys)


def answering(part: Part, mood: str, *, at: float, seconds: float) -> Part:
    """Somebody who listens, and whose face answers what is heard at `at`."""
    if mood not in MOODS or mood == "calm":
        return part
    back = round(min(seconds, at + ANSWER_SECONDS), 3)
    before = [key for key in part.expressions if key.at < at]
    after = [key for key in part.expressions if key.at > back]
    keys = [*before, Expression(at, mood, ANSWER)]
    if back < seconds:
        keys.append(Expression(back, "calm", 0.0))
    return replace(part, expressions=(*keys, *after))

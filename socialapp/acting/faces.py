"""What a mood does to a part that was directed without it."""

from __future__ import annotations

from bisect import bisect_left
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

EARLIEST = 0.5
"""Seconds by which a mood may come before the word that it belongs to."""


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


def felt_as(part: Part, original: Part) -> Part:
    """The same words said with the moods of `original`, each at the word at which it came
    there. Other words keep the moods that they were directed with."""
    words, before = part.captions, original.captions
    if not words or len(words) != len(before) or not original.expressions:
        return part
    starts = [word.at for word in before]
    keys = list[Expression]()
    for key in original.expressions:
        word = bisect_left(starts, key.at)
        if key.at <= 0.0:
            at = 0.0
        elif word == len(words):
            at = words[-1].until + max(0.0, key.at - before[-1].until)
        else:
            at = words[word].at - min(EARLIEST, before[word].at - key.at)
        at = round(max(at, keys[-1].at if keys else 0.0), 4)
        keys = [one for one in keys if one.at < at]
        keys.append(replace(key, at=at))
    return replace(part, expressions=tuple(keys))

"""What happened to a clip, told to its owner, to moderators and to operators."""

from __future__ import annotations

from avatarfx.traces.attempts import Attempt, Step, attempts_of
from avatarfx.traces.readers import clip_for
from avatarfx.traces.receipts import Receipt
from avatarfx.traces.story import Carried, Input, Measure, Story, story_of
from avatarfx.traces.timeline import Timeline, draw

__all__ = [
    "Attempt",
    "Carried",
    "Input",
    "Measure",
    "Receipt",
    "Step",
    "Story",
    "Timeline",
    "attempts_of",
    "clip_for",
    "draw",
    "story_of",
]

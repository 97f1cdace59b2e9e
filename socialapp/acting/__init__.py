"""Dialogue in, performance out: clips, scenes and streams act by the same code."""

from socialapp.acting.dialogue import Line, Reacts, perform_dialogue, perform_turn
from socialapp.acting.faces import in_mood
from socialapp.acting.perform import Performed, perform
from socialapp.acting.script import (
    ScriptError,
    Segment,
    check,
    estimate_seconds,
    parse,
)

__all__ = [
    "Line",
    "Performed",
    "Reacts",
    "ScriptError",
    "Segment",
    "check",
    "estimate_seconds",
    "in_mood",
    "parse",
    "perform",
    "perform_dialogue",
    "perform_turn",
]

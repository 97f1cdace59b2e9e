"""Dialogue in, performance out: clips, scenes and streams act by the same code."""

from socialapp.acting.dialogue import Line, perform_dialogue
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
    "ScriptError",
    "Segment",
    "check",
    "estimate_seconds",
    "parse",
    "perform",
    "perform_dialogue",
]

"""Dialogue in, performance out: clips, scenes and streams act by the same code."""

from socialapp.acting.perform import Performed, perform
from socialapp.acting.script import (
    ScriptError,
    Segment,
    check,
    estimate_seconds,
    parse,
)

__all__ = [
    "Performed",
    "ScriptError",
    "Segment",
    "check",
    "estimate_seconds",
    "parse",
    "perform",
]

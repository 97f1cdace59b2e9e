"""Dialogue in, performance out: clips, scenes and streams act by the same code."""

from socialapp.acting.camera import CAMERAS
from socialapp.acting.dialogue import Line, Reacts, perform_dialogue, perform_turn
from socialapp.acting.duet import Half, perform_duet
from socialapp.acting.faces import felt_as, in_mood
from socialapp.acting.perform import Performed, perform
from socialapp.acting.recorded import perform_recording
from socialapp.acting.reel import Heard, Reel, Taken, reel, seconds_of
from socialapp.acting.script import ScriptError, Segment, check, estimate_seconds, parse

__all__ = [
    "CAMERAS",
    "Half",
    "Heard",
    "Line",
    "Performed",
    "Reacts",
    "Reel",
    "ScriptError",
    "Segment",
    "Taken",
    "check",
    "estimate_seconds",
    "felt_as",
    "in_mood",
    "parse",
    "perform",
    "perform_dialogue",
    "perform_duet",
    "perform_recording",
    "perform_turn",
    "reel",
    "seconds_of",
]

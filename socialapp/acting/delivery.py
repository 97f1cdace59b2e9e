"""What each emotion tag of a script does to voice and face."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    mood: str = "calm"
    weight: float = 0.0
    """Of the mood, 0 to 1."""

    speed: float = 1.0
    """Times the character's own."""

    pitch: float = 0.0
    """Semitones on top of the character's own."""

    gain: float = 0.0
    """Decibels against plain speech."""

    breath: float = 0.0
    """0 voiced to 1 whispered."""

    effect: str = ""
    """A sound made before speaking: ``sigh``, ``gasp`` or ``laugh``."""


PLAIN = Delivery()

DELIVERIES: dict[str, Delivery] = {
    "whispers": Delivery("calm", 0.5, speed=0.9, gain=-7.0, breath=0.85),
    "softly": Delivery("sad", 0.3, speed=0.93, pitch=-0.3, gain=-4.0, breath=0.15),
    "sighs": Delivery("sad", 0.6, speed=0.93, pitch=-0.5, gain=-2.0, effect="sigh"),
    "laughs": Delivery("happy", 0.9, speed=1.03, pitch=0.4, effect="laugh"),
    "excited": Delivery("happy", 0.8, speed=1.1, pitch=1.0, gain=1.5),
    "proud": Delivery("happy", 0.5, speed=0.93, pitch=-0.3, gain=1.0),
    "gasps": Delivery("surprised", 0.9, speed=1.05, pitch=0.5, effect="gasp"),
    "shouts": Delivery("angry", 0.4, speed=1.02, pitch=0.8, gain=4.5),
    "nervous": Delivery("afraid", 0.6, speed=1.1, pitch=0.6, gain=-1.0),
    "deadpan": Delivery("calm", 1.0, speed=0.97, pitch=-0.3),
}

PAUSE = "pause"
PAUSE_SECONDS = 0.6

SAME_AS = {
    "whisper": "whispers",
    "whispering": "whispers",
    "soft": "softly",
    "quietly": "softly",
    "sigh": "sighs",
    "sighing": "sighs",
    "laugh": "laughs",
    "laughing": "laughs",
    "chuckles": "laughs",
    "excitedly": "excited",
    "proudly": "proud",
    "gasp": "gasps",
    "gasping": "gasps",
    "shout": "shouts",
    "shouting": "shouts",
    "yells": "shouts",
    "nervously": "nervous",
    "flatly": "deadpan",
    "pauses": PAUSE,
    "beat": PAUSE,
}
"""What people write for the tags above."""


def tag_of(direction: str) -> str | None:
    """The tag that a stage direction means, if it is one."""
    word = direction.strip().casefold()
    word = SAME_AS.get(word, word)
    return word if word in DELIVERIES or word == PAUSE else None


def from_punctuation(sentence: str) -> Delivery:
    """The mood of a sentence without a tag; the voice reads punctuation by itself."""
    end = sentence.rstrip("\"'”’)] ")
    if end.endswith(("...", "…")):
        return Delivery("sad", 0.2)
    if end.endswith(("?!", "!?")):
        return Delivery("surprised", 0.6)
    if end.endswith("!"):
        return Delivery("happy", 0.45)
    if end.endswith("?"):
        return Delivery("surprised", 0.2)
    return PLAIN

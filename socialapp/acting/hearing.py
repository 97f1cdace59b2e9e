"""What shows on those who listen: nods after sentences, and moods that are answered."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from socialapp.acting.faces import answering
from socialapp.acting.gestures import with_gesture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.performance import Part

NOD_AFTER, BETWEEN_NODS = 0.15, 2.5
"""Seconds after a sentence at which a listener nods, and between two of these nods."""

NODS = {"still": 0.0, "subtle": 0.55, "lively": 0.85}
"""Share of those nods that are made, by the motion setting."""

FELT, ECHO_AFTER = 0.4, 0.45
"""Weight from which a mood of the speaker shows on who listens, and how much later."""

ANSWERS = {"angry": "afraid", "afraid": "surprised"}
"""Moods that another mood answers; the rest are catching."""


def hears(
    listener: Part,
    speaker: Part,
    seconds: float,
    *,
    seed: int,
    motion: str = "subtle",
    addressed: bool = True,
) -> Part:
    """`listener` while `speaker` speaks for `seconds`; who is not meant nods less."""
    rng = random.Random(f"{seed} {listener.seat} hears")  # noqa: S311  a look, no secret
    for mood, at in moods_of([speaker], seconds):
        answer = ANSWERS.get(mood, mood)
        listener = answering(listener, answer, at=at, seconds=seconds)
    share = NODS.get(motion, NODS["subtle"]) * (1.0 if addressed else 0.5)
    for at in nods_to([speaker]):
        if at < seconds and rng.random() < share:
            listener = with_gesture(listener, "nod", at=at)
    return listener


def moods_of(parts: Sequence[Part], seconds: float) -> list[tuple[str, float]]:
    """What shows on a listener, and when."""
    found = []
    for part in parts:
        for key in part.expressions:
            at = round(key.at + ECHO_AFTER, 3)
            if key.weight >= FELT and at < seconds:
                found.append((key.mood, at))
    return sorted(found, key=lambda mood: mood[1])


def nods_to(parts: Sequence[Part]) -> list[float]:
    """After sentences of whoever speaks, not after each of them."""
    ends = sorted(
        word.until
        for part in parts
        for word in part.captions
        if word.text.rstrip("\"'”’)]").endswith((".", "!", "?", "…"))
    )
    found: list[float] = []
    for end in ends:
        at = round(end + NOD_AFTER, 3)
        if not found or at - found[-1] >= BETWEEN_NODS:
            found.append(at)
    return found

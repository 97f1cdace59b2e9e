"""Of several wordings of one beat, the one that is most in the part and least worn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.chat.dialogues.encoder import Encoder
    from socialapp.engines.talk import Beat, Context

WORN, SHARE = 0.55, 0.6
"""Likeness to the last four lines above which a line loses, and how much of it."""


def best(lines: Sequence[str], context: Context, beat: Beat, encoder: Encoder) -> int:
    """Index of the best line: likeness to persona and beat, less what was just said."""
    if len(lines) < 2:
        return 0
    card = context.card
    examples = " ".join(one.character for one in card.examples[:3])
    wanted = f"{card.name} {beat.intent}. {beat.fact} {examples or card.persona[:300]}"
    said = [turn.text for turn in context.history[-4:]]
    _, rows = encoder.encode([*lines, wanted, *said])
    candidates, rest = rows[: len(lines)], rows[len(lines) :]
    score = candidates @ rest[0]
    if said:
        likeness = (candidates @ rest[1:].T).max(axis=1)
        score = score - SHARE * np.clip(likeness - WORN, 0.0, None)
    return int(np.argmax(score))

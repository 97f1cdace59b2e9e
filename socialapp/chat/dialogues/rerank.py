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

LINE, AIM = 300, 400
"""Characters that are compared."""


def best(lines: Sequence[str], context: Context, beat: Beat, encoder: Encoder) -> int:
    """Index of the best line: likeness to persona and beat, less what was just said."""
    if len(lines) < 2:
        return 0
    card = context.card
    examples = " ".join(one.character for one in card.examples[:3])
    wanted = f"{card.name} {beat.intent}. {beat.fact} {examples or card.persona}"
    said = [turn.text[:LINE] for turn in context.history[-4:]]
    # Apart, since an encoder makes all texts of one call as long as the longest.
    reader, rows = encoder.encode([*(line[:LINE] for line in lines), *said])
    other, aim = encoder.encode([wanted[:AIM]])
    if reader != other:
        return 0
    candidates, past = rows[: len(lines)], rows[len(lines) :]
    score = candidates @ aim[0]
    if said:
        likeness = (candidates @ past.T).max(axis=1)
        score = score - SHARE * np.clip(likeness - WORN, 0.0, None)
    return int(np.argmax(score))

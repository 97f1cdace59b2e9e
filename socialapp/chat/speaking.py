"""Who speaks next in a group: whoever was called, else whoever has been silent longest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from socialapp.chat.dialogues.templates import first_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.chat.models import Message, Participant

MOST = 3
"""Characters who answer one message, when several were called."""


def next_speakers(
    text: str, present: Sequence[Participant], path: Sequence[Message]
) -> list[Participant]:
    """Characters who answer `text`, in order; empty when none is present.

    `path`: what was said before it, oldest first.
    """
    able = [one for one in present if one.character is not None]
    called = [(at, one) for one in able if (at := _called_at(one.name, text)) >= 0]
    if called:
        called.sort(key=lambda found: found[0])
        return [one for _, one in called[:MOST]]
    last = {message.author_id: at for at, message in enumerate(path)}
    return sorted(able, key=lambda one: (last.get(one.pk, -1), one.pk))[:1]


def _called_at(name: str, text: str) -> int:
    """Where `text` names somebody, by the whole name or as one is called; -1: nowhere."""
    places = [
        found.start()
        for one in {name, first_name(name)}
        if len(one) > 1
        and (found := re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text, re.I))
    ]
    return min(places, default=-1)

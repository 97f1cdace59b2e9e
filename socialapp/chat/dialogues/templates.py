"""Lines for a beat that nobody wrote a line for: a mould, and a fact poured into it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socialapp.chat.dialogues.sentences import is_whole
from socialapp.chat.dialogues.wording import shorten

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from socialapp.engines.talk import Beat, Context

_FILE = Path(__file__).parent / "data" / "templates.json"

TOPIC = 70
"""Most characters of a topic as it is spoken; the rest is left out."""

_TITLES = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "the",
        "captain",
        "sir",
        "professor",
        "prof",
        "madam",
        "lady",
        "lord",
    ]
)

LINE = 220
"""Characters of a spoken line: about 15 seconds."""


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return data


def moulds(kind: str) -> Sequence[str]:
    """The moulds of a phase of the arc, or of ``opening callback raise topic host plain
    bare``. KeyError when there is no such kind."""
    data = _data()
    found: list[str] = data["phases"][kind] if kind in data["phases"] else data[kind]
    return found


def pour(
    mould: str, *, topic: str = "", fact: str = "", other: str = "", **words: str
) -> str:
    """The line; parts that are missing take their punctuation with them."""
    values = {
        "topic": shorten(topic, TOPIC).rstrip(" .") or "this",
        "fact": fact,
        "other": other or "friend",
        **words,
    }
    line = mould
    for name, value in values.items():
        line = line.replace("{" + name + "}", value)
    return " ".join(line.split())


def is_sayable(fact: str) -> bool:
    """A whole sentence that can be said as it is; a note for a model is none."""
    return bool(fact) and fact[0].isupper() and is_whole(fact)


def word(beat: Beat, context: Context, rng: random.Random) -> list[str]:
    """Several wordings, in a random order; never none."""
    sayable = is_sayable(beat.fact)
    kind = "bare"
    if sayable:
        kind = beat.phase if beat.phase in _data()["phases"] else "plain"
    other = first_name(context.others[0].name) if context.others else context.listener
    lines = [
        pour(
            mould,
            topic=context.topic,
            fact=beat.fact if sayable else "",
            other="" if other == "you" else other,
        )
        for mould in moulds(kind)
    ]
    rng.shuffle(lines)
    return lines


def first_name(name: str) -> str:
    """How one is called on a stage: without a title, the first word."""
    words = name.split()
    while len(words) > 1 and words[0].lower().rstrip(".") in _TITLES:
        words = words[1:]
    return words[0].strip(",") if words else name

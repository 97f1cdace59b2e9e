"""Which authored line answers what was just said."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from socialapp.chat.dialogues.sentences import split
from socialapp.content import library

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from socialapp.chat.dialogues.encoder import Encoder, Reader
    from socialapp.engines.talk import Card, Lore

THRESHOLD: dict[Reader, float] = {"minilm": 0.35, "letters": 0.42}
"""Cosine below which nothing fits and a fallback is said; docs/dialogue.md has figures."""

CARE = 0.1
"""A cue of sadness or crisis wins when it is this near to the best: a joke told to a sad
person costs more than a kind word to a cheerful one."""

CARE_FLOOR = 0.42
"""Least cosine of a cue that wins that way: below it, it is chance."""

KEYED = 0.2
"""What a lorebook entry gains when one of its keys was said."""

MOST_EXAMPLES, MOST_LORE, CUE = 100, 50, 300
"""Of one card, and characters of one cue: a first line waits until all are read."""

KEPT_CARDS = 256
"""Cards whose vectors stay in memory: about 100 kB each."""

_HOUSE = Path(__file__).parent / "data" / "house.json"


@dataclass(frozen=True, slots=True)
class Cue:
    text: str
    kind: str
    reply: str = ""
    """The character's own answer to it; empty for cues of the whole house."""

    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    kind: str
    """Of cue; ``lore``; or ``none`` when nothing was near enough."""

    reply: str
    score: float


@dataclass(frozen=True, slots=True)
class _Index:
    cues: tuple[Cue, ...]
    rows: NDArray[np.float32]


class Retrieval:
    """Keeps the vectors of the cards it met. Safe in threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[Card, Reader], _Index] = OrderedDict()
        self._house: dict[Reader, NDArray[np.float32]] = {}

    def find(self, card: Card, text: str) -> Match:
        """The cue nearest to `text`, the last line of somebody else."""
        reader, query = self._encoder.encode([text])
        index = self._index(card, reader)
        if index is None:
            return Match("none", "", 0.0)
        scores = index.rows @ query[0]
        for at, cue in enumerate(index.cues):
            if cue.keys and _called(cue.keys, text):
                scores[at] += KEYED
        best = int(np.argmax(scores))
        careful = [
            i for i, c in enumerate(index.cues) if c.kind in {"sadness", "crisis"}
        ]
        if careful:
            near = max(careful, key=lambda i: float(scores[i]))
            if scores[near] >= max(scores[best] - CARE, CARE_FLOOR):
                best = near
        score = float(scores[best])
        if score < THRESHOLD[reader]:
            return Match("none", "", score)
        cue = index.cues[best]
        return Match("none" if cue.kind == "other" else cue.kind, cue.reply, score)

    def _index(self, card: Card, reader: Reader) -> _Index | None:
        key = (card, reader)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        own, house = _own_cues(card), _house_cues()
        if reader not in self._house:
            by, rows = self._encoder.encode([cue.text for cue in house])
            self._house[by] = rows
        by, rows = self._encoder.encode([cue.text for cue in own])
        if by != reader or reader not in self._house:
            return None
        index = _Index((*own, *house), np.vstack([rows, self._house[reader]]))
        with self._lock:
            self._known[key] = index
            while len(self._known) > KEPT_CARDS:
                self._known.popitem(last=False)
        return index


def _own_cues(card: Card) -> list[Cue]:
    cues = [
        Cue(one.user[:CUE], one.kind or "example", one.character)
        for one in card.examples[:MOST_EXAMPLES]
    ]
    for lore in card.lore[:MOST_LORE]:
        if told := speakable(lore, card):
            # Its words and its content: people ask for the thing, not for its history.
            cues.append(
                Cue(", ".join(lore.keys)[:CUE] or told[:CUE], "lore", told, lore.keys)
            )
            cues.append(Cue(told[:CUE], "lore", told))
    return cues


@cache
def _house_cues() -> tuple[Cue, ...]:
    return tuple(
        Cue(text, kind) for kind, texts in library.cues().items() for text in texts
    )


def _called(keys: tuple[str, ...], text: str) -> bool:
    said = text.lower()
    return any(
        re.search(rf"(?<!\w){re.escape(key.lower())}(?!\w)", said) for key in keys
    )


def called_up(card: Card, text: str) -> list[Lore]:
    """The lorebook entries that `text` calls up, in the card's order."""
    return [one for one in card.lore if one.constant or _called(one.keys, text)]


def speakable(lore: Lore, card: Card) -> str:
    """The sentences of an entry that the character itself can say: a lorebook speaks of
    its character in the third person, and nobody calls himself by name."""
    pronouns = {
        "he": "he him his himself",
        "she": "she her hers herself",
        "they": "they them their theirs themselves",
        "it": "it its itself",
    }
    first = card.pronouns.lower().partition("/")[0]
    not_said = {word.lower() for word in re.findall(r"\w{3,}", card.name)}
    not_said |= set(pronouns.get(first, " ".join(pronouns.values())).split())
    kept = []
    for sentence in split(lore.content):
        if not_said & set(re.findall(r"\w+", sentence.lower())):
            break
        kept.append(sentence)
    return " ".join(kept)


@cache
def _house() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_HOUSE.read_text(encoding="utf-8"))
    return data


@cache
def house_replies() -> Mapping[str, tuple[str, ...]]:
    """Lines for cards that say nothing for a kind of cue."""
    return {kind: tuple(lines) for kind, lines in _house()["replies"].items()}


@cache
def house_lines(name: str) -> tuple[str, ...]:
    """``fallbacks``, or ``finishes``: the end of a line that was begun."""
    return tuple(_house()[name])

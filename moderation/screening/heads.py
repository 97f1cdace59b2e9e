"""One logistic regression a category on the encoder's vectors; plain numpy.

Weights, cuts and figures are in ``data/heads.json``, written by ``manage.py
train_screening``; docs/trust/screening-model-card.md says what they are worth.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from socialapp.engines.protocols import Embedder

FILE = Path(__file__).parent / "data" / "heads.json"

WINDOW = 900
"""Characters that surely fit the encoder's 256 tokens; longer texts go in windows."""

MOST_WINDOWS = 24
MOST_SENTENCES = 16
CLOSE = ("sexual", "sexual_minors", "self_harm")
"""Heads that are sure enough to be asked about each sentence, so that a harmless frame
does not hide one."""

_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")


@dataclass(frozen=True, slots=True)
class Heads:
    names: tuple[str, ...]
    """Categories as in the table of rules, and ``any``: the order of the queue."""

    weights: NDArray[np.float32]
    """(heads, dimensions)."""

    bias: NDArray[np.float32]
    cuts: Mapping[str, Mapping[str, float]]
    """By category and false-positive rate (``0.05``): the score it takes."""

    version: str
    figures: Mapping[str, Any]

    def score(self, vectors: bytes) -> NDArray[np.float32]:
        """(texts, heads) from an embedder's rows: probabilities."""
        rows = np.frombuffer(vectors, "<f4").reshape(-1, self.weights.shape[1])
        scores: NDArray[np.float32] = 1.0 / (
            1.0 + np.exp(-(rows @ self.weights.T + self.bias))
        )
        return scores

    def cut(self, category: str, rate: float) -> float:
        """The score above which that share of harmless texts lies. KeyError names the
        rates that were measured."""
        cuts = self.cuts[category]
        try:
            return cuts[f"{rate:g}"]
        except KeyError:
            raise KeyError(
                f"No cut of {category} at {rate:g}: use one of {', '.join(cuts)}"
            ) from None


@cache
def load() -> Heads:
    """EngineError when the file is damaged: without heads nothing may be published."""
    try:
        raw = json.loads(FILE.read_text(encoding="utf-8"))
        heads = raw["heads"]
        return Heads(
            names=tuple(heads),
            weights=np.array([h["weights"] for h in heads.values()], np.float32),
            bias=np.array([h["bias"] for h in heads.values()], np.float32),
            cuts={name: head["cuts"] for name, head in heads.items()},
            version=raw["version"],
            figures=raw["figures"],
        )
    except (OSError, ValueError, KeyError) as error:
        raise EngineError(
            f"The heads of screening cannot be read ({error}). Get {FILE.name} from the"
            " repository again, or make it with manage.py train_screening.",
            permanent=True,
        ) from error


def windows(text: str) -> list[str]:
    """The text in pieces that the encoder sees whole, cut at white space."""
    pieces: list[str] = []
    rest = text.strip()
    while len(rest) > WINDOW and len(pieces) < MOST_WINDOWS - 1:
        cut = rest.rfind(" ", WINDOW // 2, WINDOW)
        cut = cut if cut > 0 else WINDOW
        pieces.append(rest[:cut])
        rest = rest[cut:].lstrip()
    return [*pieces, rest[: WINDOW * 2]]


def score_texts(texts: Sequence[str], embedder: Embedder) -> dict[str, float]:
    """Each head's highest score over all windows of all texts, and for CLOSE over their
    sentences too. EngineError."""
    heads = load()
    wide = [piece for text in texts for piece in windows(text)]
    near = [piece for text in texts for piece in sentences(text)]
    scores = heads.score(embedder.embed([*wide, *near]))
    highest = scores[: len(wide)].max(axis=0)
    for name in CLOSE:
        column = heads.names.index(name)
        highest[column] = scores[:, column].max()
    return {n: float(s) for n, s in zip(heads.names, highest, strict=True)}


def sentences(text: str) -> list[str]:
    """Sentences, several together in a long text; none for a text that is one."""
    found = [m.group().strip() for m in _SENTENCE.finditer(text) if m.group().strip()]
    if len(found) < 2:
        return []
    together = -(-len(found) // MOST_SENTENCES)
    grouped = (found[i : i + together] for i in range(0, len(found), together))
    return [" ".join(group)[: WINDOW * 2] for group in grouped]


def worst_sentence(text: str, category: str, embedder: Embedder) -> tuple[int, int]:
    """Where the sentence is that scores highest alone: what a person is shown."""
    heads = load()
    found = [m for m in _SENTENCE.finditer(text) if m.group().strip()][:40]
    if len(found) < 2:
        return 0, len(text)
    scores = heads.score(embedder.embed([m.group() for m in found]))
    worst = found[int(scores[:, heads.names.index(category)].argmax())]
    lead = len(worst.group()) - len(worst.group().lstrip())
    return worst.start() + lead, worst.start() + len(worst.group().rstrip())

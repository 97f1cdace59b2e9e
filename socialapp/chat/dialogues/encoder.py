"""Texts as vectors: the process's one MiniLM if it runs, else words and letters.

The second is a poor reader and always there: without it a missing weight file would
silence every character.
"""

from __future__ import annotations

import logging
import re
import zlib
from typing import TYPE_CHECKING, Literal

import numpy as np

from socialapp.engines.errors import EngineError
from socialapp.engines.handler import embedders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

log = logging.getLogger(__name__)

Reader = Literal["minilm", "letters"]
DIMENSIONS = 1024
"""Of the vectors of letters; those of MiniLM have 384."""

_COMMON = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "am",
        "was",
        "be",
        "to",
        "of",
        "in",
        "on",
        "at",
        "it",
        "its",
        "i",
        "you",
        "your",
        "my",
        "me",
        "do",
        "does",
        "did",
        "for",
        "and",
        "or",
        "but",
        "so",
        "that",
        "this",
        "with",
    ]
)


class Encoder:
    def __init__(self, embedder: str = "minilm") -> None:
        """`embedder`: alias in ``ENGINES``; empty: letters alone."""
        self._alias = embedder
        self._gone = not embedder

    def encode(self, texts: Sequence[str]) -> tuple[Reader, NDArray[np.float32]]:
        """Who read them, and a unit row for each text. Vectors of two readers do not
        compare."""
        if not self._gone:
            try:
                engine = embedders[self._alias]
                rows = np.frombuffer(engine.embed(list(texts)), "<f4")
                return "minilm", rows.reshape(len(texts), engine.dimensions)
            except EngineError as error:
                self._gone = error.permanent
                log.warning("Characters answer by letters alone: %s", error)
        return "letters", letters(texts)


def letters(texts: Sequence[str]) -> NDArray[np.float32]:
    """Words and runs of four letters, hashed (Weinberger et al., 2009)."""
    out = np.zeros((len(texts), DIMENSIONS), np.float32)
    for row, text in zip(out, texts, strict=True):
        words = re.findall(r"[^\W_]+", text.lower()[:2000])
        for word in [w for w in words if w not in _COMMON] or words:
            row[zlib.crc32(word.encode()) % DIMENSIONS] += 1.0
            edged = f"^{word}$"
            for at in range(len(edged) - 3):
                row[zlib.crc32(edged[at : at + 4].encode()) % DIMENSIONS] += 0.4
    roots: NDArray[np.float32] = np.sqrt(out)
    lengths = np.linalg.norm(roots, axis=1, keepdims=True)
    roots /= np.where(lengths > 0.0, lengths, 1.0)
    return roots

"""What a clip sounds like: 32 bits for every 32 ms, after Haitsma and Kalker (2002).

A window of 256 ms is split into 33 bands of equal width in pitch between 200 and
3,000 Hz. A bit says whether the difference between two neighbouring bands grew since
the window before. Loudness, equaliser and codec move few of these bits; another sound
differs in half of them. A change of speed or pitch by more than about two percent is
not found. Quiet windows have no word: in silence the bits are chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
    Words = NDArray[np.uint32]

RATE = 8000
"""Hertz of what is hashed."""

HOP = 256
WINDOW = 2048
BANDS = 33
LOWEST, HIGHEST = 200.0, 3000.0
QUIET = 1e-4
"""Of the loudest window's energy, 40 dB below: quieter windows have no word."""

QUIETEST = 1e-7
"""Mean square of full scale: a track below -70 dB is silence altogether."""

SILENT = 0
"""The word of a quiet window; it is compared with nothing."""

SAME = 0.30
"""Share of differing bits up to which two sounds are the same. The paper's bound for
256 words is 0.35, one false alarm in 3.6e20; ours has the room for fewer words."""

SHORTEST = 48
"""Words that two sounds must have in common: 1.5 s of speech."""


@dataclass(frozen=True, slots=True)
class Echo:
    """The best overlap of two sounds."""

    error: float
    """Share of differing bits: 0 the same, 0.5 unrelated."""

    seconds: float
    """How long they overlap, silence left out."""

    @property
    def same(self) -> bool:
        return self.error <= SAME and self.seconds >= SHORTEST * HOP / RATE


NOTHING = Echo(0.5, 0.0)


def words_of(samples: Samples) -> bytes:
    """Mono at 8,000 Hz, -1 to 1, to packed words; empty: nothing can be heard."""
    count = 1 + (len(samples) - WINDOW) // HOP
    if count < 2:
        return b""
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP][:count]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1)) ** 2
    loud = (frames.astype(np.float64) ** 2).mean(1)
    if loud.max() < QUIETEST:
        return b""
    edges = np.geomspace(LOWEST, HIGHEST, BANDS + 1) * WINDOW / RATE
    starts = np.round(edges).astype(int)
    bands = np.add.reduceat(power[:, : starts[-1]], starts[:-1], axis=1)
    slopes = np.diff(bands, axis=1)
    rising = (np.diff(slopes, axis=0) > 0).astype(np.uint8)
    words = np.packbits(rising, axis=1).view(np.uint32).ravel()
    heard = (loud[1:] >= QUIET * loud.max()) & (loud[:-1] >= QUIET * loud.max())
    # A loud window whose word happens to be 0 is one in four billion.
    return np.where(heard, words, SILENT).astype("<u4").tobytes()


def unpacked(words: bytes) -> Words:
    return np.frombuffer(words, "<u4")


def compare(asked: bytes, known: bytes) -> Echo:
    """The overlap of the two with the fewest differing bits."""
    return best(unpacked(asked), unpacked(known))


def best(asked: Words, known: Words) -> Echo:
    """Every shift is tried that leaves SHORTEST words in common."""
    found = NOTHING
    for shift in range(SHORTEST - len(asked), len(known) - SHORTEST + 1):
        mine = asked[max(0, -shift) : len(known) - shift]
        theirs = known[max(0, shift) : max(0, shift) + len(mine)]
        heard = (mine != SILENT) & (theirs != SILENT)
        count = int(heard.sum())
        if count < SHORTEST:
            continue
        error = float(np.bitwise_count(mine ^ theirs)[heard].mean()) / 32
        if error < found.error:
            found = Echo(error, count * HOP / RATE)
    return found

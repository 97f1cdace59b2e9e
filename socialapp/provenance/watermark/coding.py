"""Bits that survive noise: a tail-biting convolutional code and its decoder."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bits = NDArray[np.uint8]
    Floats = NDArray[np.floating[Any]]

MEMORY = 6
RATE = 4
"""Coded bits for each bit."""

POLYNOMIALS = (0o135, 0o135, 0o147, 0o163)
"""Rate 1/4, constraint length 7, free distance 20 (Proakis, Digital Communications)."""

STATES = 1 << MEMORY
LAPS = 3
"""Times the decoder runs round the tail-biting code; the middle lap is read."""


def to_bits(number: int, count: int) -> Bits:
    """(count,) of 0 and 1, the highest first."""
    return np.array([number >> (count - 1 - i) & 1 for i in range(count)], np.uint8)


def to_number(bits: Bits) -> int:
    return int("".join(map(str, bits.tolist())), 2)


def encode(bits: Bits) -> Bits:
    """(n,) bits to (4 n,) coded bits; the end of the message is the start's memory."""
    count = len(bits)
    coded = np.zeros((count, RATE), np.uint8)
    for at in range(count):
        window = 0
        for back in range(MEMORY + 1):
            window |= int(bits[(at - back) % count]) << (MEMORY - back)
        for column, polynomial in enumerate(POLYNOMIALS):
            coded[at, column] = (window & polynomial).bit_count() & 1
    return coded.ravel()


def decode(soft: Floats) -> Bits:
    """The likeliest (n,) bits of (4 n,) soft values, positive for 0 (Viterbi)."""
    came_from, newest, signs = _trellis()
    steps = len(soft) // RATE
    # (steps, states, 2): how well each way into each state fits what was received.
    fits = np.tensordot(soft.reshape(steps, RATE), signs, axes=(1, 2))
    scores: Floats = np.zeros(STATES)
    choices = np.zeros((LAPS * steps, STATES), np.uint8)
    everyone = np.arange(STATES)
    for step in range(LAPS * steps):
        ways = scores[came_from] + fits[step % steps]
        best = ways[:, 1] > ways[:, 0]
        choices[step] = best
        scores = ways[everyone, best.astype(np.intp)]
        scores -= scores.max()
    state = int(scores.argmax())
    bits = np.zeros(LAPS * steps, np.uint8)
    for step in range(LAPS * steps - 1, -1, -1):
        bits[step] = newest[state]
        state = int(came_from[state, choices[step, state]])
    return bits[steps : 2 * steps]


@lru_cache(maxsize=1)
def _trellis() -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """For each state its two predecessors, its newest bit, the signs sent on the way."""
    states = np.arange(STATES)
    older = states << 1 & STATES - 1
    came_from = np.stack([older, older | 1], 1)
    newest = states >> (MEMORY - 1)
    signs = np.zeros((STATES, 2, RATE))
    for state in range(STATES):
        for way in range(2):
            window = int(newest[state]) << MEMORY | int(came_from[state, way])
            for column, polynomial in enumerate(POLYNOMIALS):
                signs[state, way, column] = 1 - 2 * (
                    (window & polynomial).bit_count() & 1
                )
    return came_from, newest, signs

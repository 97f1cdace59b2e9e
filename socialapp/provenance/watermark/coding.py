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
    """(..., n) bits to (..., 4 n) coded bits; the message's end is its start's memory."""
    memory = np.stack([np.roll(bits, back, -1) for back in range(MEMORY + 1)], -1)
    sums = memory.astype(np.int64) @ _taps()
    return (sums & 1).astype(np.uint8).reshape(*bits.shape[:-1], -1)


def decode(soft: Floats) -> Bits:
    """The likeliest (n, bits) of (n, 4 bits) soft values, positive for 0 (Viterbi).

    Many readings at once cost little more than one.
    """
    came_from, newest, signs = _trellis()
    many, steps = len(soft), soft.shape[1] // RATE
    # (steps, many, states, 2): how well each way into each state fits.
    received = soft.reshape(many, steps, RATE).swapaxes(0, 1)
    fits = np.tensordot(received, signs, axes=(2, 2))
    scores: Floats = np.zeros((many, STATES))
    choices = np.zeros((LAPS * steps, many, STATES), np.uint8)
    for step in range(LAPS * steps):
        ways = scores[:, came_from] + fits[step % steps]
        choices[step] = ways[..., 1] > ways[..., 0]
        scores = ways.max(2)
        scores -= scores.max(1, keepdims=True)
    rows = np.arange(many)
    state = scores.argmax(1)
    bits = np.zeros((LAPS * steps, many), np.uint8)
    for step in range(LAPS * steps - 1, -1, -1):
        bits[step] = newest[state]
        state = came_from[state, choices[step, rows, state]]
    return np.ascontiguousarray(bits[steps : 2 * steps].T)


def correlations(soft: Floats, sent: Floats) -> Floats:
    """(n,) of (n, bits) received and (n, bits) of 1 and -1 sent: 1 is without noise."""
    size = np.sqrt((soft * soft).sum(-1) * soft.shape[-1])
    return np.asarray((soft * sent).sum(-1) / np.maximum(size, 1e-12))


@lru_cache(maxsize=1)
def _taps() -> NDArray[np.int64]:
    """(memory and newest bit, coded bits): which bits each coded bit is the parity of."""
    taps = [
        [p >> (MEMORY - back) & 1 for p in POLYNOMIALS] for back in range(MEMORY + 1)
    ]
    return np.array(taps, np.int64)


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

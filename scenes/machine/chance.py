"""Dice: mulberry32, a public-domain generator of 32 bits, the same in every language."""

from __future__ import annotations

_MASK = 0xFFFFFFFF


def draw(state: int) -> tuple[int, int]:
    """The generator's next state, and 32 random bits."""
    state = (state + 0x6D2B79F5) & _MASK
    mixed = ((state ^ (state >> 15)) * (state | 1)) & _MASK
    mixed ^= (mixed + (((mixed ^ (mixed >> 7)) * (mixed | 61)) & _MASK)) & _MASK
    return state, mixed ^ (mixed >> 14)


def roll(state: int, count: int, sides: int) -> tuple[int, int]:
    """The generator's next state, and the sum of `count` dice.

    A face is floor(bits * sides / 2**32): of at most 1000 sides none is likelier than
    another by more than one part in four million.
    """
    total = count
    for _ in range(count):
        state, bits = draw(state)
        total += (bits * sides) >> 32
    return state, total

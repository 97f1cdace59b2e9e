"""What is derived from a key: the message of a payload, carriers and their phases."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from socialapp.provenance.keys import TAG_BITS
from socialapp.provenance.watermark import coding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialapp.provenance.keys import Key
    from socialapp.provenance.watermark.coding import Bits

PAYLOAD_BITS = 48
MESSAGE_BITS = PAYLOAD_BITS + TAG_BITS
CODED_BITS = MESSAGE_BITS * coding.RATE
LOWEST, HIGHEST = 4.0, 16.0
"""Cycles a tile: periods of 8 to 32 pixels in a frame 512 pixels wide."""

SYNC_SHARE = 1 / 3


def message_of(payload: int, key: Key) -> Bits:
    """(72,) payload and tag. ValueError: more than 48 bits."""
    if not 0 <= payload < 1 << PAYLOAD_BITS:
        raise ValueError(f"A payload has {PAYLOAD_BITS} bits: {payload} does not fit")
    return coding.to_bits(payload << TAG_BITS | key.tag(payload), MESSAGE_BITS)


def verified(message: Bits, key: Key) -> int | None:
    """The payload of a decoded message, None when its tag is not of this key."""
    number = coding.to_number(message)
    payload, tag = number >> TAG_BITS, number & (1 << TAG_BITS) - 1
    size = TAG_BITS // 8
    genuine = hmac.compare_digest(
        tag.to_bytes(size, "big"), key.tag(payload).to_bytes(size, "big")
    )
    return payload if genuine else None


@dataclass(frozen=True, slots=True)
class Carriers:
    """Where a key's carriers lie in the spectrum of a tile, and their phases."""

    sync_at: tuple[NDArray[np.intp], NDArray[np.intp]]
    """Cycles down and across a tile; negative ones index from the end."""

    sync_phase: NDArray[np.complex64]
    """Unit length."""

    data_at: tuple[NDArray[np.intp], NDArray[np.intp]]
    data_phase: NDArray[np.complex64]
    bit_of: NDArray[np.intp]
    """(2 * data,) which coded bit the real, then the imaginary part of each carries."""


@lru_cache(maxsize=32)
def carriers_of(key: Key) -> Carriers:
    ring = ring_places()
    words = np.frombuffer(key.stream(b"order", 8 * len(ring)), ">u8")
    shuffled = ring[np.argsort(words, kind="stable")]
    phases = np.exp(
        2j
        * np.pi
        / 2**32
        * np.frombuffer(key.stream(b"phases", 4 * len(ring)), ">u4").astype(np.float64)
    ).astype(np.complex64)
    sync = round(len(ring) * SYNC_SHARE)
    channels = 2 * (len(ring) - sync)
    words = np.frombuffer(key.stream(b"bits", 8 * channels), ">u8")
    return Carriers(
        sync_at=(shuffled[:sync, 0], shuffled[:sync, 1]),
        sync_phase=phases[:sync],
        data_at=(shuffled[sync:, 0], shuffled[sync:, 1]),
        data_phase=phases[sync:],
        bit_of=np.argsort(words, kind="stable") % CODED_BITS,
    )


@lru_cache(maxsize=1)
def ring_places() -> NDArray[np.intp]:
    """(n, 2) cycles down and across: half of the ring, the other half mirrors it."""
    span = np.arange(-int(HIGHEST), int(HIGHEST) + 1)
    down, across = np.meshgrid(span, span, indexing="ij")
    radius = np.hypot(down, across)
    half = (down > 0) | ((down == 0) & (across > 0))
    return np.argwhere((radius >= LOWEST) & (radius <= HIGHEST) & half) - int(HIGHEST)

"""Keys, and what is derived from one: tag, places of the carriers, their phases."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from socialapp.provenance.watermark import coding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialapp.provenance.watermark.coding import Bits

PAYLOAD_BITS = 48
TAG_BITS = 24
CODED_BITS = (PAYLOAD_BITS + TAG_BITS) * coding.RATE
LOWEST, HIGHEST = 4.0, 16.0
"""Cycles a tile: periods of 8 to 32 pixels in a frame 512 pixels wide."""

SYNC_SHARE = 1 / 3
SHORTEST_SECRET = 16
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Key:
    """A deployment's secret; ``id`` names it without giving it away."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < SHORTEST_SECRET:
            raise ValueError(
                f"A watermark key needs {SHORTEST_SECRET} bytes or more,"
                f" not {len(self.secret)}"
            )

    @property
    def id(self) -> str:
        return self.stream(b"id", 4).hex()

    def stream(self, purpose: bytes, count: int) -> bytes:
        """`count` bytes that only this key gives, different ones for each purpose.

        SHAKE-256, not a library's random numbers: those may change with a version, and
        what was marked years ago must still be found.
        """
        sized = len(self.secret).to_bytes(2, "big") + self.secret
        return hashlib.shake_256(b"troupe watermark 1" + sized + purpose).digest(count)

    def tag(self, payload: int) -> int:
        """24 bits that prove that a payload was hidden by who has this key."""
        digest = hmac.new(
            self.stream(b"tag", 32), payload.to_bytes(6, "big"), hashlib.sha256
        ).digest()
        return int.from_bytes(digest[: TAG_BITS // 8], "big")

    def message(self, payload: int) -> Bits:
        """(72,) payload and tag. ValueError: more than 48 bits."""
        if not 0 <= payload < 1 << PAYLOAD_BITS:
            raise ValueError(
                f"A payload has {PAYLOAD_BITS} bits: {payload} does not fit"
            )
        return coding.to_bits(
            payload << TAG_BITS | self.tag(payload), PAYLOAD_BITS + TAG_BITS
        )

    def verified(self, message: Bits) -> int | None:
        """The payload of a decoded message, None when its tag is not of this key."""
        number = coding.to_number(message)
        payload, tag = number >> TAG_BITS, number & (1 << TAG_BITS) - 1
        genuine = hmac.compare_digest(
            tag.to_bytes(3, "big"), self.tag(payload).to_bytes(3, "big")
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
def carriers(key: Key) -> Carriers:
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

"""The secrets that marks are made with: plain Python, for those who only name a key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

TAG_BITS = 24
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

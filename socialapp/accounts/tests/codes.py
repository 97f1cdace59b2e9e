"""An authenticator app of the tests' own: RFC 6238, six digits, 30 seconds, SHA-1."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or `steps` of 30 seconds later."""
    counter = int(time.time()) // 30 + steps
    key = base64.b32decode(secret)
    digest = hmac.new(key, counter.to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"

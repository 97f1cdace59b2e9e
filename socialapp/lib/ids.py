"""Public names of things: short, random, safe in a URL."""

from __future__ import annotations

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""No 0 o 1 l i: people read these aloud."""

LENGTH = 13
"""About 64 bits: nobody guesses one, so an unlisted page stays unlisted."""


def new_key() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))

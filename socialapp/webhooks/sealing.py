"""Secrets of webhooks: made, kept encrypted, and used to sign (Standard Webhooks, v1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def seal(secret: str) -> str:
    """As it is kept: a copy of the database alone signs nothing."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """cryptography.fernet.InvalidToken when SECRET_KEY is another one by now; old ones
    belong into SECRET_KEY_FALLBACKS."""
    return _box().decrypt(sealed.encode()).decode()


def signature(*, secret: str, key: str, timestamp: int, body: bytes) -> str:
    """``webhook-signature``. `timestamp`: seconds since 1970."""
    secret_bytes = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{key}.{timestamp}.".encode() + body
    digest = hmac.new(secret_bytes, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(one)) for one in keys])


def _key(secret_key: str | bytes) -> bytes:
    digest = hashlib.sha256(b"webhooks:" + force_bytes(secret_key)).digest()
    return base64.urlsafe_b64encode(digest)

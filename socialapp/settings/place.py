"""Where this copy keeps its things, and the secrets that are its own."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from socialapp import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent

DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var")
"""Database, media, Redis and keys of this copy."""

DATA_DIR.mkdir(parents=True, exist_ok=True)

PRODUCTION = env.flag("PRODUCTION")
"""On: no default secrets, HTTPS assumed, cookies secure."""

DEBUG = env.flag("DEBUG", default=False)


def own_secret(variable: str, name: str) -> str:
    """A secret of this copy's own, made on first use: no default ships."""
    if PRODUCTION:
        raise ImproperlyConfigured(f"{variable} must be set when PRODUCTION=1")
    file = DATA_DIR / name
    if not file.exists():
        draft = DATA_DIR / f".{name}-{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="utf-8")
        # Of two processes that start at once, the second takes the first one's.
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text(encoding="utf-8")

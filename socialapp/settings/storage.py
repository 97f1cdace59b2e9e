"""The database and Redis: embedded ones, or those that an address names."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from socialapp import env
from socialapp.settings.place import DATA_DIR

DATABASE_CONNECTIONS = env.number("DATABASE_CONNECTIONS", 20) if env.SERVES else 0
"""That a web server keeps open: under ASGI each request would open one of its own, which
takes longer than most of its queries. What else runs here has one a thread anyway, and
workers fork, which a pool does not survive."""
if DATABASE_CONNECTIONS < 0:
    raise ImproperlyConfigured(
        f"DATABASE_CONNECTIONS={DATABASE_CONNECTIONS}: use 0 or more"
    )


def _database() -> dict[str, Any]:
    url = env.text("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "socialapp.lib.sqlite",
            "NAME": DATA_DIR / "troupe.sqlite3",
            "OPTIONS": {
                # IMMEDIATE: a deferred transaction that turns to writing fails at
                # once with "database is locked", whatever the timeout says.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "keep": DATABASE_CONNECTIONS,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
                    "PRAGMA busy_timeout=20000;PRAGMA cache_size=-32000"
                ),
            },
            "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL: use postgres://user:password@host/name"
        )
    query = dict(parse_qsl(parts.query))
    if (prepare := query.pop("prepare", "on")) not in {"on", "off"}:
        raise ImproperlyConfigured(f"DATABASE_URL: prepare={prepare}: use on or off")
    # For queries that are bound on the server: those of feed.selectors.kept.
    options: dict[str, Any] = {"prepare_threshold": 5 if prepare == "on" else None}
    if DATABASE_CONNECTIONS:
        options["pool"] = {"min_size": 1, "max_size": DATABASE_CONNECTIONS}
    # postgres:///name?host=/path reaches a unix socket.
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        # Those of a pool go back to it after each request.
        "CONN_MAX_AGE": 0 if DATABASE_CONNECTIONS else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query | options,
    }


DATABASES = {"default": _database()}


def _redis_socket() -> Path:
    """Under DATA_DIR, or in a short folder named after it."""
    near = DATA_DIR / "redis.sock"
    # The kernel takes 107 bytes (sys/un.h), macOS 103.
    if len(os.fsencode(near)) <= 100:
        return near
    name = hashlib.sha256(os.fsencode(DATA_DIR)).hexdigest()[:12]
    home = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(home) / f"troupe-{name}" / "redis.sock"


REDIS_SOCKET = _redis_socket()
REDIS_URL = env.text("REDIS_URL", f"unix://{REDIS_SOCKET}")
"""The default is the embedded server that `manage.py up` starts."""

BUS = {"BACKEND": "socialapp.lib.bus.redis"}
"""Carries what hubs of different processes tell each other: see socialapp.lib.bus."""

CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL}]},
    }
}

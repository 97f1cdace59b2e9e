"""Mail, push messages and webhooks."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from socialapp import env
from socialapp.settings.place import DATA_DIR

EMAIL_HOST = env.text("EMAIL_HOST")
"""Empty: mail is not sent but written to DATA_DIR/outbox, one file a mail."""

EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = (
    f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
)
EMAIL_FILE_PATH = DATA_DIR / "outbox"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Troupe <troupe@localhost>")

PUSHER: dict[str, Any] = {
    "BACKEND": "socialapp.notices.pushers.web.WebPusher",
    "OPTIONS": {
        "key": env.text("VAPID_KEY"),
        "key_file": str(DATA_DIR / "credentials" / "vapid.key"),
        "contact": f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}",
    },
}
"""What carries news to browsers that are not open: see docs/notices.md."""

WEBHOOKS_PRIVATE = env.flag("WEBHOOKS_PRIVATE", default=False)
"""Webhooks may lead to machines of this network, without TLS: for a copy that only
people of that network use, and for tests."""

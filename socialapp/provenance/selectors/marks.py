"""Questions about what was made here."""

from __future__ import annotations

from django.conf import settings

from socialapp.provenance.keys import Key
from socialapp.provenance.models import Mark


def watermark_keys() -> tuple[Key, ...]:
    """The newest first: it marks, and all of them are looked for."""
    return tuple(Key(secret.encode()) for secret in settings.WATERMARK_KEYS)


def find_mark(payload: int) -> Mark | None:
    """What a number found in pixels stands for; None: not issued by this deployment."""
    if not 0 <= payload < 2**48:
        return None
    return Mark.objects.select_related("owner").filter(payload=payload).first()

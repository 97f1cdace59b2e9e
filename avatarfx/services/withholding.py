"""What moderation does to clips."""

from __future__ import annotations

from avatarfx.models import Clip


def set_withheld(*, clip: Clip, level: str) -> None:
    """``hidden``, ``removed`` or empty, which is back on stage."""
    Clip.objects.filter(pk=clip.pk).update(withheld=level)
    clip.withheld = level

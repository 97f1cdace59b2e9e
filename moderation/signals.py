"""News of moderation, sent when its transaction commits."""

from __future__ import annotations

from django.dispatch import Signal

picture_decided = Signal()
"""``check``: a PictureCheck that waited is approved or refused."""

likeness_revoked = Signal()
"""``consent``: its owner wants nothing with that portrait shown any more."""

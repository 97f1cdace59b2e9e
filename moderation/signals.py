"""What moderation announces, at commit."""

from __future__ import annotations

from django.dispatch import Signal

case_decided = Signal()
"""Sent with ``case`` and ``decision``: the decision has taken effect. Hiding and
restoring are done inside it, by what the apps registered."""

picture_decided = Signal()
"""``check``: a PictureCheck that waited is approved or refused."""

likeness_revoked = Signal()
"""``consent``: its owner wants nothing with that portrait shown any more."""

approval_decided = Signal()
"""``approval``: words that waited are approved or refused, or wait again. May be told
more than once."""

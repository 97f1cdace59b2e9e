"""News of screening."""

from __future__ import annotations

from django.dispatch import Signal

review_asked = Signal()
"""``screening``: the row whose author asked for a person to look."""

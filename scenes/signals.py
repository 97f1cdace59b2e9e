"""What scenes announces, at commit."""

from django.dispatch import Signal

play_moved = Signal()
"""Sent with ``play`` and ``events``, which are new in its log, as JSON: it was saved."""

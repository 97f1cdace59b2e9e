"""What conversations tell the apps above them."""

from __future__ import annotations

from django.dispatch import Signal

sharing_ended = Signal()
"""``seat``: the person in it does not let others publish what they said here."""

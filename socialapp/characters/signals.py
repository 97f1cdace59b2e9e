"""What this app tells those above it."""

from __future__ import annotations

from django.dispatch import Signal

characters_going = Signal()
"""``owner``: all that they have made is about to be emptied, and deleted where no clip
holds on to it. Sent inside the transaction."""

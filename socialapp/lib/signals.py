"""What any app announces to whoever keeps lists of all of them."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.dispatch import Signal

listing_changed = Signal()
"""``kind``, as reports name it, and ``pk``: something may be found otherwise than before,
or no more. Sent at commit; may be told more than once."""


def tell_listing(kind: str, pk: int) -> None:
    """Send it when the transaction commits."""
    told = partial(listing_changed.send_robust, sender=None, kind=kind, pk=pk)
    transaction.on_commit(told, robust=True)

"""Sent inside of the transaction that changes what they tell of: whoever keeps a copy of
a number keeps it with the number itself."""

from django.dispatch import Signal

thread_counted = Signal()
"""``thread``, with its new ``count``."""

comment_shown = Signal()
"""``comment``: others can read it now."""

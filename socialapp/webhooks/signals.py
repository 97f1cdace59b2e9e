"""What webhooks announce."""

from __future__ import annotations

from django.dispatch import Signal

webhook_failed = Signal()
"""``webhook``, ``off``: nothing arrives there any more; ``off``: and nothing is sent."""

webhook_works = Signal()
"""``webhook``: something arrived there again, or its owner turned it on."""

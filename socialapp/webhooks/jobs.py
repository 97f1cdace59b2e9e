"""What workers do about webhooks."""

from __future__ import annotations

from socialapp.webhooks import delivering


def deliver() -> None:
    delivering.deliver_due()

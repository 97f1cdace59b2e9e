"""A person's webhooks, for their own archive; no secret is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.accounts.exports import as_json
from socialapp.webhooks.models import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def webhooks(user: User) -> Iterator[File]:
    hooks = user.webhooks.order_by("pk")
    sent = Delivery.objects.filter(webhook__person=user).order_by("pk")
    yield as_json(
        "webhooks.json",
        {
            "webhooks": list(hooks.values("url", "events", "active", "created")),
            "deliveries": list(
                sent.values("key", "event", "state", "created", "tries", "status")
            ),
        },
    )

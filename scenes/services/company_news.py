"""Tells the open pages of a company what happens. Who misses it reads it all again."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

log = logging.getLogger(__name__)


def group_of(key: str) -> str:
    """The channel group of one company's open pages."""
    return f"company.{key}"


def tell_soon(key: str, kind: str, *, gone: int | None = None, **facts: Any) -> None:
    """When the running transaction commits. `gone`: id of a person whose pages hear no
    more; it is sent to nobody."""
    event = {"type": kind, **facts}
    envelope = {"type": "company.event", "gone": gone, "event": event}
    transaction.on_commit(partial(_tell, key, envelope), robust=True)


def _tell(key: str, envelope: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group_of(key), envelope)
    except Exception as error:
        # News is a courtesy: the rows have it all, and pages ask again.
        log.info("Not told to company %s: %s", key, error)

"""Tells the open pages of a conversation what happens in it. Who misses it reloads."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

log = logging.getLogger(__name__)


def group_of(key: str) -> str:
    """The channel group of one conversation's open pages."""
    return f"chat.{key}"


async def tell(
    key: str, kind: str, *, at: int | None = None, gone: int | None = None, **facts: Any
) -> None:
    """`at`: id of the message it is about, which those who came later are not told;
    `gone`: id of a person whose pages hear no more. Neither is sent to anybody."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        event = {"type": kind, **facts}
        envelope = {"type": "chat.event", "at": at, "gone": gone, "event": event}
        await layer.group_send(group_of(key), envelope)
    except Exception as error:
        # News is a courtesy: without Redis the answer of the request has it all.
        log.info("Not told to conversation %s: %s", key, error)


def tell_soon(key: str, kind: str, **facts: Any) -> None:
    """When the running transaction commits."""
    transaction.on_commit(partial(_tell, key, kind, facts))


def _tell(key: str, kind: str, facts: dict[str, Any]) -> None:
    try:
        async_to_sync(tell)(key, kind, **facts)
    except Exception as error:
        log.info("Not told to conversation %s: %s", key, error)

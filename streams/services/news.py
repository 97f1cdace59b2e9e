"""Tells every process that has viewers of a stream. What is missed is read in the log."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from socialapp.lib import bus
from streams import delivery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.protocol.events import Event


def channel_of(stream_id: int) -> str:
    """The bus's channel of one stream."""
    return f"troupe:stream:{stream_id}"


def tell(stream_id: int, events: Sequence[Event]) -> None:
    """One message to each process when the running transaction commits."""
    if events:
        transaction.on_commit(partial(send, stream_id, events))


def send(stream_id: int, events: Sequence[Event]) -> bool:
    """At once; False when the bus is down and hubs will read the log instead."""
    deliveries = [delivery.of_event(event) for event in events]
    return bus.publish(channel_of(stream_id), delivery.pack(deliveries))

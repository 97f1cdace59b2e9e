"""Short messages between this house's processes, at once or never.

A bus keeps nothing: who does not listen misses a message, and so does everybody while
Redis is away. Whoever needs all of them keeps them in the database and reads there what
was missed. ``settings.BUS`` names the module that carries them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    Heard = Callable[[str, bytes], None]
    """Called in the loop with a channel's name and a message."""

    Turned = Callable[[bool], None]
    """Called in the loop when the bus begins (True) or ceases to carry messages."""


class Listener(Protocol):
    """One a process and event loop, however many channels it hears."""

    @property
    def up(self) -> bool:
        """Whether messages arrive now."""

    async def add(self, channel: str) -> None:
        """Hear this channel; returns at once when the bus is down, and hears it later."""

    async def drop(self, channel: str) -> None: ...

    async def close(self) -> None: ...


class Backend(Protocol):
    def publish(self, channel: str, message: bytes) -> bool:
        """Send to all who listen now, from any thread; False when the bus is down."""

    def listen(self, heard: Heard, turned: Turned) -> Listener:
        """Start listening in the running loop."""


def backend() -> Backend:
    return cast("Backend", import_module(settings.BUS["BACKEND"]))


def publish(channel: str, message: bytes) -> bool:
    """Send to all who listen now, from any thread; False when the bus is down."""
    return backend().publish(channel, message)


def listen(heard: Heard, turned: Turned) -> Listener:
    """Start listening in the running loop."""
    return backend().listen(heard, turned)

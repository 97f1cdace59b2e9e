"""A bus inside one process, for tests."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socialapp.lib.bus import Heard, Turned

_listeners: set[MemoryListener] = set()


def publish(channel: str, message: bytes) -> bool:
    for listener in tuple(_listeners):
        listener.tell(channel, message)
    return True


def listen(heard: Heard, turned: Turned) -> MemoryListener:
    listener = MemoryListener(heard)
    asyncio.get_running_loop().call_soon(turned, True)
    return listener


class MemoryListener:
    up = True

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._channels: set[str] = set()
        _listeners.add(self)

    def tell(self, channel: str, message: bytes) -> None:
        if self._loop.is_closed():
            _listeners.discard(self)
        elif channel in self._channels:
            self._loop.call_soon_threadsafe(self._heard, channel, message)

    async def add(self, channel: str) -> None:
        self._channels.add(channel)

    async def drop(self, channel: str) -> None:
        self._channels.discard(channel)

    async def close(self) -> None:
        _listeners.discard(self)

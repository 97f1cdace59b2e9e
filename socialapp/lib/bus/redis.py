"""Redis pub/sub as the bus: one connection a process to hear, a small pool to speak."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

if TYPE_CHECKING:
    from socialapp.lib.bus import Heard, Turned

log = logging.getLogger(__name__)

SPEAK_SECONDS = 0.5
"""Whoever publishes waits no longer: the message is in the database too."""

REST_SECONDS = 1.0
"""After a failure nothing is sent for this long, so that a dead server costs one wait."""

PING_SECONDS = 1.0
SILENT_SECONDS = 3.0
"""A connection whose pings are not answered for this long is given up."""

RETRY_SECONDS = (0.05, 0.1, 0.2, 0.5)
"""Between attempts to connect; the last one again and again."""

OURS = "troupe:bus"
"""A channel on which nobody speaks."""

_rests_until = 0.0


@cache
def _client(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_connect_timeout=SPEAK_SECONDS,
        socket_timeout=SPEAK_SECONDS,
        # One retry at once: the pool's connection may be of a server before a restart.
        retry=Retry(NoBackoff(), 1),
    )


def publish(channel: str, message: bytes) -> bool:
    global _rests_until  # noqa: PLW0603  one moment for the whole process
    if time.monotonic() < _rests_until:
        return False
    try:
        _client(settings.REDIS_URL).publish(channel, message)
    except (RedisError, OSError) as error:
        _rests_until = time.monotonic() + REST_SECONDS
        log.warning("The bus is down, nothing was sent to %s: %s", channel, error)
        return False
    return True


def listen(heard: Heard, turned: Turned) -> RedisListener:
    return RedisListener(settings.REDIS_URL, heard, turned)


class RedisListener:
    """Connects, hears, and connects again for as long as it lives."""

    def __init__(self, url: str, heard: Heard, turned: Turned) -> None:
        self.up = False
        self._url = url
        self._heard = heard
        self._turned = turned
        self._channels: set[str] = set()
        self._awaited: dict[str, asyncio.Future[None]] = {}
        self._pubsub: Any = None
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def add(self, channel: str) -> None:
        self._channels.add(channel)
        if self._pubsub is None:
            return
        heard = self._awaited.setdefault(channel, asyncio.Future())
        await self._say("subscribe", channel)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(heard), SPEAK_SECONDS)

    async def drop(self, channel: str) -> None:
        self._channels.discard(channel)
        await self._say("unsubscribe", channel)

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _say(self, command: str, channel: str) -> None:
        if self._pubsub is None:
            return
        # A connection that breaks here is noticed, and mended, where it is read.
        with contextlib.suppress(RedisError, OSError):
            await getattr(self._pubsub, command)(channel)

    async def _run(self) -> None:
        attempt = 0
        while True:
            began = time.monotonic()
            try:
                await self._hear()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("The bus cannot be heard: %s", error)
            if self.up:
                self.up = False
                self._turned(False)
            attempt = 0 if time.monotonic() - began > 2 * SILENT_SECONDS else attempt
            await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1

    async def _hear(self) -> None:
        client = AsyncRedis.from_url(
            self._url,
            socket_connect_timeout=SILENT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        pubsub: Any = client.pubsub()
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                await pubsub.connect()
                # From here on `add` subscribes by itself, so that none falls between.
                self._pubsub = pubsub
                if self._channels:
                    await pubsub.subscribe(*self._channels)
                # A subscription needs one channel at least, and its answer says that
                # the server is there.
                await pubsub.subscribe(OURS)
            await self._hear_all(pubsub)
        finally:
            self._pubsub = None
            with contextlib.suppress(RedisError, OSError):
                await pubsub.aclose()
            with contextlib.suppress(RedisError, OSError):
                await client.aclose()

    async def _hear_all(self, pubsub: Any) -> None:
        answered = pinged = time.monotonic()
        while True:
            message = await pubsub.get_message(timeout=PING_SECONDS)
            now = time.monotonic()
            if message is not None:
                answered = now
                self._take(message)
            elif now - answered > SILENT_SECONDS:
                raise TimeoutError("no answer to pings")
            if now - pinged >= PING_SECONDS:
                pinged = now
                await pubsub.ping()

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "message":
            try:
                self._heard(message["channel"].decode(), message["data"])
            except Exception:
                # One message that its hearer cannot take must not make it deaf.
                log.exception("A message on %s failed", message["channel"])
        elif message["type"] == "subscribe":
            channel = message["channel"].decode()
            awaited = self._awaited.pop(channel, None)
            if awaited is not None and not awaited.done():
                awaited.set_result(None)
            if channel == OURS and not self.up:
                self.up = True
                self._turned(True)

"""The bus over a real Redis: heard once, silent while it is away, heard again."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from socialapp.lib import bus, redis_server
from socialapp.lib.bus import redis as backend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import Settings


class Server:
    def __init__(self, folder: Path) -> None:
        binary = redis_server.find()
        if binary is None:
            pytest.skip("This machine has no Redis server")
        self.sock = folder / "redis.sock"
        self._data = folder / "data"
        self._argv = redis_server.arguments(binary, sock=self.sock, folder=self._data)

    def start(self) -> None:
        redis_server.prepare(self.sock, self._data)
        self._process = subprocess.Popen(self._argv, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not redis_server.answers(self.sock):
            assert time.monotonic() < until, "Redis does not start"
            time.sleep(0.01)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    # Not in tmp_path: the path of a socket must stay short.
    with tempfile.TemporaryDirectory(prefix="tr-") as folder:
        made = Server(Path(folder))
        made.start()
        settings.REDIS_URL = f"unix://{made.sock}"
        settings.BUS = {"BACKEND": "socialapp.lib.bus.redis"}
        monkeypatch.setattr(backend, "_rests_until", 0.0)
        yield made
        made.kill()


class Ear:
    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.turns: list[bool] = []
        self.listener = bus.listen(
            lambda channel, message: self.heard.append((channel, message)),
            self.turns.append,
        )

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(400):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"turned {self.turns}, heard {self.heard}")


async def test_messages_are_heard_by_channel_and_after_a_restart(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear()
    await ear.until(lambda: ear.listener.up)
    await ear.listener.add("one")
    assert bus.publish("one", b"\x00first")
    assert bus.publish("two", b"nobody listens")
    await ear.until(lambda: len(ear.heard) == 1)
    assert ear.heard == [("one", b"\x00first")]

    server.kill()
    await ear.until(lambda: not ear.listener.up)
    assert not bus.publish("one", b"lost")
    await ear.listener.add("two")
    await asyncio.to_thread(server.start)
    await ear.until(lambda: ear.listener.up)
    assert ear.turns == [True, False, True]
    monkeypatch.setattr(backend, "_rests_until", 0.0)
    assert bus.publish("one", b"second")
    assert bus.publish("two", b"third")
    await ear.until(lambda: len(ear.heard) == 3)
    await ear.listener.drop("two")
    assert bus.publish("two", b"dropped")
    assert bus.publish("one", b"last")
    await ear.until(lambda: len(ear.heard) == 4)
    assert [message for _, message in ear.heard[1:]] == [b"second", b"third", b"last"]
    await ear.listener.close()


async def test_a_hearer_that_fails_goes_on_hearing(server: Server) -> None:
    heard: list[bytes] = []

    def hear(_channel: str, message: bytes) -> None:
        if message == b"bad":
            raise RuntimeError("cannot take it")
        heard.append(message)

    turned = asyncio.Event()
    listener = bus.listen(hear, lambda _: turned.set())
    await asyncio.wait_for(turned.wait(), 10)
    await listener.add("one")
    for message in (b"bad", b"good"):
        bus.publish("one", message)
    for _ in range(300):
        if heard:
            break
        await asyncio.sleep(0.01)
    assert heard == [b"good"]
    await listener.close()


def test_a_server_that_is_away_costs_one_wait(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    settings.BUS = {"BACKEND": "socialapp.lib.bus.redis"}
    monkeypatch.setattr(backend, "_rests_until", 0.0)
    began = time.monotonic()
    for _ in range(50):
        assert not bus.publish("one", b"x")
    assert time.monotonic() - began < 2 * backend.SPEAK_SECONDS

"""Faults in a running show, on two web servers, a real Redis and raw sockets.

200 viewers watch one stream through two processes; 20 of them stop reading, 20 get
everything up to 0.8 s late and unevenly, 10 take no more than 150 kbit/s, Redis is killed and started again in the middle,
some lose their connection and come back, one of the processes is told to stop and its
viewers go to the other, and at the end the house stops the show. Told
are the events that anybody missed or got twice, how soon those who do not read were cut
off, how late the others got their lines meanwhile, and how soon the stop reached them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import statistics
import threading
import time
from typing import TYPE_CHECKING, Any

from django.db import connection

from avatarfx.bench.houses import again_in_a_house
from streams import services
from streams.bench import houses, shows
from streams.bench.peers import Peer
from streams.protocol import Close, frames, packing
from streams.protocol.events import Line, PoseKeys, StreamEnded, Welcome

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from streams.bench.houses import House
    from streams.models import Stream

LINES_A_SECOND = 4.0
JITTER_SECONDS = 0.8
NARROW_BYTES = 150_000 / 8
"""A second: a phone on 3G."""

SOUND_BYTES = 2000
"""Of a line: 8 kB/s at this pace."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=14.0)
    parser.add_argument("--reconnects", type=int, default=30)
    parser.add_argument("--inside", action="store_true", help="run in this DATA_DIR")


def run(options: dict[str, Any]) -> dict[str, Any]:
    if not options["inside"]:
        names = ("viewers", "seconds", "reconnects")
        return again_in_a_house(
            "drill", [f"--{name}={options[name]}" for name in names]
        )
    with houses.house() as house:
        stream = shows.on_air()
        for web in (house.start_web(), house.start_web()):
            web.wait()
        return asyncio.run(_Drill(house, stream, options).run())


class Watcher:
    """A viewer that remembers what it got, across its sockets."""

    def __init__(self, drill: _Drill, number: int) -> None:
        self.drill = drill
        self.web = drill.house.webs[number % len(drill.house.webs)]
        self.after: int | None = None
        self.gaps = 0
        self.repeats = 0
        self.reconnects = 0
        self.late: list[float] = []
        self.ended = 0.0
        self.there = 0.0
        """Since when it is connected; what was said before is not late but missed."""

        self.peer: Peer | None = None

    async def open(self) -> Peer:
        query = "" if self.after is None else f"?after={self.after}"
        self.peer = Peer(self.hear)
        path = f"/ws/streams/{self.drill.stream.key}/{query}"
        return await self.peer.open(self.web.port, path)

    async def come_back(self, away: float) -> None:
        """Lose the connection; return after a while and go on."""
        assert self.peer is not None  # noqa: S101  it was opened
        self.peer.cut()
        await asyncio.sleep(away)
        await self.open()
        self.reconnects += 1

    def hear(self, peer: Peer, kind: int, data: bytes) -> None:
        if peer is not self.peer:
            return
        if kind == BINARY:
            name, seq, line = glance(data)
            if seq:
                self._take(name, seq, line)
            return
        event = json.loads(data)
        if event["kind"] == Welcome.kind:
            self._welcomed(event["after"])
        elif "seq" in event:
            self._take(event["kind"], event["seq"], 0)

    def _welcomed(self, after: int) -> None:
        self.there = time.monotonic()
        if self.after is not None and after != self.after:
            self.gaps += 1
        self.after = after

    def _take(self, name: str, seq: int, line: int) -> None:
        assert self.after is not None  # noqa: S101  the welcome comes first
        if seq <= self.after:
            self.repeats += 1
            return
        self.gaps += seq - self.after - 1
        self.after = seq
        if name == Line.kind:
            said = self.drill.said[line]
            if said > self.there:
                self.late.append(time.monotonic() - said)
        elif name == StreamEnded.kind:
            self.ended = time.monotonic()


BINARY = 2
"""Of a WebSocket frame."""


def glance(data: bytes) -> tuple[str, int, int]:
    """Kind, number and line of a binary frame, without unpacking what is performed: two
    hundred viewers in one process would measure their own arithmetic."""
    kind = frames.BINARY[data[1]]
    if kind is PoseKeys:
        return kind.kind, 0, 0
    head = packing.unpack_some(data[2:40], (int, float, int))
    return kind.kind, head[0], head[2]


def _deaf(_peer: Peer, _kind: int, _data: bytes) -> None:
    pass


def _ping(n: int) -> bytes:
    return json.dumps({"kind": "ping", "n": n}).encode()


async def _closed(
    port: int,
    path: str,
    messages: list[bytes],
    *,
    text: bool = True,
    headers: dict[str, str] | None = None,
) -> int | None:
    """Send these; the code of the close, 403 when the handshake was refused."""
    try:
        peer = await Peer(_deaf).open(port, path, headers)
    except ConnectionError as error:
        return 403 if b"403" in error.args[0] else None
    for message in messages:
        peer.send(message, text=text)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(peer.closed.wait(), 10)
    return peer.code


class _Drill:
    def __init__(self, house: House, stream: Stream, options: dict[str, Any]) -> None:
        self.house = house
        self.stream = stream
        self.seconds = options["seconds"]
        self.reconnects = options["reconnects"]
        self.chance = random.Random(4)  # noqa: S311 - not for secrets
        self.said: dict[int, float] = {}
        """When each line was committed, by ``time.monotonic()``."""

        self.watchers = [Watcher(self, n) for n in range(options["viewers"])]
        tenth = len(self.watchers) // 10
        self.deaf = self.watchers[:tenth]
        self.jittery = self.watchers[tenth : 2 * tenth]
        self.narrow = self.watchers[2 * tenth : 2 * tenth + tenth // 2]
        self.steady = self.watchers[2 * tenth + tenth // 2 :]
        self._over = threading.Event()

    async def run(self) -> dict[str, Any]:
        for watcher in self.watchers:
            await watcher.open()
        show = threading.Thread(target=self._perform)
        show.start()
        try:
            return await self._watch(show)
        finally:
            self._over.set()

    async def _watch(self, show: threading.Thread) -> dict[str, Any]:
        await asyncio.sleep(1.0)
        began = time.monotonic()
        jitter = asyncio.create_task(self._jitter())
        for watcher in self.deaf:
            assert watcher.peer is not None  # noqa: S101  it was opened
            watcher.peer.stop_reading()
        for watcher in self.narrow:
            assert watcher.peer is not None  # noqa: S101  it was opened
            watcher.peer.rate = NARROW_BYTES
        deaf = asyncio.create_task(self._cut_off(began))
        back = asyncio.create_task(self._come_and_go())
        await asyncio.sleep(self.seconds / 3)
        down = await self._restart_redis()
        await asyncio.sleep(max(0.0, began + self.seconds - time.monotonic()))
        cut = await deaf
        await back
        rude = await self._rude()
        moved, exit_seconds = await self._restart_web()
        await asyncio.sleep(JITTER_SECONDS + 0.5)
        self._over.set()
        await asyncio.to_thread(show.join)
        jitter.cancel()
        stopped = time.monotonic()
        await asyncio.to_thread(self._stop)
        await asyncio.sleep(1.5)
        hearing = self.jittery + self.narrow + self.steady
        late = [seconds for watcher in self.steady for seconds in watcher.late]
        slow = [seconds for watcher in self.narrow for seconds in watcher.late]
        ends = [w.ended - stopped if w.ended else 99.0 for w in self.steady]
        return {
            "viewers": len(self.watchers),
            "events": self.stream.last_seq,
            "reconnects": sum(w.reconnects for w in hearing),
            "gaps": sum(w.gaps for w in hearing),
            "repeats": sum(w.repeats for w in hearing),
            "unfinished": sum(w.after != self.stream.last_seq for w in hearing),
            "redis_down_s": round(down, 2),
            "rude": rude,
            "moved": moved,
            "web_exit_s": round(exit_seconds, 2),
            "deaf_cut": sum(w is not None for w in cut),
            "deaf_cut_s_max": round(max((w or 99.0 for w in cut), default=0.0), 2),
            "narrow_ms_p95": round(1000 * statistics.quantiles(slow, n=20)[-1], 1),
            "line_ms_p50": round(1000 * statistics.median(late), 1),
            "line_ms_p95": round(1000 * statistics.quantiles(late, n=20)[-1], 1),
            "line_ms_max": round(1000 * max(late), 1),
            "stop_ms_max": round(1000 * max(ends), 1),
        }

    def _perform(self) -> None:
        """Lines at a steady pace, in a thread with its own connection."""
        due = time.monotonic()
        while not self._over.is_set():
            line = self.stream.last_line + 1
            self.said[line] = time.monotonic()
            shows.say(self.stream, sound_bytes=SOUND_BYTES)
            self.stream.refresh_from_db()
            due += 1 / LINES_A_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
        connection.close()

    def _stop(self) -> None:
        services.end_stream(stream=self.stream, reason="stopped")
        connection.close()

    async def _restart_redis(self) -> float:
        began = time.monotonic()
        await asyncio.to_thread(self.house.kill_redis)
        await asyncio.sleep(1.5)
        await asyncio.to_thread(self.house.start_redis)
        return time.monotonic() - began

    async def _restart_web(self) -> tuple[int, float]:
        """Viewers that were told to come back, and how long the process took to end."""
        web = self.house.webs[-1]
        hearing = self.jittery + self.narrow + self.steady
        leaving = [w for w in hearing if w.web is web]
        began = time.monotonic()
        web.process.terminate()
        await asyncio.to_thread(web.process.wait, 20)
        took = time.monotonic() - began
        # What was on its way to the late ones.
        await asyncio.sleep(JITTER_SECONDS + 0.2)
        told = sum(w.peer is not None and w.peer.code == Close.RESTART for w in leaving)
        for watcher in leaving:
            watcher.web = self.house.webs[0]
            await watcher.open()
        return told, took

    async def _rude(self) -> dict[str, int | None]:
        """The close code that each kind of bad manners gets; 403 for a refused
        handshake."""
        port = self.house.webs[0].port
        path = f"/ws/streams/{self.stream.key}/"
        ticket = await asyncio.to_thread(self._ticket)
        welcomed = asyncio.Event()
        used = Peer(lambda *_: welcomed.set())
        await used.open(port, f"{path}?ticket={ticket}")
        await asyncio.wait_for(welcomed.wait(), 10)
        used.cut()
        return {
            "megabyte": await _closed(port, path, [b"x" * 1_000_000]),
            "flood": await _closed(port, path, [_ping(n) for n in range(1, 1001)]),
            "sequence": await _closed(port, path, [_ping(7)]),
            "binary": await _closed(port, path, [b"\x01\x01"], text=False),
            "used_ticket": await _closed(port, f"{path}?ticket={ticket}", []),
            "foreign": await _closed(
                port, path, [], headers={"Origin": "http://evil.example"}
            ),
        }

    def _ticket(self) -> str:
        ticket = services.issue_ticket(stream=self.stream, person=self.stream.host)
        connection.close()
        return ticket

    async def _cut_off(self, began: float) -> list[float | None]:
        """Seconds after which each deaf socket was closed."""

        async def one(watcher: Watcher) -> float | None:
            peer = watcher.peer
            assert peer is not None  # noqa: S101  it was opened
            try:
                # A socket that does not read is not told either: the server's side
                # goes away, which the client sees when it writes.
                while time.monotonic() - began < 13.0:
                    await asyncio.sleep(0.1)
                    peer.knock()
                    if peer.closed.is_set():
                        return time.monotonic() - began
            except OSError:
                return time.monotonic() - began
            return None

        return list(await asyncio.gather(*map(one, self.deaf)))

    async def _come_and_go(self) -> None:
        step = self.seconds / (self.reconnects + 1)
        returns = []
        for _ in range(self.reconnects):
            await asyncio.sleep(step)
            watcher = self.chance.choice(self.steady)
            away = self.chance.uniform(0.0, 2.0)
            returns.append(asyncio.create_task(watcher.come_back(away)))
        await asyncio.gather(*returns)

    async def _jitter(self) -> None:
        while True:
            for watcher in self.jittery:
                if watcher.peer is not None:
                    watcher.peer.lag = self.chance.uniform(0.0, JITTER_SECONDS)
            await asyncio.sleep(0.1)

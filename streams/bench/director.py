"""How soon a directed show speaks, how it goes on, and who takes over when it dies.

Two real `manage.py direct`, a web server, Redis and a viewer on a socket; Hob and
Sunniva with the authored engine and hibari, and a delay of DELAY seconds. Told are:

- ``first_sound_s``: from the start of a stream to the first phone that is heard, less
  the delay; the median of the shows, and the slowest.
- ``line_gap_ms_p95``: from the last phone of a line to the first of the next one.
- ``bytes_per_viewer_s``: all that came through the socket of one viewer.
- ``cut_in_ms``: from the call that cuts in to the news of it at the viewer, the median,
  and the slowest; ``cut_to_sound_s``: from the cut to the first phone of the next line,
  less the delay; the median.
- ``takeover_s``: from `kill -9` of the director to the next claim, the slowest; its
  process is left unburied, so that nobody sees that it is gone and the lease has to run
  out, as of another machine. ``takeover_here_s``: the same, seen to be gone.
- ``takeover_silence_s``: the longest silence between two lines over all kills.
- ``lines_lost``, ``lines_repeated``: of all shows, kills included.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

from avatarfx.bench.houses import again_in_a_house
from socialapp.jobs import horse
from streams import selectors, services
from streams.bench import houses, shows
from streams.bench.peers import Peer
from streams.protocol.events import Line, LineCut

if TYPE_CHECKING:
    import subprocess
    from argparse import ArgumentParser
    from collections.abc import Callable

    from streams.bench.houses import House, Web
    from streams.models import Stream

DELAY = 2.0
LIMIT_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Asked:
    shows: int = 5
    seconds: float = 60.0
    cuts: int = 5
    kills: int = 3


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--shows", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the long one")
    parser.add_argument("--cuts", type=int, default=5)
    parser.add_argument("--kills", type=int, default=3, help="of each kind")
    parser.add_argument("--inside", action="store_true", help="run in this DATA_DIR")


def run(options: dict[str, Any]) -> dict[str, Any]:
    names = ("shows", "seconds", "cuts", "kills")
    if not options["inside"]:
        return again_in_a_house(
            "director", [f"--{name}={options[name]}" for name in names]
        )
    with houses.house() as house:
        web = house.start_web()
        web.wait()
        return measure(house, web, Asked(*(options[name] for name in names)))


def measure(house: House, web: Web, asked: Asked) -> dict[str, Any]:
    return asyncio.run(_Bench(house, web, asked).measure())


class _Bench:
    def __init__(self, house: House, web: Web, asked: Asked) -> None:
        self.house, self.web, self.asked = house, web, asked
        self.lost = self.repeated = 0

    async def measure(self) -> dict[str, Any]:
        load = os.getloadavg()[0]
        for _ in range(2):
            await in_thread(self.house.start_director)
        self.user, self.cast = await in_thread(shows.cast, "bench")
        # Engines are loaded before the first figure.
        await self._show(1)
        firsts = [await self._show(1) for _ in range(self.asked.shows)]
        long = await self._long_show()
        return {
            "first_sound_s": round(statistics.median(firsts), 3),
            "first_sound_s_max": round(max(firsts), 3),
            **long,
            "lines_lost": self.lost,
            "lines_repeated": self.repeated,
            "director_load": round(load, 1),
        }

    async def _begin(self) -> tuple[Stream, _Viewer]:
        stream = await in_thread(shows.play, self.user, self.cast, delay_seconds=DELAY)
        viewer = _Viewer()
        await viewer.open(self.web, stream)
        return stream, viewer

    async def _show(self, lines: int) -> float:
        """Seconds from its start to its first sound, less the delay."""
        stream, viewer = await self._begin()
        await _until(lambda: viewer.lines >= lines)
        found = await in_thread(_lines, stream)
        await in_thread(services.end_stream, stream=stream)
        viewer.peer.cut()
        return _begins(found[0]) - DELAY

    async def _long_show(self) -> dict[str, Any]:
        stream, viewer = await self._begin()
        await _until(lambda: viewer.lines >= 1)
        came, began = viewer.peer.bytes, time.monotonic()
        await asyncio.sleep(self.asked.seconds)
        pace = (viewer.peer.bytes - came) / (time.monotonic() - began)
        lines = await in_thread(_lines, stream)
        gaps = [1000 * (_begins(b) - _ends(a)) for a, b in itertools.pairwise(lines)]
        cuts = [await self._cut(stream, viewer) for _ in range(self.asked.cuts)]
        away = [await self._kill(stream) for _ in range(self.asked.kills)]
        here = [await self._kill(stream, buried=True) for _ in range(self.asked.kills)]
        await asyncio.sleep(2.0)
        after = await in_thread(_lines, stream)
        self._judge(after)
        await in_thread(services.end_stream, stream=stream)
        viewer.peer.cut()
        return {
            "bytes_per_viewer_s": round(pace),
            "line_gap_ms_p50": round(statistics.median(gaps)),
            "line_gap_ms_p95": round(_share(gaps, 0.95)),
            "cut_in_ms": round(1000 * statistics.median(one[0] for one in cuts)),
            "cut_in_ms_max": round(1000 * max(one[0] for one in cuts)),
            "cut_to_sound_s": round(statistics.median(one[1] for one in cuts), 3),
            "takeover_s": round(max(one[0] for one in away), 2),
            "takeover_here_s": round(max(one[0] for one in here), 2),
            "takeover_silence_s": round(max(one[1] for one in (*away, *here)), 2),
            "directed_lines": len(after),
        }

    async def _cut(self, stream: Stream, viewer: _Viewer) -> tuple[float, float]:
        """Seconds to the viewer, and to the next sound beyond the delay."""
        before = len(await in_thread(_lines, stream))
        seen = viewer.cuts
        called = time.monotonic()
        cuts = await in_thread(services.cut_line, stream=stream)
        await _until(lambda: viewer.cuts >= seen + len(cuts))
        told = viewer.cut_at - called
        at = max(cut.at for cut in cuts)
        # Those that were sent are known; the next one is the answer to the cut.
        numbers = {cut.line for cut in cuts}
        following: list[Line] = []
        until = time.monotonic() + LIMIT_SECONDS
        while not following and time.monotonic() < until:
            await asyncio.sleep(0.05)
            lines = await in_thread(_lines, stream)
            following = [line for line in lines[before:] if line.line not in numbers]
        await asyncio.sleep(3.0)
        return told, _begins(following[0]) - at - DELAY

    async def _kill(
        self, stream: Stream, *, buried: bool = False
    ) -> tuple[float, float]:
        """Seconds to the next claim, and of silence around it."""
        await in_thread(stream.refresh_from_db)
        fence, said = stream.fence, stream.last_line
        victim = self._process(stream.director)
        os.kill(_directing(stream.director), signal.SIGKILL)
        died = time.monotonic()
        if buried:
            victim.wait()
        while stream.fence == fence:
            if time.monotonic() - died > LIMIT_SECONDS:
                raise RuntimeError("Nobody took over")
            await asyncio.sleep(0.02)
            await in_thread(stream.refresh_from_db)
        took = time.monotonic() - died
        victim.wait()
        self.house.directors.remove(victim)
        await in_thread(self.house.start_director)
        while stream.last_line < said + 2:
            await asyncio.sleep(0.1)
            await in_thread(stream.refresh_from_db)
        # The new one in reserve has its engines by then.
        await asyncio.sleep(8.0)
        lines = {line.line: line for line in await in_thread(_lines, stream)}
        silence = max(_begins(lines[n + 1]) - _ends(lines[n]) for n in (said, said + 1))
        return took, silence

    def _process(self, director: str) -> subprocess.Popen[bytes]:
        pid = _directing(director)
        return next(one for one in self.house.directors if one.pid == pid)

    def _judge(self, lines: list[Line]) -> None:
        """Numbers without a gap, and no line of the plan twice."""
        numbers = [line.line for line in lines]
        self.lost += len(set(range(1, max(numbers) + 1)) - set(numbers))
        texts = Counter(_words(line) for line in lines)
        self.repeated += sum(count - 1 for count in texts.values())


class _Viewer:
    """One socket that counts what comes."""

    def __init__(self) -> None:
        self.lines = self.cuts = 0
        self.cut_at = 0.0

    async def open(self, web: Web, stream: Stream) -> None:
        self.peer = Peer(self._heard)
        await self.peer.open(web.port, f"/ws/streams/{stream.key}/")

    def _heard(self, _peer: Peer, kind: int, data: bytes) -> None:
        if kind == 2:
            self.lines += data[1] == 1
        elif json.loads(data)["kind"] == LineCut.kind:
            self.cuts += 1
            self.cut_at = time.monotonic()


def in_thread(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Its result, to be awaited: the database is asked in a thread."""
    return sync_to_async(function)(*given, **named)


def _directing(name: str) -> int:
    pid = int(name.rpartition(":")[2])
    assert name == horse.name_of(pid)  # noqa: S101  it runs on this machine
    return pid


async def _until(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + LIMIT_SECONDS
    while not ready():
        if time.monotonic() > until:
            raise RuntimeError("The show does not go on")
        await asyncio.sleep(0.01)


def _lines(stream: Stream) -> list[Line]:
    events = selectors.events_since(stream.pk, 0, most=10_000)
    return [event for event in events if isinstance(event, Line)]


def _begins(line: Line) -> float:
    """When its first phone is heard, on the stream's clock."""
    return line.at + line.performance.part(line.seat).phones[0].at


def _ends(line: Line) -> float:
    return line.at + line.performance.part(line.seat).phones[-1].until


def _words(line: Line) -> str:
    captions = line.performance.part(line.seat).captions
    return " ".join(caption.text for caption in captions)


def _share(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

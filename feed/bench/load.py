"""Twenty people scroll the feed of the served product for a minute.

A house with a crowd, Redis and the web server (Daphne; on the first core when there are
two, the people on the second). Each is signed in, opens ``/``, and then clip by clip:
asks for the next page three clips before the end, as the page does, loads the poster,
plays the video by range requests, stays for seconds drawn as people stay (lognormal,
median 4 s), tells what was on screen in batches of five, and likes one clip in eight.
``/healthz`` is asked twice a second beside them: what the machine costs anybody. The
first ten seconds warm up and are not counted; everybody begins at another moment.

A failure is any answer but 2xx and 3xx, and any request that has none.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from importlib import import_module
from random import Random
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.db import connection

from avatarfx.bench.houses import again_in_a_house
from feed.bench import meters
from feed.crowd import make
from socialapp.accounts.models import User
from streams.bench import houses

if TYPE_CHECKING:
    from argparse import ArgumentParser

    import httpx2

OPTIONS = ("people", "seconds", "warm", "posts", "seed")
BATCH = 5
AHEAD = 3
"""As in socialapp/static/app/feed.js."""

PIECE = 200_000
"""Bytes of one range request: what browsers ask for first is the whole; they stop
reading when enough is there."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--warm", type=float, default=10.0)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help="run in this DATA_DIR")


def run(options: dict[str, Any]) -> dict[str, Any]:
    if not options["inside"]:
        return again_in_a_house("load", [f"--{n}={options[n]}" for n in OPTIONS])
    with houses.house() as house:
        call_command("seed", stdout=sys.stderr)
        call_command("collectstatic", interactive=False, verbosity=0)
        make(posts=options["posts"], seed=options["seed"])
        web = house.start_web()
        web.wait()
        people = User.objects.filter(birth_date__year=1990, email__endswith=".invalid")
        cookies = [_session(one) for one in people.order_by("pk")[: options["people"]]]
        before, began = web.cpu(), time.monotonic()
        found = asyncio.run(
            scroll(
                f"http://127.0.0.1:{web.port}",
                cookies,
                Pace(options["seconds"], options["warm"], options["seed"]),
            )
        )
        cpu = (web.cpu() - before) / (time.monotonic() - began)
    return found | {
        "people": options["people"],
        "seconds": options["seconds"],
        "posts": options["posts"],
        "backend": connection.vendor,
        "web_cpu": round(cpu, 2),
        "load": meters.load(),
    }


def _session(person: User) -> str:
    """Signed in, as after the form, which is another bench's."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    key: str = store.session_key
    return key


@dataclass(frozen=True, slots=True)
class Pace:
    seconds: float
    warm: float
    seed: int
    hurry: float = 1.0
    """Think times are divided by it; for tests."""


@dataclass
class Tally:
    """What came back, route by route."""

    counts_from: float
    wall: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)

    async def ask(
        self, client: httpx2.AsyncClient, route: str, path: str, **how: Any
    ) -> httpx2.Response | None:
        from httpx2 import HTTPError  # noqa: PLC0415  a quarter of a second to import

        method = how.pop("method", "GET")
        began = time.perf_counter()
        try:
            answer = await client.request(method, path, **how)
        except HTTPError as error:
            self.failures.append(f"{route}: {type(error).__name__}")
            return None
        if time.monotonic() >= self.counts_from:
            self.wall[route].append(1e3 * (time.perf_counter() - began))
        if answer.status_code >= 400:
            self.failures.append(f"{route}: {answer.status_code}")
            return None
        return answer

    def told(self, seconds: float) -> dict[str, Any]:
        found: dict[str, Any] = {
            "failures": len(self.failures),
            "failed": sorted(set(self.failures))[:10],
            "requests": sum(map(len, self.wall.values())),
        }
        every = [
            ms for route, some in self.wall.items() for ms in some if route != "healthz"
        ]
        found["requests_per_s"] = round(found["requests"] / seconds, 1)
        found["p50_ms"] = round(meters.percentile(every, 0.5), 1)
        found["p95_ms"] = round(meters.percentile(every, 0.95), 1)
        for route, some in sorted(self.wall.items()):
            found[f"{route}_n"] = len(some)
            found[f"{route}_p50_ms"] = round(meters.percentile(some, 0.5), 1)
            found[f"{route}_p95_ms"] = round(meters.percentile(some, 0.95), 1)
        return found


async def scroll(origin: str, cookies: list[str], pace: Pace) -> dict[str, Any]:
    import httpx2  # noqa: PLC0415  a quarter of a second to import

    now = time.monotonic()
    tally = Tally(now + pace.warm)
    ends = now + pace.warm + pace.seconds
    dice = Random(pace.seed)  # noqa: S311  a simulation
    async with asyncio.TaskGroup() as group:
        for cookie in cookies:
            client = httpx2.AsyncClient(
                base_url=origin,
                cookies={settings.SESSION_COOKIE_NAME: cookie},
                timeout=30,
            )
            person = Person(client, tally, Random(dice.random()), pace, ends)  # noqa: S311
            group.create_task(person.scrolls())
        group.create_task(_beat(httpx2.AsyncClient(base_url=origin), tally, ends))
    return tally.told(pace.seconds)


async def _beat(client: httpx2.AsyncClient, tally: Tally, ends: float) -> None:
    async with client:
        while time.monotonic() < ends:
            await tally.ask(client, "healthz", "/healthz")
            await asyncio.sleep(0.5)


@dataclass(frozen=True, slots=True)
class Shown:
    """One clip of a page."""

    key: str
    poster: str
    video: str


_ITEM = re.compile(
    r'<article[^>]*data-key="(?P<key>[a-z0-9]+)".*?</article>', re.DOTALL
)
_POSTER = re.compile(r'class="clip__bg" src="(/media/[^"]+)"')
_VIDEO = re.compile(r'data-video="(/media/[^"]+)"')
_AFTER = re.compile(r'data-after="([^"]*)"')
_LIST = re.compile(r'data-list="([^"]*)"')


def shown_in(page: str) -> list[Shown]:
    found = []
    for item in _ITEM.finditer(page):
        poster, video = _POSTER.search(item[0]), _VIDEO.search(item[0])
        if poster and video:
            found.append(Shown(item["key"], poster[1], video[1]))
    return found


@dataclass
class Person:
    client: httpx2.AsyncClient
    tally: Tally
    dice: Random
    pace: Pace
    ends: float
    clips: list[Shown] = field(default_factory=list)
    after: str = ""
    order: str = ""
    """Key of the stored list that the clips are of."""

    looks: list[tuple[str, float, float]] = field(default_factory=list)

    async def scrolls(self) -> None:
        async with self.client:
            await asyncio.sleep(self.dice.random() * min(5.0, self.pace.warm))
            await self._opens()
            for place in itertools.count():
                if time.monotonic() >= self.ends:
                    break
                if place + AHEAD >= len(self.clips) and self.after:
                    await self._goes_on()
                if place >= len(self.clips):
                    # At the end of it, or nothing came: from the beginning.
                    await asyncio.sleep(0.5 / self.pace.hurry)
                    await self._opens()
                    continue
                await self._watches(self.clips[place])

    async def _opens(self) -> None:
        answer = await self._ask("page", "/")
        if answer is None:
            return
        self.clips += shown_in(answer.text)
        self.after = _first(_AFTER, answer.text)
        self.order = _first(_LIST, answer.text)

    async def _goes_on(self) -> None:
        answer = await self._ask(
            "more", "/more/", params={"after": self.after, "start": len(self.clips)}
        )
        if answer is not None:
            self.clips += shown_in(answer.text)
            self.after = answer.headers.get("X-After", "")
            self.order = answer.headers.get("X-List", "") or self.order

    async def _watches(self, clip: Shown) -> None:
        await self._ask("poster", clip.poster)
        stays = self.dice.lognormvariate(1.4, 0.7) / self.pace.hurry
        began = time.monotonic()
        answer = await self._ask(
            "video", clip.video, headers={"Range": f"bytes=0-{PIECE - 1}"}
        )
        if answer is not None and answer.status_code == 206 and stays > 2.0:
            rest = {"Range": f"bytes={PIECE}-"}
            size = int(answer.headers["Content-Range"].rpartition("/")[2])
            if size > PIECE:
                await self._ask("video", clip.video, headers=rest)
        await asyncio.sleep(max(0.0, stays - (time.monotonic() - began)))
        self.looks.append((clip.key, round(stays, 2), min(1.0, round(stays / 5, 2))))
        if self.dice.random() < 0.125:
            await self._post("like", f"/p/{clip.key}/like/", data={"liked": "1"})
        if len(self.looks) >= BATCH:
            told = json.dumps({"list": self.order, "looks": self.looks})
            self.looks = []
            await self._post("looks", "/looks/", content=told)

    async def _post(self, route: str, path: str, **how: Any) -> None:
        token = self.client.cookies.get(settings.CSRF_COOKIE_NAME, "")
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        await self._ask(route, path, method="POST", headers=headers, **how)

    async def _ask(self, route: str, path: str, **how: Any) -> httpx2.Response | None:
        return await self.tally.ask(self.client, route, path, **how)


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""

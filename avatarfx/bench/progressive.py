"""How soon a clip plays after its script was sent, in a real browser.

A house of its own: SQLite, Redis, a web server, one idle worker that has loaded its
engines. Chromium fills in the form of the studio and presses the button; from there the
clock runs. The picture is playable when the video's own time first moves, with what the
page's caution makes it wait for a slow machine; a stall is a ``waiting`` after that, before
the end. Each run is one clip of the same script; medians over the runs, and the sum of
the stalls.

The browser draws on the cores that the worker renders with. ``segment_s`` is the same
without one: from when a bare client asked over the API until it holds the header and the
first second of film.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import shutil
import socket
import statistics
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

from django.conf import settings

from avatarfx.bench import houses
from avatarfx.models import Clip
from avatarfx.progressive import state
from socialapp.accounts.models import User
from socialapp.accounts.services import create_token
from socialapp.lib import assets
from socialapp.lib.supervise import Program

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from socialapp.characters.models import Character
    from socialapp.lib.supervise import Supervisor

SCRIPT = (
    "Good evening to everybody who found the door. They said the lamp would never burn"
    " again, and yet here we are, the two of us, in the light. Tell me what you saw on"
    " the road, and do not leave out the strange parts. I like those best."
)
PASSWORD = "a bench of its own"  # noqa: S105  in a house that is thrown away
LIMIT_SECONDS = 240.0
WARM_SECONDS = 120.0
"""For a worker to load its engines, on a busy machine."""

AGAIN: Any = re.compile(r"again=([a-z0-9]+)")
"""The studio's address, once it has sent a script."""

CHECKED = "() => /^About/.test(document.querySelector('[data-count]').textContent)"
"""The studio has an answer to what was written."""

SPY = """
window.spy = {moved: 0, stalls: 0, first: 0};
const now = () => performance.timeOrigin + performance.now();
document.addEventListener('timeupdate', ({target}) => {
  if (!spy.moved && target.currentTime > 0) spy.moved = now();
}, true);
document.addEventListener('loadeddata', () => { spy.first ||= now(); }, true);
document.addEventListener('waiting', ({target}) => {
  if (spy.moved && target.currentTime < target.duration - 0.1) spy.stalls += 1;
}, true);
"""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--script", default=SCRIPT)
    parser.add_argument("--inside", action="store_true", help="run in this DATA_DIR")


def run(options: dict[str, Any]) -> dict[str, Any]:
    if not options["inside"]:
        return houses.again_in_a_house(
            "progressive",
            [f"--runs={options['runs']}", f"--script={options['script']}"],
        )
    assets.collect_if_changed()
    with houses.house(workers=1) as (supervisor, cast):
        address = _serve(supervisor)
        person = User.objects.create_user(
            username="bench",
            email="bench@example.com",
            password=PASSWORD,
            birth_date=dt.date(1990, 4, 1),
        )
        load = os.getloadavg()[0]
        client = _Bare(address, create_token(user=person, name="bench")[1])
        # The first clip waits for the worker's engines and is not counted.
        lead = min(cast)
        client.first_segment(cast[lead], "One line, so that the worker is warm.")
        segments = [
            client.first_segment(cast[lead], options["script"])
            for _ in range(options["runs"])
        ]
        with _browser() as page:
            _sign_in(page, address)
            found = [
                _one(page, address, options["script"]) for _ in range(options["runs"])
            ]
    return {
        name: round(statistics.median(one[name] for one in found), 2)
        for name in ("first_playable_s", "first_frame_s", "done_s", "clip_s")
    } | {
        "segment_s": round(statistics.median(segments), 2),
        "each_segment_s": [round(one, 2) for one in segments],
        "stalls": sum(one["stalls"] for one in found),
        "runs": len(found),
        "each_first_playable_s": [round(one["first_playable_s"], 2) for one in found],
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(load, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "voice": Clip.objects.latest("pk").voice_engine,
    }


class _Bare:
    """A client of the API that draws nothing."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._token = token

    def first_segment(self, character: Character, script: str) -> float:
        """Seconds until the first second of a new clip is here; it is done afterwards."""
        sent = time.monotonic()
        body = {"character": character.key, "script": script}
        key = json.loads(self._ask("/api/v1/clips/", body))["key"]
        while not (live := state.told(self._clip(key, sent))) or not live["count"]:
            time.sleep(0.02)
        for path in (live["init"], f"{live['segments']}0.m4s"):
            self._ask(path)
        took = time.monotonic() - sent
        while not self._clip(key, sent).finished_for_good:
            time.sleep(0.2)
        return took

    def _clip(self, key: str, sent: float) -> Clip:
        """As the database has it: asked over the API so often, it would be refused."""
        clip = Clip.objects.get(key=key)
        late = time.monotonic() - sent > LIMIT_SECONDS
        if late or clip.state in {"failed", "blocked"}:
            raise RuntimeError(f"The clip is {clip.state}: {clip.error}")
        return clip

    def _ask(self, path: str, body: dict[str, str] | None = None) -> bytes:
        request = urllib.request.Request(  # noqa: S310  our own server
            urllib.parse.urljoin(self._address, path),
            json.dumps(body).encode() if body else None,
            {
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            found: bytes = answer.read()
        return found


def _one(page: Any, address: str, script: str) -> dict[str, float]:
    page.goto(f"{address}/studio/")
    page.fill("[data-script]", script)
    # Whoever writes so much has long had the page, and the check of what they wrote.
    page.wait_for_load_state("networkidle")
    page.wait_for_function(CHECKED)
    sent = time.time()
    page.click("[data-render]", no_wait_after=True)
    page.wait_for_url(AGAIN, wait_until="commit")
    key = AGAIN.search(page.url)[1]
    until = time.monotonic() + LIMIT_SECONDS
    while True:
        clip = Clip.objects.get(key=key)
        spy = page.evaluate("window.spy")
        if clip.finished_for_good and spy["moved"] and _over(page):
            break
        if time.monotonic() > until or clip.state in {"failed", "blocked"}:
            raise RuntimeError(f"The clip is {clip.state}: {clip.error}")
        page.wait_for_timeout(50)
    if clip.finished is None or clip.seconds is None:
        raise RuntimeError("A ready clip has no length")
    return {
        "first_playable_s": spy["moved"] / 1000 - sent,
        "first_frame_s": spy["first"] / 1000 - sent,
        "done_s": clip.finished.timestamp() - sent,
        "clip_s": clip.seconds,
        "stalls": spy["stalls"],
    }


def _over(page: Any) -> bool:
    """It has played to its end."""
    return bool(page.evaluate("document.querySelector('troupe-early video').ended"))


def _sign_in(page: Any, address: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.fill("[name=login]", "bench@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{address}/")


@contextlib.contextmanager
def _browser() -> Iterator[Any]:
    """A page of Chromium; RuntimeError when there is none on this machine."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  a tool of ours
    except ImportError:
        raise RuntimeError(
            "Install requirements-dev.txt: Playwright drives it"
        ) from None
    # Its synchronous API runs a loop, inside of which Django refuses the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise RuntimeError(
            "No chromium here: apt-get install chromium, or set CHROMIUM"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.add_init_script(SPY)
        page.set_default_timeout(1000 * LIMIT_SECONDS)
        yield page
        browser.close()


def _serve(supervisor: Supervisor) -> str:
    """Start a web server and wait for it; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0"]
    supervisor.start(
        Program(
            name="web",
            argv=(sys.executable, *command, "socialapp.asgi:application"),
            log=settings.DATA_DIR / "logs" / "web.log",
            stop_seconds=3,
        )
    )
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()  # noqa: S310
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    if not supervisor.wait_for(answers, WARM_SECONDS):
        raise RuntimeError("The web server did not start")
    return address

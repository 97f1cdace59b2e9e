"""The product as `make up` starts it: it serves, it is ready, it recovers, it stops."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Fetch = Callable[..., tuple[int, bytes]]


def ready(fetch: Fetch, seconds: float = 60) -> dict[str, object]:
    """The answer of /readyz, once it says yes."""
    until = time.monotonic() + seconds
    while True:
        status, body = fetch("/readyz")
        answer: dict[str, object] = json.loads(body)
        if status == 200:
            return answer
        assert time.monotonic() < until, answer
        time.sleep(0.5)


def processes(troupe: Troupe, word: str) -> list[int]:
    """Of this copy's children, those whose command line holds `word`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "status").read_text(encoding="utf-8")
            command = (folder / "cmdline").read_bytes().decode()
        except OSError:
            continue
        if f"PPid:\t{troupe.process.pid}\n" in status and word in command:
            found.append(int(folder.name))
    return found


def test_everything_is_ready(fetch: Fetch) -> None:
    assert fetch("/healthz") == (200, b"ok\n")
    answer = ready(fetch)
    assert set(answer["checks"]) == {"database", "redis", "storage", "worker", "disk"}  # type: ignore[call-overload]


def test_the_front_page_has_no_serious_fault(
    troupe: Troupe, page: Page, phone: Page, faults: Callable[[Page], list[str]]
) -> None:
    for window in (page, phone):
        response = window.goto(troupe.url + "/")
        assert response
        assert response.status == 200
        assert faults(window) == []


def test_modules_load_by_their_hashed_names(troupe: Troupe, page: Page) -> None:
    response = page.goto(troupe.url + "/")
    assert response
    policy = response.headers["content-security-policy"]
    assert "script-src 'self' 'nonce-" in policy
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map(r => new URL(r.name).pathname)"
    )
    modules = [path for path in loaded if path.endswith(".js")]
    assert modules
    # name.0123456789ab.js
    assert all(len(path.split(".")[-2]) == 12 for path in modules), modules


def test_the_admin_s_link_opens_the_admin_once(troupe: Troupe, page: Page) -> None:
    page.goto(troupe.admin_link)
    assert page.url.startswith(troupe.url + "/admin/")
    assert page.locator("text=Log out").count() or page.title()
    page.context.clear_cookies()
    again = page.request.get(troupe.admin_link)
    assert again.status == 410


def test_a_killed_server_and_a_killed_worker_come_back(
    troupe: Troupe, fetch: Fetch
) -> None:
    ready(fetch)
    web, worker = processes(troupe, "daphne"), processes(troupe, "work\0cpu")
    assert len(web) == len(worker) == 1
    for pid in web + worker:
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 60
    while True:
        now = processes(troupe, "daphne") + processes(troupe, "work\0cpu")
        if len(now) == 2 and not set(now) & set(web + worker):
            break
        assert time.monotonic() < until, now
        time.sleep(0.2)
    time.sleep(0.5)
    until = time.monotonic() + 60
    while True:
        try:
            if fetch("/healthz")[0] == 200:
                break
        except OSError:
            assert time.monotonic() < until
        time.sleep(0.2)


def test_a_second_copy_on_the_same_folder_or_port_is_refused(troupe: Troupe) -> None:
    port = troupe.url.rpartition(":")[2]
    for data, taken in ((troupe.data, "1"), (troupe.data / "other", port)):
        env = {**os.environ, "DATA_DIR": str(data), "PORT": taken}
        env.pop("DJANGO_SETTINGS_MODULE", None)
        env.pop("JOBS_BACKEND", None)
        done = subprocess.run(
            [sys.executable, "manage.py", "up"],
            env={**env, "PORT": taken if taken != "1" else "18431"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        assert ("Another copy runs" if taken == "1" else "PORT=") in done.stderr

"""The whole product, started by its own command, and a real browser; each once.

`page` is a desktop window, `phone` a phone's; both fail their test on any error that
the browser reports, policy violations and missing files included.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from playwright.sync_api import Browser, Page

# Playwright's synchronous API runs a loop, and Django refuses the database inside one.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = Path(__file__).with_name("vendor") / "axe.min.js"
START_SECONDS = 240.0
"""A first start renders the starter posts, on a machine that may be busy."""

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


@dataclass(frozen=True, slots=True)
class Troupe:
    url: str
    """Without a slash at the end."""

    data: Path
    """Its DATA_DIR: outbox, logs, media."""

    admin_link: str
    """Good once."""

    process: subprocess.Popen[str]

    def mails(self) -> list[str]:
        """Every mail so far, the oldest first."""
        files = sorted(
            self.data.glob("outbox/*"), key=lambda file: file.stat().st_mtime
        )
        return [file.read_text(encoding="utf-8") for file in files]


@pytest.fixture(scope="session")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troupe]:
    with serving(tmp_path_factory.mktemp("troupe")) as house:
        yield house


@contextmanager
def serving(data: Path, **more: str) -> Iterator[Troupe]:
    """`manage.py up` on a folder and a port of its own; `more` of its environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    output = (data / "console.txt").open("w", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=_clean_environment()
        | {
            "DATA_DIR": str(data),
            "PORT": str(port),
            # Everybody of these tests comes from one address.
            "SIGNUP_RATE": "500/30m/ip",
            # Their webhooks lead to a server of their own.
            "WEBHOOKS_PRIVATE": "1",
            **more,
        },
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        console = _wait_for_greeting(process, data / "console.txt")
        link = re.search(r"http://\S+/enter/\S+", console)
        assert link, console
        yield Troupe(f"http://127.0.0.1:{port}", data, link[0], process)
    finally:
        process.terminate()
        process.wait(60)
        output.close()
    assert process.returncode == 0, (data / "console.txt").read_text(encoding="utf-8")


def _clean_environment() -> dict[str, str]:
    """Without what tests/settings.py set for the tests' own process."""
    own = ("DATA_DIR", "JOBS_BACKEND", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if name not in own}


def _wait_for_greeting(process: subprocess.Popen[str], console: Path) -> str:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        told = console.read_text(encoding="utf-8")
        if "Ctrl-C stops everything" in told:
            return told
        assert process.poll() is None, told
        time.sleep(0.2)
    raise AssertionError(f"not serving after {START_SECONDS} s:\n{told}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The only browser: a second sync_playwright() in a session is an error."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.fail("No chromium here: apt-get install chromium, or set CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--use-angle=swiftshader",
                "--enable-unsafe-swiftshader",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def expected_errors() -> list[str]:
    """Patterns of console errors that a test provokes on purpose."""
    return []


FAILED = pytest.StashKey[bool]()
TOLD_CHARACTERS = 800


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def _tell(page: Page) -> None:
    """Where it was and what it said, into the report of a test that failed."""
    with suppress(Error):
        said = page.locator("body").inner_text(timeout=5_000)
        print(f"{page.url}:\n{' '.join(said.split())[:TOLD_CHARACTERS]}\n")


@pytest.fixture
def open_page(
    browser: Browser, expected_errors: list[str], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Opens a page in a window of its own: no cookies, options as new_context() takes."""
    contexts = []
    errors: list[str] = []

    def note(text: str) -> None:
        if not any(re.search(pattern, text) for pattern in expected_errors):
            errors.append(text)

    def opened(**options: Any) -> Page:
        # A service worker answers for pages before a test's own routes do.
        options.setdefault("service_workers", "block")
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: note(str(error)))
        page.on(
            "console",
            lambda message: (
                note(f"{message.text} ({message.location.get('url')})")
                if message.type == "error"
                else None
            ),
        )
        return page

    yield opened
    if request.node.stash.get(FAILED, False):
        for context in contexts:
            for page in context.pages:
                _tell(page)
    # Nothing is drawn any more while the windows close: with software GL Chromium may
    # wait for ever for the last picture of one that is on its way to another page.
    for context in contexts:
        for page in context.pages:
            with suppress(Error):
                page.goto("about:blank", timeout=10_000)
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page(viewport=DESKTOP)


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(
        viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True
    )


@pytest.fixture
def look(tmp_path: Path) -> Callable[[Page, str], Path]:
    """Saves a screenshot; SCREENSHOTS names a folder to keep them in."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def taken(page: Page, name: str) -> Path:
        file = folder / f"{name}.png"
        try:
            page.screenshot(path=file)
        except Error:
            # Chromium takes none of a page that is just being replaced by another.
            page.wait_for_load_state()
            page.screenshot(path=file)
        return file

    return taken


@pytest.fixture
def faults() -> Callable[[Page], list[str]]:
    """What axe-core calls serious or critical on the page, one line each."""

    def found(page: Page) -> list[str]:
        # evaluate() works under the page's policy, which refuses a script element.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        # A colour on its way to another is no fault; where it comes to rest may be.
        result = page.evaluate(
            """() => {
              for (const one of document.getAnimations()) {
                if (one instanceof CSSTransition) one.finish();
              }
              return axe.run(document, {resultTypes: ['violations']});
            }"""
        )
        return [
            f"{fault['id']}: {fault['help']}: {node['target']}"
            for fault in result["violations"]
            if fault["impact"] in {"serious", "critical"}
            for node in fault["nodes"]
        ]

    return found


@pytest.fixture(scope="session")
def fetch(troupe: Troupe) -> Callable[..., tuple[int, bytes]]:
    """GET without a browser: status and body; error statuses are answers too."""

    def got(path: str, **headers: str) -> tuple[int, bytes]:
        request = urllib.request.Request(troupe.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    return got

"""The world around a phone app: people who post, a moderator, a push service."""

from __future__ import annotations

import http.server
import json
import os
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.e2e.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.conftest import Troupe


class House:
    """Does in the product's own copy what `stage_mobile.py` knows to do."""

    def __init__(self, troupe: Troupe, environment: dict[str, str]) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.stage_mobile"],
            cwd=ROOT,
            env=os.environ | {"DATA_DIR": str(troupe.data)} | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def told(self, order: str) -> str:
        """What it answers; empty when it broke."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(f"{order}\n")
            self._process.stdin.flush()
            return self._process.stdout.readline().strip()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


@contextmanager
def served(
    handler: type[http.server.BaseHTTPRequestHandler], certificate: Path | None = None
) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(http.server.BaseHTTPRequestHandler):
    def answer(self, text: str, status: int = 200) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def around(
    troupe: Troupe, certificate: Path, environment: dict[str, str]
) -> Iterator[str]:
    """The address at which `common.World` of the journey finds it."""
    house = House(troupe, environment)
    pushed: list[str] = []

    class PushService(Quiet):
        def do_POST(self) -> None:
            pushed.append(self.rfile.read(int(self.headers["Content-Length"])).hex())
            self.answer("", 201)

    class Asked(Quiet):
        def do_POST(self) -> None:
            told = house.told(self.path.strip("/").replace("/", " "))
            self.answer(told, 200 if told else 500)

        def do_GET(self) -> None:
            found = {"/endpoint": f"{push}/send/phone", "/pushed": json.dumps(pushed)}
            self.answer(found[self.path])

    try:
        with served(PushService, certificate) as push, served(Asked) as url:
            yield url
    finally:
        house.close()

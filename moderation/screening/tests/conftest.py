"""Engines that are slow, broken or missing, and a judge of our own in place of one far
away."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from socialapp.engines.errors import EngineError
from socialapp.engines.handler import embedders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class BrokenEmbedder:
    version = "broken"
    dimensions = 384

    def available(self) -> str | None:
        return "It is broken."

    def embed(self, texts: Sequence[str]) -> bytes:  # noqa: ARG002
        raise EngineError("It is broken.", permanent=True)


@pytest.fixture
def no_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder cannot look."""
    monkeypatch.setitem(embedders._built, "minilm", BrokenEmbedder())


class Judge(HTTPServer):
    """Answers like OpenAI's endpoint, with what the test wants."""

    flagged: dict[str, bool]
    status = 200
    wait = 0.0
    raw = b""
    asked: list[dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: Judge

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked.append(json.loads(self.rfile.read(length)))
        time.sleep(self.server.wait)
        result = {
            "flagged": any(self.server.flagged.values()),
            "categories": self.server.flagged,
            "category_scores": dict.fromkeys(self.server.flagged, 0.9),
        }
        body = self.server.raw or json.dumps({"results": [result]}).encode()
        try:
            self.send_response(self.server.status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)
        except BrokenPipeError:
            return

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def judge_server(settings: Any) -> Iterator[Judge]:
    server = Judge(("127.0.0.1", 0), _Handler)
    server.flagged, server.asked = {}, []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.MODERATION_ENDPOINT = {
        "URL": f"http://127.0.0.1:{server.server_port}/v1/moderations",
        "KEY": "secret",
        "MODEL": "any",
        "TIMEOUT": 0.5,
    }
    yield server
    server.shutdown()
    server.server_close()

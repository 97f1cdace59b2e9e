"""What a program may do with its token, how a device gets one, and how both hear of a
clip: the part of the journey that needs no generated types.
"""

from __future__ import annotations

import base64
import json
import queue
import re
import secrets
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook

if TYPE_CHECKING:
    from collections.abc import Iterator

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
PATIENCE = 120.0
"""Seconds for a clip of one word, on a machine that may be busy."""

OVER = {"ready", "failed", "cancelled"}


def app_with(url: str, key: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=url, headers=headers, timeout=60)


def sign_in(url: str, name: str, password: str, *scopes: str) -> str:
    asked = {"email": name, "password": password, "scopes": list(scopes)}
    answer = httpx.post(f"{url}/api/v1/auth/token/", json=asked, timeout=60)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["key"])


def stay_within_scopes(url: str, name: str, password: str) -> None:
    reader = app_with(url, sign_in(url, name, password, "read"))
    assert reader.get("/api/v1/me/").json()["username"] == name
    for method, path, scope in (
        ("POST", "/api/v1/clips/", "write"),
        ("PATCH", "/api/v1/me/", "account"),
        ("GET", "/api/v1/tokens/", "account"),
    ):
        refused = reader.request(method, path, json={} if method != "GET" else None)
        assert refused.status_code == 403, refused.text
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["type"] == "urn:troupe:insufficient-scope"
        assert refused.json()["scope"] == scope
        assert f'scope="{scope}"' in refused.headers["WWW-Authenticate"]
    print("a token that reads changed nothing, and was told what it needs")


def sign_in_a_device(url: str, name: str, password: str) -> None:
    """Codes on one side, a person's yes on the other."""
    device = httpx.Client(base_url=url, timeout=60)
    asked = {"client_id": "Television", "scope": "read"}
    codes = device.post("/api/v1/auth/device/code/", data=asked).json()
    poll = {
        "grant_type": GRANT,
        "client_id": "Television",
        "device_code": codes["device_code"],
    }
    early = device.post("/api/v1/auth/device/token/", data=poll)
    assert early.json()["error"] == "authorization_pending", early.text
    with browser(url, name, password) as person:
        page = person.get("/device/", params={"user_code": codes["user_code"]})
        assert "Television" in page.text, page.text
        said = {
            "user_code": codes["user_code"],
            "answer": "yes",
            "csrfmiddlewaretoken": hidden(page.text),
        }
        form = person.post("/device/", data=said).text
        assert "Your password, please" in form, form
        proof = {
            "password": password,
            "next": "/device/",
            "csrfmiddlewaretoken": hidden(form),
        }
        answered = person.post("/accounts/reauthenticate/", data=proof).text
        assert "is signed in" in answered, answered
    until = time.monotonic() + PATIENCE
    wait = codes["interval"]
    while True:
        time.sleep(wait)
        answer = device.post("/api/v1/auth/device/token/", data=poll)
        if answer.status_code == 200:
            break
        assert answer.json()["error"] == "slow_down", answer.text
        assert time.monotonic() < until, answer.text
        wait += 5  # RFC 8628, section 3.5
    television = app_with(url, answer.json()["access_token"])
    assert television.get("/api/v1/me/").json()["username"] == name
    assert television.delete("/api/v1/me/").status_code == 403
    print("a device was signed in by its code")


@contextmanager
def browser(url: str, name: str, password: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, follow_redirects=True, timeout=60) as client:
        client.headers["Referer"] = url
        form = client.get("/accounts/login/").text
        said = {
            "login": f"{name}@example.org",
            "password": password,
            "csrfmiddlewaretoken": hidden(form),
        }
        entered = client.post("/accounts/login/", data=said)
        assert entered.status_code == 200, entered.text
        yield client


def hidden(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page
    return found[1]


def hear_of_a_clip(url: str, name: str, password: str) -> None:
    """On the socket as it gets on, and by a webhook when it is ready."""
    app = app_with(url, sign_in(url, name, password, "read", "write", "account"))
    with receiver() as (address, arrived):
        body = {"url": address, "events": ["clip.ready"]}
        made = app.post("/api/v1/webhooks/", json=body)
        assert made.status_code == 201, made.text
        line = Socket(url, sign_in(url, name, password, "read"))
        cast = app.get("/api/v1/characters/", params={"of": "usable"}).json()
        ask = {"character": cast["results"][0]["key"], "script": "Hello."}
        clip = app.post("/api/v1/clips/", json=ask)
        assert clip.status_code == 202, clip.text
        key = clip.json()["key"]
        told = [one for one in line.until_over(key) if one["key"] == key]
        percents = [one["percent"] for one in told]
        assert percents == sorted(percents), percents
        assert (told[-1]["state"], told[-1]["percent"]) == ("ready", 100), told[-1]
        headers, sent = arrived.get(timeout=PATIENCE)
        event: Any = Webhook(made.json()["secret"]).verify(sent, headers)
        assert event["type"] == "clip.ready", event
        assert event["data"]["about"] == f"clip:{key}", event
        app.delete(f"/api/v1/webhooks/{made.json()['key']}/")
    print(f"heard of a clip {len(told)} times, then by a signed webhook")


Arrived = queue.Queue[tuple[dict[str, str], bytes]]


@contextmanager
def receiver() -> Iterator[tuple[str, Arrived]]:
    arrived: Arrived = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            arrived.put(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", arrived
    finally:
        server.shutdown()
        server.server_close()


class Socket:
    """As much of RFC 6455 as reading text needs."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        self._wire = socket.create_connection((parts.hostname, parts.port or 80))
        self._wire.settimeout(PATIENCE)
        self._file = self._wire.makefile("rb")
        nonce = base64.b64encode(secrets.token_bytes(16)).decode()
        self._wire.sendall(
            f"GET /ws/clips/ HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {nonce}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
        )
        first = self._file.readline()
        assert b" 101 " in first, first
        while self._file.readline().strip():
            pass

    def until_over(self, key: str) -> Iterator[dict[str, Any]]:
        while True:
            kind, data = self._frame()
            if kind == 9:  # a ping: answered with an empty, masked pong
                self._wire.sendall(bytes((0x8A, 0x80 | len(data))) + bytes(4) + data)
                continue
            assert kind == 1, (kind, data)
            told: dict[str, Any] = json.loads(data)
            yield told
            if told["key"] == key and told["state"] in OVER:
                self._wire.close()
                return

    def _frame(self) -> tuple[int, bytes]:
        first, size = self._file.read(2)
        if size == 126:
            size = int.from_bytes(self._file.read(2), "big")
        elif size == 127:
            size = int.from_bytes(self._file.read(8), "big")
        return first & 15, self._file.read(size)


def walk(url: str, name: str, password: str) -> None:
    stay_within_scopes(url, name, password)
    sign_in_a_device(url, name, password)
    hear_of_a_clip(url, name, password)

"""An S3 that is silent, full, or keeps half of what it gets: it is told in words."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from botocore.config import Config
from django.core.files.storage import default_storage

from socialapp.lib import blobs
from socialapp.lib.blobs import StorageError
from tests.storage.servers import bucket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

FULL = b"<Error><Code>XMinioStorageFull</Code><Message>No room</Message></Error>"


class Store(BaseHTTPRequestHandler):
    """Takes everything; what is asked for later has the length that it `keeps`."""

    protocol_version = "HTTP/1.1"
    full = False
    keeps = 0
    there = False

    def do_HEAD(self) -> None:
        self.send_response(200 if self.there else 404)
        self.send_header("Content-Length", str(self.keeps))
        self.end_headers()

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).there = not self.full
        self.send_response(507 if self.full else 200)
        body = FULL if self.full else b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_DELETE(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def serving(*, full: bool = False, keeps: int = 0) -> Iterator[str]:
    store = type("OneStore", (Store,), {"full": full, "keeps": keeps, "there": False})
    server = ThreadingHTTPServer(("127.0.0.1", 0), store)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def silence() -> Iterator[str]:
    """It takes the call and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def use(settings: Settings, url: str) -> None:
    """As the product uses it, with little patience: a test must not wait."""
    default = bucket(url)
    default["OPTIONS"]["client_config"] = Config(
        connect_timeout=0.3, read_timeout=0.3, retries={"total_max_attempts": 1}
    )
    settings.STORAGES = settings.STORAGES | {"default": default}


def test_an_s3_that_never_answers_is_an_error_with_words(settings: Settings) -> None:
    with silence() as url:
        use(settings, url)
        with pytest.raises(StorageError, match="does not answer"):
            blobs.put(b"film", "mp4")
        with pytest.raises(StorageError, match="does not answer"):
            blobs.get("sha256:" + "0" * 64 + ".mp4")


def test_an_s3_that_is_full_says_so(settings: Settings) -> None:
    with serving(full=True) as url:
        use(settings, url)
        with pytest.raises(StorageError, match="is full"):
            blobs.put(b"film", "mp4")


def test_a_file_of_another_length_counts_as_not_stored(settings: Settings) -> None:
    with serving(keeps=2) as url:
        use(settings, url)
        with pytest.raises(StorageError, match="kept 2 of 4 bytes"):
            blobs.put(b"film", "mp4")
    with serving(keeps=4) as url:
        use(settings, url)
        assert blobs.put(b"film", "mp4") == blobs.ref_of(b"film", "mp4")


def test_a_blob_that_was_cut_off_is_stored_anew() -> None:
    ref = blobs.put(b"film", "mp4")
    with default_storage.open(blobs.name_of(ref), "wb") as file:
        file.write(b"fi")
    with pytest.raises(ValueError, match="its sha256 is"):
        blobs.verify(ref)
    assert blobs.put(b"film", "mp4") == ref
    assert blobs.verify(ref) == 4
    blobs.remove(ref)
    with pytest.raises(FileNotFoundError):
        blobs.verify(ref)

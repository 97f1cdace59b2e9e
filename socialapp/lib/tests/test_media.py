"""``/media/``: whole files, pieces of files, and what is not there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404, StreamingHttpResponse
from django.test import RequestFactory

from socialapp.lib import blobs, media
from socialapp.lib.media import Span, UnsatisfiableError, parse_range

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

DATA = bytes(range(256)) * 4


@pytest.fixture(autouse=True)
def nothing_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is withheld has tests of its own, with a database."""
    monkeypatch.setattr("socialapp.lib.withheld.may_open", lambda _request, _name: True)


@pytest.fixture
def clip() -> str:
    """The storage name of a blob of 1024 bytes."""
    return blobs.name_of(blobs.put(DATA, "mp4"))


def ask(name: str, method: str = "get", **headers: str) -> HttpResponseBase:
    request = getattr(RequestFactory(), method)(f"/media/{name}", headers=headers)
    return media.media(request, name)


async def body_of(response: HttpResponseBase) -> bytes:
    assert isinstance(response, StreamingHttpResponse)
    pieces: list[Any] = [piece async for piece in response]
    return b"".join(pieces)


async def test_a_whole_file_is_sent(clip: str) -> None:
    response = ask(clip)
    assert response.status_code == 200
    assert response["Content-Type"] == "video/mp4"
    assert response["Content-Length"] == "1024"
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "private, max-age=4, must-revalidate"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert await body_of(response) == DATA


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, 1023),
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=1000-9999", 1000, 1023),
        ("bytes=-24", 1000, 1023),
        ("bytes=-5000", 0, 1023),
    ],
)
async def test_a_range_is_sent(clip: str, asked: str, start: int, end: int) -> None:
    response = ask(clip, Range=asked)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end}/1024"
    assert response["Content-Length"] == str(end - start + 1)
    assert await body_of(response) == DATA[start : end + 1]


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(clip: str, asked: str) -> None:
    response = ask(clip, Range=asked)
    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */1024"


@pytest.mark.parametrize(
    "asked", ["bytes=9-3", "bytes=-", "bytes=0-1,5-9", "lines=1-2", "bytes=a-b", ""]
)
async def test_what_is_no_single_range_gets_the_whole_file(
    clip: str, asked: str
) -> None:
    response = ask(clip, Range=asked)
    assert response.status_code == 200
    assert await body_of(response) == DATA


def test_an_empty_file_has_no_range() -> None:
    with pytest.raises(UnsatisfiableError):
        parse_range("bytes=0-", 0)
    assert parse_range("bytes=3-7", 8) == Span(3, 7)


def test_head_tells_the_size_and_sends_nothing(clip: str) -> None:
    response = ask(clip, "head")
    assert response["Content-Length"] == "1024"
    assert not response.streaming
    assert ask(clip, "head", Range="bytes=0-9")["Content-Length"] == "10"


def test_a_file_the_browser_has_is_not_sent_again(clip: str) -> None:
    etag = ask(clip)["ETag"]
    again = ask(clip, **{"If-None-Match": etag})
    assert again.status_code == 304
    assert again["ETag"] == etag


def test_a_range_of_another_version_gets_the_whole_file(clip: str) -> None:
    first = ask(clip)
    for condition, status in (
        (first["ETag"], 206),
        (first["Last-Modified"], 206),
        ('"another"', 200),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 200),
    ):
        response = ask(clip, Range="bytes=0-9", **{"If-Range": condition})
        assert response.status_code == status, condition


@pytest.mark.parametrize(
    "name",
    [
        "blobs/aa/nothing.mp4",
        "blobs",
        "../troupe.sqlite3",
        "a/../../secret-key",
        "/etc/passwd",
        "nul\0.png",
        "x" * 5000,
    ],
)
def test_what_is_not_a_stored_file_is_not_found(clip: str, name: str) -> None:
    with pytest.raises(Http404):
        ask(name)


def test_an_svg_may_draw_and_nothing_else() -> None:
    name = blobs.name_of(blobs.put(b"<svg/>", "svg"))
    response = ask(name)
    assert response["Content-Type"] == "image/svg+xml"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["page.html", "code.js", "data.bin", "x.svgz"])
def test_an_unexpected_kind_is_a_download(name: str) -> None:
    saved = default_storage.save(name, ContentFile(b"<script>"))
    response = ask(saved)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == "attachment"


async def test_a_large_file_is_read_block_by_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(media, "BLOCK_BYTES", 1000)
    name = blobs.name_of(blobs.put(os.urandom(2500), "wav"))
    response = ask(name)
    assert isinstance(response, StreamingHttpResponse)
    sizes = [len(piece) async for piece in response]
    assert sizes == [1000, 1000, 500]


def test_posting_is_refused(clip: str) -> None:
    assert ask(clip, "post").status_code == 405

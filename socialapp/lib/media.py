"""``/media/<path>``: stored files, in ranges, so that a video can be sought.

Django's own file views ignore ``Range``. Files on disk are streamed in blocks by
asynchronous iteration: under an ASGI server Django reads a synchronous iterator to its
end before it sends the first byte. Object storage answers for itself: the view only
redirects to its signed address.
"""

from __future__ import annotations

import asyncio
import mimetypes
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.http import (
    Http404,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.http import http_date, parse_http_date_safe
from django.views.decorators.http import require_safe

from socialapp.lib import withheld
from socialapp.lib.blobs import ASIDE, PRIVATE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from os import stat_result

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

BLOCK_BYTES = 256 * 1024
"""Read and sent at once: a slow reader costs this much memory, not the file."""

TYPES = {
    "flac": "audio/flac",
    "jpg": "image/jpeg",
    "json": "application/json",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
    "opus": "audio/ogg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "vtt": "text/vtt; charset=utf-8",
    "wav": "audio/wav",
    "webm": "audio/webm",
    "webp": "image/webp",
}
"""What we store ourselves; `mimetypes` depends on the machine's own tables."""

INERT_TYPE = "application/octet-stream"
"""For anything else: nosniff and a download, never a page."""

BRIEFLY = "private, max-age=4, must-revalidate"
"""A blob never changes, but it may be taken down: a browser asks again after these
seconds and is told 304 while all is well. Private: what is removed here must not live
on in a shared cache."""

SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""An SVG opened by its own address is a document: it may draw and nothing else."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` to `end`, the end included, as HTTP counts."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start + 1


class UnsatisfiableError(ValueError):
    """The range starts behind the end of the file."""


def parse_range(header: str, size: int) -> Span | None:
    """The one range asked for, or None to send the whole file (RFC 9110, 14.2).

    Several ranges at once are answered with the whole file, which the standard allows
    and browsers never need; so is a header that is not a byte range.
    """
    match = re.fullmatch(r"bytes=\s*(\d{0,19})-(\d{0,19})\s*", header)
    if match is None or match[1] == match[2] == "":
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        if not length:
            raise UnsatisfiableError
        return Span(size - length, size - 1)
    start = int(match[1])
    end = min(int(match[2]), size - 1) if match[2] else size - 1
    if match[2] and int(match[2]) < start:
        return None
    if start >= size:
        raise UnsatisfiableError
    return Span(start, end)


def content_type(name: str) -> str:
    extension = name.rpartition(".")[2].lower()
    if extension in TYPES:
        return TYPES[extension]
    guess, encoding = mimetypes.guess_type(name)
    known = (
        guess and not encoding and guess.split("/")[0] in {"audio", "image", "video"}
    )
    return guess if guess and known else INERT_TYPE


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A stored file by its name in the default storage; 404 for withheld ones."""
    if _is_private(path) or not withheld.may_open(request, path):
        raise Http404("No such file")
    try:
        try:
            file = Path(default_storage.path(path))
        except NotImplementedError:
            aside = withheld.lies_aside(path)
            return _signed(default_storage.url(ASIDE + path if aside else path))
        stat = file.stat()
    except (SuspiciousOperation, OSError, ValueError):
        raise Http404("No such file") from None
    if not S_ISREG(stat.st_mode):
        raise Http404("No such file")
    return _answer(request, path, file, stat)


def _is_private(path: str) -> bool:
    """By the name that the storage makes of it, where dots are resolved."""
    return f"{posixpath.normpath(path)}/".lstrip("/").startswith(PRIVATE)


def _signed(url: str) -> HttpResponse:
    """Object storage: its own address, good for a few minutes."""
    response = HttpResponseRedirect(url)
    response["Cache-Control"] = BRIEFLY
    return response


def _answer(
    request: HttpRequest, path: str, file: Path, stat: stat_result
) -> HttpResponseBase:
    etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    shared = _headers(path, etag, stat)
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=shared)
    try:
        asked = request.headers.get("Range", "")
        span = parse_range(asked, stat.st_size) if _still(request, etag, stat) else None
    except UnsatisfiableError:
        return HttpResponse(
            status=416, headers={**shared, "Content-Range": f"bytes */{stat.st_size}"}
        )
    status, part = (206, span) if span else (200, Span(0, stat.st_size - 1))
    if span:
        shared["Content-Range"] = f"bytes {span.start}-{span.end}/{stat.st_size}"
    shared["Content-Length"] = str(part.length)
    shared["Content-Type"] = content_type(path)
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=shared)
    return StreamingHttpResponse(_blocks(file, part), status=status, headers=shared)


def _headers(path: str, etag: str, stat: stat_result) -> dict[str, str]:
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": BRIEFLY,
        "ETag": etag,
        "Last-Modified": http_date(stat.st_mtime),
        "X-Content-Type-Options": "nosniff",
    }
    kind = content_type(path)
    if kind == TYPES["svg"]:
        headers["Content-Security-Policy"] = SANDBOX
    if kind == INERT_TYPE:
        headers["Content-Disposition"] = "attachment"
    return headers


def _still(request: HttpRequest, etag: str, stat: stat_result) -> bool:
    """Whether a range is of the file that the browser already has a piece of."""
    if "Range" not in request.headers:
        return False
    condition = request.headers.get("If-Range")
    if condition is None or condition == etag:
        return True
    date = parse_http_date_safe(condition)
    return date is not None and int(stat.st_mtime) <= date


async def _blocks(file: Path, span: Span) -> AsyncIterator[bytes]:
    stream: Any = await asyncio.to_thread(file.open, "rb")
    try:
        await asyncio.to_thread(stream.seek, span.start)
        left = span.length
        while left > 0:
            block = await asyncio.to_thread(stream.read, min(BLOCK_BYTES, left))
            if not block:
                return  # cut off while it was being read: the length tells the browser
            left -= len(block)
            yield block
    finally:
        stream.close()

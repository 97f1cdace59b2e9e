"""Downloads that are made while they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


def in_pieces(
    pieces: Iterator[bytes], content_type: str, name: str
) -> StreamingHttpResponse:
    """A download called `name`, of which one piece at a time is in memory."""
    response = StreamingHttpResponse(_following(pieces), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


async def _following(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    # Under an ASGI server a synchronous iterator is read to its end before it is sent.
    following = sync_to_async(lambda: next(pieces, None))
    while (piece := await following()) is not None:
        yield piece

"""A person's own archive: everything they gave us, in one zip, made while it is sent.

Each app brings its own part, by ``settings.EXPORTERS``: a function that takes the person
and yields files. One file at a time is in memory.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string

from socialapp.accounts.models import Guardian
from socialapp.lib import blobs, withheld

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from socialapp.accounts.models import User

log = logging.getLogger(__name__)

README = """This is everything of yours that Troupe keeps, as of {now:%-d %B %Y, %H:%M} UTC.

The .json files are UTF-8 text; clips, pictures and captions lie beside them as they are
served. contents.json names every file with its size and SHA-256.
"""


_WHOM = ("whom__username", "created")


@dataclass(frozen=True, slots=True)
class File:
    path: str
    """Inside the archive, with forward slashes."""

    data: bytes


def as_json(path: str, value: Any) -> File:
    """`value` as indented JSON; dates are written as ISO 8601."""
    text = json.dumps(value, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)
    return File(path, f"{text}\n".encode())


def stored(path: str, ref: str, *, owner: User) -> Iterator[File]:
    """A blob as a file: nothing when its bytes are gone, or were taken down. What may
    not be shown to anybody is not handed out to whoever made it either."""
    if withheld.is_removed(blobs.name_of(ref), owner=owner.pk):
        return
    try:
        yield File(path, blobs.get(ref))
    except FileNotFoundError:
        log.warning("No file for %s: %s", path, ref)


def files_of(user: User) -> Iterator[File]:
    for path in settings.EXPORTERS:
        yield from import_string(path)(user)


def archive(user: User) -> Iterator[bytes]:
    """The zip in pieces. What is packed already is not packed again."""
    pipe = _Pipe()
    contents: list[dict[str, Any]] = []
    with zipfile.ZipFile(pipe, "w") as packed:
        now = timezone.now()
        readme = File("README.txt", README.format(now=now).encode())
        for file in chain([readme], files_of(user)):
            _add(packed, file, contents)
            yield pipe.take()
        _add(packed, as_json("contents.json", contents), [])
    yield pipe.take()


def response_for(user: User) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_pieces(user), content_type="application/zip")
    name = f"troupe-{user.username}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


async def _pieces(user: User) -> AsyncIterator[bytes]:
    # Under an ASGI server a synchronous iterator is read to its end before it is sent.
    pieces = archive(user)
    following = sync_to_async(lambda: next(pieces, None))
    while (piece := await following()) is not None:
        yield piece


def profile(user: User) -> Iterator[File]:
    """Who they are, how they sign in, their tokens and tickets; no secret is in it."""
    yield as_json(
        "profile.json",
        {
            "handle": user.username,
            "name": user.display_name,
            "about": user.bio,
            "email": user.email,
            "emails": list(
                EmailAddress.objects.filter(user=user)
                .order_by("pk")
                .values("email", "verified", "primary")
            ),
            "birth_date": user.birth_date,
            "time_zone": user.time_zone,
            "remix_clips": user.remix_clips,
            "remix_characters": user.remix_characters,
            "shows_follows": user.shows_follows,
            "joined": user.date_joined,
            "last_sign_in": user.last_login,
            "leaves": user.leaves,
            "guardian": Guardian.objects.filter(user=user)
            .values("email", "asked", "confirmed", "sent")
            .first(),
            "tokens": list(
                user.tokens.order_by("created").values(
                    "name", "prefix", "scope", "created", "used", "expires"
                )
            ),
            "devices": list(
                user.device_grants.order_by("created").values(
                    "app", "scope", "state", "created", "expires"
                )
            ),
            "tickets": list(
                user.tickets.order_by("created").values("key", "state", "created")
            ),
        },
    )
    yield as_json(
        "signing_in.json",
        {
            "sessions": list(
                UserSession.objects.filter(user=user)
                .order_by("created_at")
                .values("created_at", "last_seen_at", "ip", "user_agent")
            ),
            "factors": [
                {
                    "kind": factor.type,
                    "name": factor.data.get("name", ""),
                    "added": factor.created_at,
                    "used": factor.last_used_at,
                }
                for factor in Authenticator.objects.filter(user=user).order_by("pk")
            ],
        },
    )
    yield as_json(
        "circle.json",
        {
            "blocks": list(user.blocks.order_by("pk").values(*_WHOM)),
            "mutes": list(user.mutes.order_by("pk").values(*_WHOM)),
        },
    )
    if user.picture:
        with user.picture.open("rb") as file:
            yield File("picture.webp", file.read())


def _add(packed: zipfile.ZipFile, file: File, contents: list[dict[str, Any]]) -> None:
    text = file.path.endswith((".json", ".txt", ".vtt"))
    packed.writestr(
        zipfile.ZipInfo(file.path, timezone.now().timetuple()[:6]),
        file.data,
        zipfile.ZIP_DEFLATED if text else zipfile.ZIP_STORED,
    )
    contents.append(
        {
            "path": file.path,
            "bytes": len(file.data),
            "sha256": hashlib.sha256(file.data).hexdigest(),
        }
    )


class _Pipe(io.RawIOBase):
    """What ZipFile writes into; `take` empties it. It cannot seek, and says so."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken

"""J6.3: a portrait goes up in pieces, breaks off at 60 %, and is the same in the end."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from common import good, refused
from troupe_client.api.portraits import (
    maker_portraits_create,
    portraits_list,
)
from troupe_client.api.uploads import uploads_list, uploads_retrieve
from troupe_client.models import (
    PaginatedPortraitReadList,
    PaginatedUploadReadList,
    PortraitRead,
    Problem,
    RecipeWriteRequest,
    UploadRead,
)

if TYPE_CHECKING:
    from troupe_client import AuthenticatedClient

TUS = {"Tus-Resumable": "1.0.0"}


def a_picture(app: AuthenticatedClient) -> bytes:
    """Out of the avatar maker: the phone's own gallery is empty."""
    raw = app.get_httpx_client()
    told = raw.get("/api/v1/maker/random/?seed=7").json()
    recipe = RecipeWriteRequest.from_dict(told)
    made = good(PortraitRead, maker_portraits_create.sync(client=app, body=recipe))
    assert made.picture
    picture = raw.get(made.picture)
    assert picture.status_code == 200
    return picture.content


def begin(app: AuthenticatedClient, data: bytes) -> str:
    def said(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    answer = app.get_httpx_client().post(
        "/api/v1/uploads/",
        headers={
            **TUS,
            "Upload-Length": str(len(data)),
            "Upload-Metadata": f"kind {said('picture')},filename {said('me.png')}",
        },
    )
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def send(app: AuthenticatedClient, place: str, at: int, data: bytes) -> int:
    """One piece; what the house has then."""
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    answer = app.get_httpx_client().patch(
        place,
        content=data,
        headers={
            **TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(at),
            "Upload-Checksum": f"sha256 {digest}",
        },
    )
    assert answer.status_code == 204, answer.text
    return int(answer.headers["Upload-Offset"])


def where(app: AuthenticatedClient, place: str) -> int:
    answer = app.get_httpx_client().head(place, headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def portrait_of(app: AuthenticatedClient, upload: str) -> PortraitRead | Problem:
    """By hand: the generator's module for an operation that takes two kinds of body
    forgets an import."""
    answer = app.get_httpx_client().post("/api/v1/portraits/", json={"upload": upload})
    if answer.status_code == 201:
        return PortraitRead.from_dict(answer.json())
    return Problem.from_dict(answer.json())


def upload_a_portrait(ada: AuthenticatedClient, ben: AuthenticatedClient) -> None:
    data = a_picture(ada)
    place = begin(ada, data)
    cut, step = len(data) * 6 // 10, max(1, len(data) // 10)
    for at in range(0, cut, step):
        send(ada, place, at, data[at : min(at + step, cut)])
    # The line is gone, and what the phone remembers with it.
    at = where(ada, place)
    assert at == cut, (at, cut)
    key = place.strip("/").rpartition("/")[2]
    refused(portrait_of(ada, key), 400, "upload-unfinished")
    assert send(ada, place, at, data[at:]) == len(data)
    told = good(UploadRead, uploads_retrieve.sync(key, client=ada))
    assert told.sha256 == hashlib.sha256(data).hexdigest(), told
    refused(portrait_of(ben, key), 404, "upload-unknown")
    made = good(PortraitRead, portrait_of(ada, key))
    mine = good(PaginatedPortraitReadList, portraits_list.sync(client=ada))
    assert made.key in {one.key for one in mine.results}, mine
    left = good(PaginatedUploadReadList, uploads_list.sync(client=ada))
    assert left.results == [], left
    print(f"sent {len(data)} bytes in pieces, cut at 60 %, the same in the end")

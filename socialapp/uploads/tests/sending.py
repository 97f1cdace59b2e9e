"""A client of tus, as plain as they come, and a file to send."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from rest_framework.test import APIClient

if TYPE_CHECKING:
    from socialapp.accounts.models import User

URL = "/api/v1/uploads/"
FILE = b"".join(number.to_bytes(4, "big") for number in range(12_500))
TYPE = "application/offset+octet-stream"


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def metadata(**told: str) -> str:
    pairs = (f"{name} {in_base64(text.encode())}" for name, text in told.items())
    return ",".join(pairs)


def sum_of(data: bytes, name: str = "sha256") -> str:
    return f"{name} {in_base64(hashlib.new(name, data).digest())}"


class Sender:
    def __init__(self, user: User) -> None:
        self.client = APIClient()
        self.client.force_authenticate(user)

    def begin(
        self, length: int | str = len(FILE), kind: str = "picture", **more: str
    ) -> Any:
        told = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(length),
            "Upload-Metadata": metadata(kind=kind, filename="hall.png"),
        }
        return self.client.post(URL, headers=told | more)

    def begun(self, length: int = len(FILE), kind: str = "picture") -> str:
        """Where its pieces go."""
        answer = self.begin(length, kind)
        assert answer.status_code == 201, answer.content
        return str(answer["Location"])

    def send(self, place: str, at: int, piece: bytes, **more: str) -> Any:
        told = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(at)}
        kind = more.pop("content_type", TYPE)
        return self.client.patch(place, piece, content_type=kind, headers=told | more)

    def ask(self, place: str) -> Any:
        return self.client.head(place, headers={"Tus-Resumable": "1.0.0"})

    def sent(self, data: bytes, kind: str) -> str:
        """The key of an upload that is whole."""
        place = self.begun(len(data), kind)
        half = len(data) // 2
        assert self.send(place, 0, data[:half]).status_code == 204
        assert self.send(place, half, data[half:]).status_code == 204
        return place.split("/")[-2]

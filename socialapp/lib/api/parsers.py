"""Bodies, read with limits: their size, their depth, and numbers that exist."""

from __future__ import annotations

import json
import math
import re
from typing import IO, TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser, MultiPartParser

from socialapp.lib.api.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rest_framework.parsers import DataAndFiles

MAX_JSON_BYTES = 256 * 1024
"""The largest honest body, a character with its persona, is a twentieth of it."""

MAX_DEPTH = 32
"""Python's own parser recurses: 100,000 brackets would be a RecursionError and a 500."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)


def depth_of(data: bytes) -> int:
    """How deep brackets nest, those in strings not counted. Linear in `data`."""
    depth = deepest = 0
    for byte in _STRING.sub(b"", data):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large a number")
    return number


def loads(data: bytes) -> Any:
    """JSON in UTF-8; ValueError for anything else, too deep or not finite."""
    if depth_of(data) > MAX_DEPTH:
        raise ValueError(f"more than {MAX_DEPTH} levels deep")
    found = json.loads(
        data.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite
    )
    if b"\\u" in data:
        # NUL and half a surrogate pair can be written but are no text: databases do not
        # store them, and an answer that quotes them cannot be sent.
        for text in _texts(found):
            if "\0" in text:
                raise ValueError("NUL is no text")
            text.encode("utf-8")
    return found


def _texts(value: Any) -> Iterator[str]:
    """Every string in it, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)


class StrictJSONParser(JSONParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - DRF's signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        data = stream.read(MAX_JSON_BYTES + 1)
        if len(data) > MAX_JSON_BYTES:
            raise Problem(
                413, "too_large", f"Send at most {MAX_JSON_BYTES // 1024} kB of JSON."
            )
        try:
            return loads(data)
        except ValueError as error:
            raise ParseError(f"This is not JSON that we read: {error}.") from None


class FileParser(MultiPartParser):
    """A form with one file in it, refused by its announced size before it is read."""

    field = "file"

    def most(self) -> int:
        """Bytes that the file may have."""
        raise NotImplementedError

    def words(self, megabytes: int) -> str:
        """What is said to a larger one."""
        raise NotImplementedError

    def too_large(self) -> Problem:
        words = self.words(self.most() // 1024**2)
        return Problem(413, "too_large", words, field=self.field)

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> DataAndFiles[Any, Any]:
        request = (parser_context or {})["request"]
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
        # A form's own lines need a few hundred bytes.
        if announced > self.most() + 64 * 1024:
            raise self.too_large()
        return super().parse(stream, media_type, parser_context)


class PictureParser(FileParser):
    field = "picture"

    def most(self) -> int:
        most: int = settings.MAX_PICTURE_BYTES
        return most

    def words(self, megabytes: int) -> str:
        return f"This file is too large; we take up to {megabytes} MB. Save it smaller."

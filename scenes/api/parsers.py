"""Bodies that carry a whole scene: a few short fields, and the document as a text."""

from __future__ import annotations

import json
import math
import re
from typing import IO, TYPE_CHECKING, Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from socialapp.lib.api.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 8_000_000
"""A document of five million bytes, with what JSON adds to a text of quotes and lines."""

AROUND = 4096
"""Bytes that are not inside a text: nothing else can be large or deep."""

# Possessive, so that nothing of a text is kept to come back to.
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


class DocumentParser(BaseParser):
    """Refuses by size before it reads all, and by shape before it builds anything.

    No JSONParser: to those the framework gives a body that it has read already, as far
    as DATA_UPLOAD_MAX_MEMORY_SIZE.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - DRF's signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise Problem(
                413,
                "too_large",
                f"Send at most {MOST_BYTES // 1_000_000} MB; a scene has five at most.",
                field="document",
            )
        if len(_TEXT.sub(b'""', data)) > AROUND:
            raise ParseError(
                "This is not JSON that we read: the scene goes into “document”, as a"
                " text."
            )
        try:
            found = json.loads(
                data.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite
            )
            _check_texts(found)
        except RecursionError:
            raise ParseError("This is not JSON that we read: too deep.") from None
        except ValueError as error:
            raise ParseError(f"This is not JSON that we read: {error}.") from None
        return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _check_texts(value: Any) -> None:
    """ValueError for NUL and for half a surrogate pair, which can be written but are no
    text: databases do not store them, and an answer that quotes them cannot be sent."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str):
            if "\0" in one:
                raise ValueError("NUL is no text")
            try:
                one.encode()
            except UnicodeEncodeError:
                raise ValueError("half a surrogate pair is no text") from None

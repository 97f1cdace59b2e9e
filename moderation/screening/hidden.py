"""Texts inside a text: base64, hexadecimal, and Unicode tag characters."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}[ :]?){8,}(?![0-9A-Za-z])")
_TAGS = re.compile("[\U000e0020-\U000e007e]{4,}")
_FLAG = "\U0001f3f4"
_MOST = 8
"""Hidden texts of one text that are read."""


class Hidden(NamedTuple):
    text: str
    start: int
    end: int
    """Where it hides in the text as written."""


def find(text: str) -> list[Hidden]:
    """What was hidden, at most eight pieces, each with the place it hides in."""
    found: list[Hidden] = []
    for hidden in _all(text):
        found.append(hidden)
        if len(found) == _MOST:
            break
    return found


def _all(text: str) -> Iterator[Hidden]:
    for run in _TAGS.finditer(text):
        # A black flag with tags is Scotland, Wales or England.
        if not text[: run.start()].endswith(_FLAG):
            yield Hidden(
                "".join(chr(ord(c) - 0xE0000) for c in run.group()), *run.span()
            )
    for run in _BASE64.finditer(text):
        if (plain := _readable(_from_base64(run.group()))) is not None:
            yield Hidden(plain, *run.span())
    for run in _HEX.finditer(text):
        code = re.sub("[ :]", "", run.group())
        if (plain := _readable(bytes.fromhex(code))) is not None:
            yield Hidden(plain, *run.span())


def _from_base64(code: str) -> bytes:
    code = code.rstrip("=").replace("-", "+").replace("_", "/")
    if len(code) % 4 == 1:
        return b""
    try:
        return base64.b64decode(code + "=" * (-len(code) % 4), validate=True)
    except binascii.Error:
        return b""


def _readable(data: bytes) -> str | None:
    """The text, when these bytes are one: nearly all letters, spaces and marks."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if len(text) < 6 or not all(c.isprintable() or c in "\n\t" for c in text):
        return None
    usual = sum(c.isalpha() or c in " \n.,!?'" for c in text)
    return text if usual >= 0.85 * len(text) else None

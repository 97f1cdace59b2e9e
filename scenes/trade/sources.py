"""Strangers' bytes to text and JSON, within bounds."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from scenes.machine import limits
from scenes.trade.report import TradeError

BYTES = limits.BYTES
DEPTH = 200
"""Of JSON and XML; walkers may recurse this far."""

BRACKETS = 600_000
"""Of a file, counted before it is parsed, as the scene machine counts them."""


def text_of(data: bytes) -> str:
    """UTF-8, or UTF-16 with its mark; lines end with a line feed."""
    if len(data) > BYTES:
        raise TradeError(
            "too-large", f"The file has {len(data)} bytes; {BYTES} are the most."
        )
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        raise TradeError(
            "unreadable", "The file is not UTF-8 text. Save it as UTF-8."
        ) from None
    if not text.strip():
        raise TradeError("nothing-inside", "The file is empty.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def json_of(text: str) -> Any:
    """Parsed, at most `DEPTH` deep, without NaN and numbers that are too long."""
    if text.count("{") + text.count("[") > BRACKETS:
        raise TradeError("too-large", f"More than {BRACKETS} objects and lists.")
    try:
        found = json.loads(text, parse_constant=_no_constant, parse_int=_whole)
    except RecursionError:
        raise TradeError("unreadable", "The JSON is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise TradeError(
            "unreadable",
            f"Not JSON at line {error.lineno}, column {error.colno}: {error.msg}.",
        ) from None
    _check_depth(found)
    return found


def _no_constant(name: str) -> NoReturn:
    raise TradeError("unreadable", f"{name} is not JSON.")


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise TradeError(
            "unreadable", f"The JSON has a number of {len(digits)} digits."
        )
    return int(digits)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise TradeError("unreadable", f"The JSON is nested more than {DEPTH} deep.")

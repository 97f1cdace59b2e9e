"""JSON whose unknown parts are written back byte for byte.

Parsing and dumping changes what nobody here understands: ``1e5``, doubled names, the
spaces inside. So a part that is only kept is kept as the text it was.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from socialapp.lib.cards.errors import CardError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 4 * 1024 * 1024
"""Of a card's JSON: a lorebook of a thousand pages is half of it."""

MAX_DEPTH = 64
"""Real cards nest about eight levels; Python's parser recurses."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_SPACE = re.compile(r"[ \t\n\r]*")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Verbatim:
    """One JSON value as the text that it was."""

    text: str

    @property
    def value(self) -> Any:
        return json.loads(self.text)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def decode(data: bytes) -> str:
    """The text of a JSON file, known to be JSON. CardError."""
    if len(data) > MAX_BYTES:
        raise CardError(
            f"The card's text is larger than {MAX_BYTES // 1024**2} MiB. Take out what"
            " is not needed, such as pictures inside the text, and save it again."
        )
    try:
        text = data.decode("utf-8-sig").strip(" \t\r\n\0")
        if _depth(text) > MAX_DEPTH:
            raise CardError(
                f"The card nests more than {MAX_DEPTH} levels deep. Save it again with"
                " a card editor."
            )
        _DECODER.decode(text)
    except CardError:
        raise
    except (ValueError, RecursionError):
        raise CardError(
            "The card is no JSON text in UTF-8. Save it again with the program that"
            " made it."
        ) from None
    return text


def is_object(text: str) -> bool:
    return text.startswith("{")


def members(text: str) -> dict[str, str]:
    """Name to text of each member of a JSON object; of doubled names the last."""
    found: dict[str, str] = {}
    at = _skip(text, 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        _, end = _DECODER.raw_decode(text, at)
        found[name] = text[at:end]
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def elements(text: str) -> Iterator[str]:
    """The text of each element of a JSON array."""
    at = _skip(text, 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        yield text[at:end]
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def load(text: str) -> Any:
    """The value; half a surrogate pair, which no text can hold, is replaced."""
    return _whole(_DECODER.decode(text))


def dump(value: Any) -> str:
    """JSON in one line; every `Verbatim` inside stays as it was."""
    if isinstance(value, Verbatim):
        return value.text
    if isinstance(value, dict):
        pairs = (f"{_plain(name)}:{dump(inner)}" for name, inner in value.items())
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(dump(inner) for inner in value)}]"
    return _plain(value)


def _plain(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return json.dumps(value) if _HALF.search(text) else text


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(inner) for name, inner in value.items()}
    return value


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _depth(text: str) -> int:
    """How deep brackets nest, those in strings not counted."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest

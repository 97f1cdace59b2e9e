"""The inside of a Twine passage to a row of marks: text, links, macros and hooks.

SugarCube writes ``<<name arguments>>``, Harlowe ``(name: arguments)[hook]``; links are
the same in all of Twine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEXT = re.compile(r"\n|\[\[|\[|\]|<<|\([A-Za-z][\w-]*:|/\*|/%|<!--|\$[A-Za-z_]")
_NAME = re.compile(r"\$[A-Za-z_]\w*")
_ENDS = {"/*": "*/", "/%": "%/", "<!--": "-->"}
_OPEN = 50
"""Macros and links without an end, after which the rest counts as text."""

_LONGEST = 4000
"""Characters of a macro or a link that are looked at for its end."""


@dataclass(frozen=True, slots=True)
class Mark:
    kind: str
    """``text``, ``newline``, ``link``, ``macro``, ``hook``, ``end`` or ``value``."""

    text: str
    """Of a link and a macro: what is between its brackets."""

    line: int
    harlowe: bool = False


def marks(body: str, line: int) -> Iterator[Mark]:
    """In their order. Each character is looked at a few times at most."""
    at = 0
    hooks: list[bool] = []
    opens = False
    missing: set[str] = set()
    endless = 0
    while at < len(body):
        match = _NEXT.search(body, at)
        begin = match.start() if match else len(body)
        if begin > at:
            yield Mark("text", body[at:begin], line)
            opens = opens and not body[at:begin].strip()
        if match is None:
            return
        sign, at = match[0], match.end()
        if sign == "\n":
            yield Mark("newline", "", line)
            line += 1
        elif sign in _ENDS:
            end = -1 if sign in missing else body.find(_ENDS[sign], at)
            if end < 0:
                missing.add(sign)
                yield Mark("text", sign, line)
                continue
            line += body.count("\n", at, end)
            at = end + len(_ENDS[sign])
        elif sign.startswith("$"):
            name = _NAME.match(body, begin)
            at = name.end() if name else at
            yield Mark("value", body[begin:at], line)
            opens = False
        elif sign == "[":
            hooks.append(opens)
            yield Mark("hook", "", line) if opens else Mark("text", "[", line)
            opens = False
        elif sign == "]":
            hook = hooks.pop() if hooks else False
            yield Mark("end", "", line) if hook else Mark("text", "]", line)
            opens = False
        else:
            found = _end(body, at, sign) if endless < _OPEN else None
            if found is None:
                endless += 1
                yield Mark("text", sign, line)
                continue
            inner = body[at : found[0]]
            harlowe = sign.startswith("(")
            if harlowe:
                inner = sign[1:] + inner
            yield Mark("link" if sign == "[[" else "macro", inner, line, harlowe)
            opens = harlowe
            line += inner.count("\n")
            at = found[1]


def _end(body: str, at: int, sign: str) -> tuple[int, int] | None:
    """Where the inside ends and where the rest begins; None: nowhere near."""
    most = min(len(body), at + _LONGEST)
    if sign == "[[":
        end = body.find("]]", at, most)
        if end < 0:
            return None
        return end, end + 2
    quote = ""
    depth = 0
    while at < most:
        letter = body[at]
        if quote:
            if letter == "\\":
                at += 1
            elif letter == quote:
                quote = ""
        elif letter in "\"'" and not (letter == "'" and body[at - 1].isalnum()):
            quote = letter
        elif sign == "<<":
            if body.startswith(">>", at):
                return at, at + 2
        elif letter == "(":
            depth += 1
        elif letter == ")":
            if depth == 0:
                return at, at + 1
            depth -= 1
        at += 1
    return None


def link(inside: str) -> tuple[str, str, str]:
    """Text, target and setter of ``[[…]]``, in its four ways of writing."""
    place, _, setter = inside.partition("][")
    for sign, text_first in (("->", True), ("<-", False), ("|", True)):
        if sign in place:
            one, _, other = (
                place.rpartition(sign) if sign == "->" else place.partition(sign)
            )
            text, target = (one, other) if text_first else (other, one)
            return text.strip() or target.strip(), target.strip(), setter
    return place.strip(), place.strip(), setter

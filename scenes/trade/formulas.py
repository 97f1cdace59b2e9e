"""Conditions and values of JavaScript, SugarCube and Harlowe to trees.

What maps exactly: numbers, texts, true and false, variables, comparisons, and, or, not,
arithmetic, and a few functions. Everything else is `Unknown`, with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.machine import limits
from scenes.trade.terms import Tree, Unknown, apply, literal

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?![\w.]))
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>[$_A-Za-z][\w$]*(?:\.[$_A-Za-z][\w$]*)*)
    |(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||[-+*/%<>!(),:?=])
    """,
    re.VERBOSE,
)
_WORDS = {
    "and": "&&", "or": "||", "not": "!", "eq": "==", "neq": "!=", "gt": ">", "gte": ">=",
    "lt": "<", "lte": "<=", "is": "==", "isnot": "!=", "===": "==", "!==": "!=",
}  # fmt: skip
_COMPARE = ("==", "!=", "<", "<=", ">", ">=")
_CALLS = {
    "Math.min": ("min", 2), "Math.max": ("max", 2), "Math.abs": ("abs", 1),
    "Math.floor": ("floor", 1), "Math.ceil": ("ceil", 1), "Math.round": ("round", 1),
    "min": ("min", 2), "max": ("max", 2), "abs": ("abs", 1), "floor": ("floor", 1),
    "ceil": ("ceil", 1), "round": ("round", 1),
}  # fmt: skip
_DEPTH = 40
_LENGTH = 2 * limits.EXPRESSION


class _OddError(Exception):
    pass


@dataclass(slots=True)
class _Token:
    kind: str
    text: str


def read(
    text: str,
    variable: Callable[[str], Tree],
    call: Callable[[str, str], Tree] | None = None,
) -> Tree:
    """`variable` makes trees of names; `call` of a function's name and its one text."""
    try:
        return _Parser(_tokens(text), variable, call).whole()
    except _OddError as odd:
        return Unknown(str(odd))


def _tokens(text: str) -> list[_Token]:
    if len(text) > _LENGTH:
        raise _OddError(f"longer than {limits.EXPRESSION} characters")
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _OddError(f"{text[at]} has no meaning here")
        at = match.end()
        kind = str(match.lastgroup)
        if kind == "space":
            continue
        word = match[0]
        if word in _WORDS and kind in {"name", "sign"}:
            kind, word = "sign", _WORDS[word]
            if word == "!" and found and found[-1].text == "==":
                found[-1] = _Token("sign", "!=")  # `is not`
                continue
        found.append(_Token(kind, word))
    found.append(_Token("end", ""))
    return found


class _Parser:
    """Precedence as in JavaScript."""

    def __init__(
        self,
        tokens: list[_Token],
        variable: Callable[[str], Tree],
        call: Callable[[str, str], Tree] | None,
    ) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._variable = variable
        self._call = call

    def whole(self) -> Tree:
        found = self._either()
        if self._here.kind != "end":
            raise _OddError(f"{self._here.text} is not expected there")
        return found

    @property
    def _here(self) -> _Token:
        return self._tokens[self._at]

    def _sign(self, *signs: str) -> str:
        here = self._here
        if here.kind == "sign" and here.text in signs:
            self._at += 1
            return here.text
        return ""

    def _either(self) -> Tree:
        found = self._every()
        while self._sign("||"):
            found = apply("or", found, self._every())
        return found

    def _every(self) -> Tree:
        found = self._comparison()
        while self._sign("&&"):
            found = apply("and", found, self._comparison())
        return found

    def _comparison(self) -> Tree:
        found = self._sum()
        if sign := self._sign(*_COMPARE):
            found = apply(sign, found, self._sum())
            if self._sign(*_COMPARE):
                raise _OddError("two comparisons in a row")
        return found

    def _sum(self) -> Tree:
        found = self._product()
        while sign := self._sign("+", "-"):
            found = apply(sign, found, self._product())
        return found

    def _product(self) -> Tree:
        found = self._signed()
        while sign := self._sign("*", "/", "%"):
            found = apply(sign, found, self._signed())
        return found

    def _signed(self) -> Tree:
        self._depth += 1
        if self._depth > _DEPTH:
            raise _OddError("nested too deeply")
        if self._sign("!"):
            found = apply("not", self._signed())
        elif self._sign("-"):
            found = apply("negate", self._signed())
        elif self._sign("+"):
            found = self._signed()
        else:
            found = self._atom()
        self._depth -= 1
        return found

    def _atom(self) -> Tree:
        token = self._here
        self._at += 1
        if token.kind == "number":
            return literal(float(token.text) if "." in token.text else int(token.text))
        if token.kind == "string":
            return literal(unquoted(token.text))
        if token.kind == "name":
            if token.text in {"true", "false"}:
                return literal(token.text == "true")
            if self._sign("("):
                return self._called(token.text)
            return self._variable(token.text)
        if token.text == "(" and token.kind == "sign":
            if self._here.kind == "name" and self._tokens[self._at + 1].text == ":":
                name = self._here.text  # Harlowe's (name: arguments)
                self._at += 2
                return self._called(name)
            found = self._either()
            self._close()
            return found
        raise _OddError(f"{token.text or 'the end'} is not expected there")

    def _close(self) -> None:
        if not self._sign(")"):
            raise _OddError("a bracket is not closed")

    def _called(self, name: str) -> Tree:
        here = self._here
        alone = here.kind == "string" and self._tokens[self._at + 1].text == ")"
        if self._call is not None and alone:
            self._at += 2
            return self._call(name, unquoted(here.text))
        if name not in _CALLS:
            raise _OddError(f"the function {name[:40]}")
        op, least = _CALLS[name]
        args = [self._either()]
        while self._sign(","):
            args.append(self._either())
        self._close()
        if len(args) < least or (least == 1 and len(args) > 1) or len(args) > 10:
            raise _OddError(f"{name[:40]} of {len(args)} values")
        return apply(op, *args)


def unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)

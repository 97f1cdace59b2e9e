"""Conditions and values: text to a typed tree, in time linear in the text.

Small and total: every tree that is built has a value in every play, without loops,
errors or surprises. Types are checked here; `scenes.machine.evaluation` computes, and
`scenes.machine.bounds` tells what a tree can be at most. The grammar and the meaning of
each operator are in docs/scenes.md; expressions.js is the twin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, Protocol

from scenes.machine import limits
from scenes.machine.errors import ExpressionError
from scenes.machine.trees import (
    BOOL,
    FLOAT,
    INT,
    Arithmetic,
    Call,
    Comparison,
    Literal,
    Logic,
    Membership,
    Negate,
    Node,
    Not,
    Rolled,
    Type,
    Variable,
    Visits,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


class Scope(Protocol):
    """What names mean. None: there is no such thing."""

    def variable(self, name: str) -> tuple[Type, int] | None:
        """Its type, and where its value stands."""

    def state(self, name: str) -> int | None:
        """Where its visits are counted."""

    def dice(self, name: str) -> int | None:
        """Where the last roll stands."""


_TOKEN = re.compile(
    r"""(?P<space>[ \t\n]+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<string>'(?:[^'\\]|\\['"\\])*'|"(?:[^"\\]|\\['"\\])*")
      | (?P<sign>==|!=|<=|>=|//|[<>+\-*/%()\[\],])""",
    re.VERBOSE,
)
_HINTS = {
    "=": "use == to compare",
    "&": "use and",
    "|": "use or",
    "!": "use not",
    "'": "this text has no end",
    '"': "this text has no end",
    ".": "write a number as 0.5",
}
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_NUMERIC_CALLS = {"min": (2, 10), "max": (2, 10), "abs": (1, 1)}
_ROUNDING_CALLS = ("floor", "ceil", "round")
_WORDS = {"and", "or", "not", "in", "true", "false"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """``number``, ``name``, ``string``, ``sign`` or ``end``."""

    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    found = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            hint = _HINTS.get(text[at], "this character has no meaning here")
            raise ExpressionError(at, hint)
        if match.lastgroup != "space":
            found.append(_Token(match.lastgroup or "", match[0], at))
        at = match.end()
    found.append(_Token("end", "", len(text)))
    return found


def literals(text: str) -> tuple[str, ...]:
    """The texts inside an expression. ExpressionError when it has no tokens."""
    return tuple(_unquoted(t.text) for t in _tokens(text) if t.kind == "string")


def _unquoted(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted[1:-1])


def parse(text: str, scope: Scope) -> Node:
    """The typed tree of a text. ExpressionError says what is wrong, and where."""
    if len(text) > limits.EXPRESSION:
        raise ExpressionError(0, f"longer than {limits.EXPRESSION} characters")
    return _Parser(_tokens(text), scope).whole()


def condition(text: str, scope: Scope) -> Node:
    """A tree that is true or false."""
    node = parse(text, scope)
    if node.type.kind != "bool":
        raise ExpressionError(
            0, f"a condition is true or false; this is {_named(node.type)}"
        )
    return node


class _Parser:
    def __init__(self, tokens: list[_Token], scope: Scope) -> None:
        self._tokens = tokens
        self._scope = scope
        self._next = 0
        self._depth = 0
        self._operations = 0

    def whole(self) -> Node:
        node = self._either()
        if self._token.kind != "end":
            self._fail(f"{self._token.text!r} was not expected here")
        return node

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _fail(self, message: str, token: _Token | None = None) -> NoReturn:
        raise ExpressionError((token or self._token).at, message)

    def _accept(self, *texts: str) -> _Token | None:
        token = self._token
        if token.kind in {"sign", "name"} and token.text in texts:
            self._next += 1
            return token
        return None

    def _expect(self, text: str) -> None:
        if self._accept(text) is None:
            self._fail(f"{text!r} is missing here")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > limits.EXPRESSION_DEPTH:
            self._fail(f"nested more than {limits.EXPRESSION_DEPTH} deep")

    def _either(self) -> Node:
        return self._logic("or", self._both)

    def _both(self) -> Node:
        return self._logic("and", self._negation)

    def _logic(self, word: str, part: _Part) -> Node:
        start = self._token
        first = part()
        if self._token.text != word or self._token.kind != "name":
            return first
        parts = [self._truth(first, start)]
        while self._accept(word):
            start = self._token
            parts.append(self._truth(part(), start))
        return Logic(BOOL, word, tuple(parts))

    def _truth(self, node: Node, start: _Token) -> Node:
        if node.type.kind != "bool":
            self._fail(f"true or false is needed, not {_named(node.type)}", start)
        return node

    def _negation(self) -> Node:
        if not self._accept("not"):
            return self._comparison()
        self._deeper()
        start = self._token
        node = Not(BOOL, self._truth(self._negation(), start))
        self._depth -= 1
        return node

    def _comparison(self) -> Node:
        left = self._sum()
        token = self._token
        if self._accept(*_COMPARISONS):
            right = self._sum()
            self._comparable(left.type, right.type, token)
            self._no_chain()
            return Comparison(BOOL, token.text, left, right)
        negated = token.text == "not" and self._tokens[self._next + 1].text == "in"
        if token.kind == "name" and negated:
            self._next += 1
        if self._accept("in"):
            node = Membership(BOOL, left, self._options(left.type), negated)
            self._no_chain()
            return node
        return left

    def _no_chain(self) -> None:
        if self._token.text in {*_COMPARISONS, "in"} and self._token.kind != "string":
            self._fail("comparisons do not follow one another; join them with and")

    def _options(self, item: Type) -> tuple[Node, ...]:
        self._expect("[")
        self._deeper()
        options = []
        while True:
            token = self._token
            option = self._sum()
            self._comparable(item, option.type, token, "==")
            options.append(option)
            if not self._accept(","):
                break
        self._expect("]")
        self._depth -= 1
        return tuple(options)

    def _comparable(
        self, left: Type, right: Type, token: _Token, operator: str = ""
    ) -> None:
        """Numbers with numbers, texts with texts; of one kind, or it is a slip."""
        operator = operator or token.text
        if left.numeric and right.numeric:
            return
        if operator in {"==", "!="} and left.kind == right.kind == "bool":
            return
        if not (left.textual and right.textual):
            self._fail(
                f"{_named(left)} and {_named(right)} are not compared by {operator}",
                token,
            )
        if operator not in {"==", "!="} and "enum" in {left.kind, right.kind}:
            self._fail("the values of an enum have no order; use == or in", token)
        if (
            left.values is not None
            and right.values is not None
            and "enum" in {left.kind, right.kind}
            and not set(left.values) & set(right.values)
        ):
            known = left if left.kind == "enum" else right
            other = right if known is left else left
            self._fail(
                f"never {_list(other.values)}: it is one of {_list(known.values)}",
                token,
            )

    def _sum(self) -> Node:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/", "//", "%"), self._signed)

    def _chain(self, signs: tuple[str, ...], part: _Part) -> Node:
        node = part()
        while token := self._accept(*signs):
            self._operations += 1
            if self._operations > limits.OPERATIONS:
                self._fail(f"more than {limits.OPERATIONS} signs of arithmetic", token)
            node = self._arithmetic(token, node, part())
        return node

    def _arithmetic(self, token: _Token, left: Node, right: Node) -> Node:
        types = (left.type, right.type)
        for one in types:
            if not one.numeric:
                self._fail(f"{token.text} needs numbers, not {_named(one)}", token)
        if token.text in {"//", "%"} and FLOAT in types:
            self._fail(f"{token.text} needs whole numbers", token)
        result = FLOAT if token.text == "/" or FLOAT in types else INT
        return Arithmetic(result, token.text, left, right)

    def _signed(self) -> Node:
        token = self._accept("-")
        if token is None:
            return self._atom()
        self._deeper()
        operand = self._signed()
        if not operand.type.numeric:
            self._fail(f"- needs a number, not {_named(operand.type)}", token)
        self._depth -= 1
        return Negate(operand.type, operand)

    def _atom(self) -> Node:
        token = self._token
        if self._accept("("):
            self._deeper()
            node = self._either()
            self._expect(")")
            self._depth -= 1
            return node
        self._next += 1
        if token.kind == "number":
            return self._number(token)
        if token.kind == "string":
            said = _unquoted(token.text)
            return Literal(Type("string", (said,), len(said)), said)
        if token.kind == "name" and token.text in {"true", "false"}:
            return Literal(BOOL, token.text == "true")
        if token.kind == "name" and token.text not in _WORDS:
            return self._call(token) if self._accept("(") else self._name(token)
        if token.kind == "end":
            self._fail("something is missing at the end", token)
        raise ExpressionError(token.at, f"{token.text!r} was not expected here")

    def _number(self, token: _Token) -> Node:
        if len(token.text) > 30:
            self._fail("a number of more than 30 digits", token)
        if "." not in token.text:
            whole = int(token.text)
            if whole > limits.INTEGER:
                self._fail(f"larger than {limits.INTEGER}", token)
            return Literal(INT, whole)
        real = float(token.text)
        if real > limits.FLOAT:
            self._fail("larger than 10 to the 15th", token)
        return Literal(FLOAT, real)

    def _name(self, token: _Token) -> Node:
        found = self._scope.variable(token.text)
        if found is None:
            raise ExpressionError(
                token.at, f"no variable is called {token.text}", "undefined"
            )
        return Variable(found[0], token.text, found[1])

    def _call(self, token: _Token) -> Node:
        self._deeper()
        if token.text in {"visited", "visits", "rolled"}:
            node = self._about(token)
        else:
            node = self._compute(token)
        self._depth -= 1
        return node

    def _about(self, token: _Token) -> Node:
        """A function of a state or of dice, which are named, not computed."""
        named = self._token
        if named.kind != "name":
            self._fail(f"{token.text} needs an id")
        self._next += 1
        self._expect(")")
        rolled = token.text == "rolled"
        find = self._scope.dice if rolled else self._scope.state
        slot = find(named.text)
        if slot is None:
            what = "dice are" if rolled else "state is"
            raise ExpressionError(
                named.at, f"no {what} called {named.text}", "undefined"
            )
        if rolled:
            return Rolled(INT, named.text, slot)
        kind = BOOL if token.text == "visited" else INT
        return Visits(kind, named.text, slot)

    def _compute(self, token: _Token) -> Node:
        name = token.text
        if name not in _NUMERIC_CALLS and name not in _ROUNDING_CALLS:
            self._fail(f"no function is called {name}", token)
        arguments = [self._sum()]
        while self._accept(","):
            arguments.append(self._sum())
        self._expect(")")
        least, most = _NUMERIC_CALLS.get(name, (1, 1))
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            self._fail(f"{name} takes {wanted} numbers", token)
        types = [argument.type for argument in arguments]
        for one in types:
            if not one.numeric:
                self._fail(f"{name} needs numbers, not {_named(one)}", token)
        real = FLOAT in types and name in _NUMERIC_CALLS
        return Call(FLOAT if real else INT, name, tuple(arguments))


class _Part(Protocol):
    def __call__(self) -> Node: ...


def _named(kind: Type) -> str:
    return {
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        "enum": "an enum",
        "string": "text",
    }[kind.kind]


def _list(values: Sequence[str] | None) -> str:
    return ", ".join(repr(value) for value in values or ())

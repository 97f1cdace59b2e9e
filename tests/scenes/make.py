"""Writes the shared vectors of scenes: expressions, rolls, and plays step by step.

    python -m tests.scenes.make

Python and JavaScript are both tested on these files, and any other program that plays
scenes can be. Make them anew only when the semantics change on purpose, and look at the
difference before committing it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from scenes.machine import chance
from scenes.machine.errors import ExpressionError
from scenes.machine.evaluation import compiled
from scenes.machine.expressions import parse
from scenes.machine.linking import type_of
from scenes.machine.machine import Machine
from scenes.machine.plays import Choose, Player, Preset, Wait, begin
from scenes.machine.reading import from_json, read_scene
from tests.scenes import random_scenes, records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scenes.machine.model import Variable
    from scenes.machine.plays import Event
    from scenes.machine.trees import Type, Value

HERE = Path(__file__).parent
SEED = 20_260_101
DECLARED: dict[str, Any] = {
    "context": random_scenes.CONTEXT,
    "visits": {"s0": 0, "s1": 3, "hall": 2147483647},
    "dice": {"d": 9, "coin": 0},
}


@dataclass(frozen=True, slots=True)
class Declared:
    """The scope and the frame of the vectors of expressions."""

    types: dict[str, tuple[Type, int]]
    values: list[Value]
    visits: list[int]
    dice: list[int]

    def variable(self, name: str) -> tuple[Type, int] | None:
        return self.types.get(name)

    def state(self, name: str) -> int | None:
        names = list(DECLARED["visits"])
        return names.index(name) if name in names else None

    def dice_slot(self, name: str) -> int | None:
        names = list(DECLARED["dice"])
        return names.index(name) if name in names else None


class Scope:
    def __init__(self, declared: Declared) -> None:
        self.variable = declared.variable
        self.state = declared.state
        self.dice = declared.dice_slot


@cache
def _variables() -> Mapping[str, Variable]:
    return from_json(random_scenes.scene(Random(0))).context  # noqa: S311 - no secret


def declared(context: dict[str, Value]) -> Declared:
    variables = _variables()
    types = {
        name: (type_of(variable), slot)
        for slot, (name, variable) in enumerate(variables.items())
    }
    values = [context.get(name, one.start) for name, one in variables.items()]
    return Declared(
        types,
        values,
        list(DECLARED["visits"].values()),
        list(DECLARED["dice"].values()),
    )


WRITTEN = """
1 + 2 * 3
(1 + 2) * 3
7 // 2
-7 // 2
7 // -2
-7 // -2
7 % 3
-7 % 3
7 % -3
-6 % 3
0 % -5
0 // -5
5 // 0
5 % 0
5 / 0
0 / 0
-1 / 0
7 / 2
1 / 3
0.1 + 0.2
0.1 + 0.2 == 0.3
0.0 * -1.0
-0.0
-(0)
0 * -1
1 == 1.0
2147483647 + 1
-2147483647 - 1
2147483647 * 2147483647
2147483647 * -2147483647
-(2147483647)
1000000000000000.0 + 1000000000000000.0
1000000000000000.0 * 1000000000000000.0 * -1.0
round(0.5)
round(1.5)
round(2.5)
round(-0.5)
round(-1.5)
round(0.49999999999999994)
round(4503599627370497.5)
floor(-0.5)
ceil(-0.5)
ceil(0.5)
floor(7)
abs(-3)
abs(-0.5)
min(3, 1, 2)
max(1, 2.5)
min(-0.0, 0)
- - 3
not true
not not b
not b and b
b or not b and false
true or false and false
1 < 2 and 2 < 3
1 <= 1
2 != 2
'a' < 'b'
'a' < 'A'
'' < 'a'
'ab' < 'abc'
'abc' < 'abd'
'\uffee' < '😀'
'é😀' == mood
"it's" == 'it\\'s'
'a\\\\b' == "a\\\\b"
mood == 'low'
mood != 'high'
mood in ['high', 'low']
mood not in ['high', 'é😀']
mood == said
said == 'ab'
said >= 'ab'
said in ['x', 'ab']
i in [1, 2, 3]
i not in [0.5, 1.0]
x in [0.1]
visited(s0)
visited(s1)
visits(s1)
visits(hall) + 1
rolled(d)
rolled(coin)
rolled(d) >= 7 and visited(s1)
i + j
i / 2
x * y
j * j
constructor
i == 1 and (b or constructor) and not visited(s0)
not
1 +
(1
1)
[1]
i in []
i in 3
i in [1, 'a']
1 < 2 < 3
1 == 1 == true
i = 1
i && b
i || b
!b
'no end
1.5.2
.5
1.
5e3
i.j
b + 1
b < true
b == 1
i and b
not i
'a' + 'b'
'a' == 1
mood < 'low'
mood == 'huge'
mood in ['low', 'huge']
-b
-'a'
7.5 // 2
7 % 2.0
2147483648
1000000000000000.5
1000000000000000000.0
0.000000000000000000000000000001
0.0000000000000000000000000000001
unknown
__proto__
toString
visits(nowhere)
visits(toString)
visits('s0')
visits(s0, s1)
visits()
rolled(s0)
rolled(toString)
toString(1)
round(1, 2)
min(1)
abs('a')
floor(b)
max(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
eval(1)
true true
and
in [1]
😀 == 1
'😀' == unknown
i@1
"""


def expressions() -> Iterator[dict[str, Any]]:
    random = Random(SEED)  # noqa: S311 - no secret
    maker = random_scenes.Maker(random, 0)
    maker.states = list(DECLARED["visits"])
    texts = [line for line in WRITTEN.splitlines() if line]
    texts += ["", " \t\n", "(" * 24 + "1" + ")" * 24, "(" * 25 + "1" + ")" * 25]
    texts += ["not " * 24 + "b", "not " * 25 + "b", "-" * 24 + "1", "-" * 25 + "1"]
    texts += ["1" + "+1" * 64, "1" + "+1" * 65, "b" + " or b" * 99, "1" * 501]
    for text in texts:
        yield evaluated(text, {})
    for _ in range(60):
        context: dict[str, Value] = {
            "i": random.randint(-3, 9),
            "j": random.choice((-2147483647, 46341, -5, 0)),
            "x": random.choice((0.0, 1e12, -2.5, 0.30000000000000004)),
            "y": random.choice((1e15, -1e-7, 0.0, 3.5)),
            "mood": random.choice(("low", "high", "é😀")),
            "said": random.choice(("", "low", "😀", "\uffee")),
        }
        for text in (maker.whole(3), maker.number(3), maker.truth(3)):
            if len(text) <= 500:
                yield evaluated(text, context)


def evaluated(text: str, context: dict[str, Value]) -> dict[str, Any]:
    frame = declared(context)
    found: dict[str, Any] = {"text": text}
    if context:
        found["context"] = context
    try:
        node = parse(text, Scope(frame))
    except ExpressionError as error:
        return {**found, "refused": {"code": error.code, "at": error.at}}
    return {**found, "is": {"type": node.type.kind, "value": compiled(node)(frame)}}


def rolls() -> Iterator[dict[str, Any]]:
    for seed in (0, 1, 12345, 2**31, 2**32 - 1):
        state, bits = seed, []
        for _ in range(5):
            state, drawn = chance.draw(state)
            bits.append(drawn)
        state, totals = seed, []
        for count, sides in ((1, 6), (2, 6), (20, 1000), (1, 2), (3, 7)):
            state, total = chance.roll(state, count, sides)
            totals.append(total)
        yield {"seed": seed, "bits": bits, "totals": totals, "state": state}


def features() -> dict[str, Any]:
    """Each construct on purpose."""
    text = (HERE / "features.json").read_text(encoding="utf-8")
    machine = Machine(read_scene(text))
    cast = {"host": Player("c1", "Hob"), "guest": Player("c2", "Ada {coins}")}
    ways: list[list[Event]] = [
        [
            Choose("hall", "leave"),
            Choose("end_cold", "leave"),
        ],
        [
            Choose("hall", "in"),
            Choose("table", "drink"),
            Choose("table", "ask"),
            Choose("table", "bag"),
            Choose("bag", "back"),
            Choose("table", "drink"),
            Choose("table", "drink"),
            Choose("table", "dance"),
            Choose("floor", "bag"),
            Choose("bag", "room"),
            Choose("table", "leave"),
        ],
        [
            Choose("hall", "bag"),
            Choose("bag", "room"),
            Choose("hall", "in", 1),
            Wait(2),
            Wait(3.5),
            Choose("table", "drink", 5.99),
            Choose("table", "drink", 12),
            Wait(12),
            Wait(11),
            Choose("floor", "sit", 59.999),
            Choose("table", "nothing", 59.999),
            Choose("hall", "in", 59.999),
            Wait(70),
        ],
    ]
    plays = [
        records.record(begin(machine, seed=7 + i, cast=cast), way, language)[1]
        for i, (way, language) in enumerate(zip(ways, ("", "de", ""), strict=True))
    ]
    trial = begin(machine, preset=Preset("floor", {"coins": 9, "drink": "cocoa"}))
    plays.append(records.record(trial, [Choose("floor", "leave", 3)])[1])
    return {"scene": json.loads(text), "plays": plays}


def wanderings() -> Iterator[dict[str, Any]]:
    for number in range(16):
        random = Random(SEED + number)  # noqa: S311 - no secret
        scene = random_scenes.scene(random, deep=2)
        machine = Machine(from_json(scene))
        plays = [records.wander(machine, random, 10) for _ in range(2)]
        yield {"scene": scene, "plays": plays}


def files() -> dict[str, str]:
    """The text of every vector file, by name."""
    cases = {"declared": DECLARED, "cases": list(expressions())}
    return {
        "expressions.json": _lines(cases, '{"text":'),
        "rolls.json": _lines(list(rolls()), '{"seed":'),
        "plays.json": _lines([features(), *wanderings()], '{"event":'),
    }


def _lines(data: Any, before: str) -> str:
    """A line a case keeps the difference between two versions readable."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace(before, "\n" + before) + "\n"


def main() -> None:
    for name, text in files().items():
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

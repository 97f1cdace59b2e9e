"""Random scenes that link, and random plays of them: every construct, in any mixture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

CONTEXT: dict[str, dict[str, Any]] = {
    "i": {"type": "int", "min": -3, "max": 9, "start": 1},
    "j": {"type": "int", "min": -2147483647, "max": 2147483647, "start": 7},
    "x": {"type": "float", "min": -2.5, "max": 1e12, "start": 0.1},
    "y": {"type": "float", "min": -1e15, "max": 1e15, "start": -0.5},
    "b": {"type": "bool", "start": False},
    "constructor": {"type": "bool", "start": True},
    "mood": {"type": "enum", "values": ["low", "high", "é😀"], "start": "low"},
    "said": {"type": "string", "max_length": 9, "start": "ab"},
}
DICE = {"d": {"count": 2, "sides": 6}, "coin": {"count": 1, "sides": 2}}
WORDS = ("low", "high", "é😀", "ab", "a", "\uffee", "😀", "it's", "")
NUMBERS = ("0", "1", "2", "3", "0.5", "2.0", "0.1", "7", "2147483647", "1000000.25")


def scene(random: Random, *, deep: int = 3) -> dict[str, Any]:
    """A scene's JSON; whether it has an ending, or one can be reached, is open."""
    return Maker(random, deep).scene()


class Maker:
    def __init__(self, random: Random, deep: int) -> None:
        self.random = random
        self.deep = deep
        self.states: list[str] = []
        self.targets: list[str] = []

    def scene(self) -> dict[str, Any]:
        tree = self._tree(0)
        for node in self._walk(tree):
            self._fill(node)
        return {
            "format": "scene",
            "version": 1,
            "id": "random_scene",
            "title": "Random",
            "rating": "everyone",
            "languages": ["en", "de"],
            "roles": {"one": {"label": "the first"}, "two": {"label": "the second"}},
            "context": CONTEXT,
            "dice": DICE,
            "initial": self._first(tree),
            "states": tree,
        }

    def _first(self, tree: dict[str, Any]) -> str:
        real = [name for name, s in tree.items() if s.get("type") != "history"]
        return self.random.choice(real)

    def _tree(self, depth: int) -> dict[str, Any]:
        random = self.random
        found: dict[str, Any] = {}
        for _ in range(random.randint(2, 5) if depth == 0 else random.randint(1, 3)):
            name = f"s{len(self.states)}"
            self.states.append(name)
            self.targets.append(name)
            found[name] = {}
            if depth < self.deep and random.random() < 0.4:
                inner = self._tree(depth + 1)
                found[name] = {"initial": self._first(inner), "states": inner}
                if random.random() < 0.7:
                    history = f"h{len(self.targets)}"
                    self.targets.append(history)
                    kind = random.choice(("shallow", "deep"))
                    inner[history] = {
                        "type": "history",
                        "history": kind,
                        "target": self._first(inner),
                    }
            elif random.random() < 0.15:
                found[name] = {"type": "final", "ending": {"title": "Over"}}
        return found

    def _walk(self, tree: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        for node in tree.values():
            found.append(node)
            found += self._walk(node.get("states", {}))
        return found

    def _fill(self, node: dict[str, Any]) -> None:
        if node.get("type") == "history":
            return
        random = self.random
        node["beats"] = [self._beat() for _ in range(random.randint(0, 3))]
        node["entry"] = self._actions(0.4)
        if node.get("type") == "final":
            return
        node["exit"] = self._actions(0.3)
        node["choices"] = [
            {"id": f"c{n}", "text": self._text(), **self._move(0.4)}
            for n in range(random.randint(0, 4))
        ]
        if random.random() < 0.25:
            node["always"] = [self._move(0.95) for _ in range(random.randint(1, 2))]
        if random.random() < 0.3:
            node["after"] = [
                {"seconds": random.choice((0.1, 0.5, 3, 2.7)), **self._move(0.5)}
                for _ in range(random.randint(1, 2))
            ]

    def _move(self, guarded: float) -> dict[str, Any]:
        random = self.random
        found: dict[str, Any] = {"actions": self._actions(0.6)}
        if random.random() < 0.85:
            found["target"] = random.choice(self.targets)
        if random.random() < guarded:
            found["guard"] = self.truth(2)
        return found

    def _beat(self) -> dict[str, Any]:
        random = self.random
        found: dict[str, Any] = random.choice(
            (
                {"type": "line", "role": "one", "text": self._text()},
                {"type": "narration", "text": self._text()},
                {"type": "pause", "seconds": 0.5},
                {
                    "type": "improv",
                    "role": "two",
                    "goal": "Talk.",
                    "turns": 2,
                    "fallback": self._text(),
                },
            )
        )
        if random.random() < 0.4:
            found = {**found, "guard": self.truth(2)}
        return found

    def _text(self) -> Any:
        random = self.random
        shown = random.sample(("i", "x", "y", "mood", "said", "one", "two", "j"), 2)
        said = f"{{{shown[0]}}} {{{{braces}}}} {{{shown[1]}}}."
        if random.random() < 0.3:
            return {"en": said, "de": f"Auf {{{shown[0]}}}."}
        return said

    def _actions(self, chance: float) -> list[dict[str, Any]]:
        random = self.random
        found: list[dict[str, Any]] = []
        while random.random() < chance and len(found) < 4:
            if random.random() < 0.25:
                found.append({"type": "roll", "dice": random.choice(("d", "coin"))})
                continue
            name = random.choice(tuple(CONTEXT))
            kind = CONTEXT[name]["type"]
            makers: dict[str, Callable[[], str]] = {
                "int": lambda: self.whole(2),
                "float": lambda: self.number(2),
                "bool": lambda: self.truth(2),
                "enum": lambda: random.choice(("'low'", "'high'", "'é😀'", "mood")),
                "string": lambda: random.choice(("'low'", "'😀'", "said", "mood")),
            }
            value = makers[kind]()
            found.append({"type": "assign", "variable": name, "value": value})
        return found

    def whole(self, depth: int) -> str:
        random = self.random
        if depth == 0 or random.random() < 0.3:
            leaf = random.choice(("i", "j", "number", "visits", "rolled"))
            if leaf == "number":
                return random.choice([n for n in NUMBERS if "." not in n])
            if leaf == "visits":
                return f"visits({random.choice(self.states)})"
            return (
                f"rolled({random.choice(('d', 'coin'))})" if leaf == "rolled" else leaf
            )
        if random.random() < 0.3:
            inner = self.number(depth - 1)
            return f"{random.choice(('floor', 'ceil', 'round'))}({inner})"
        if random.random() < 0.2:
            inner = f"{self.whole(depth - 1)}, {self.whole(depth - 1)}"
            return f"{random.choice(('min', 'max'))}({inner})"
        if random.random() < 0.2:
            return f"{random.choice(('-', 'abs'))}({self.whole(depth - 1)})"
        sign = random.choice(("+", "-", "*", "//", "%"))
        return f"({self.whole(depth - 1)} {sign} {self.whole(depth - 1)})"

    def number(self, depth: int) -> str:
        random = self.random
        if depth == 0 or random.random() < 0.3:
            return random.choice(("x", "y", "i", *NUMBERS))
        if random.random() < 0.2:
            inner = f"{self.number(depth - 1)}, {self.whole(depth - 1)}"
            return f"{random.choice(('min', 'max'))}({inner})"
        if random.random() < 0.2:
            return f"-({self.number(depth - 1)})"
        sign = random.choice(("+", "-", "*", "/"))
        return f"({self.number(depth - 1)} {sign} {self.number(depth - 1)})"

    def truth(self, depth: int) -> str:
        random = self.random
        if depth == 0 or random.random() < 0.3:
            state = random.choice(self.states)
            return random.choice(
                ("b", "constructor", f"visited({state})", "true", "rolled(coin) == 2")
            )
        kind = random.randrange(6)
        if kind == 0:
            return f"not ({self.truth(depth - 1)})"
        if kind == 1:
            parts = [f"({self.truth(depth - 1)})" for _ in range(random.randint(2, 3))]
            return random.choice((" and ", " or ")).join(parts)
        if kind == 2:
            words = ", ".join(self.word() for _ in range(2))
            return f"said {random.choice(('in', 'not in'))} [{words}]"
        if kind == 3:
            sign = random.choice(("==", "!=", "<", "<=", ">", ">="))
            return f"said {sign} {self.word()}"
        if kind == 4:
            return f"mood {random.choice(('==', '!='))} {random.choice(('said', chr(39) + 'low' + chr(39)))}"
        sign = random.choice(("==", "!=", "<", "<=", ">", ">="))
        return f"{self.number(depth - 1)} {sign} {self.number(depth - 1)}"

    def word(self) -> str:
        word = self.random.choice(WORDS)
        return f'"{word}"' if "'" in word else f"'{word}'"

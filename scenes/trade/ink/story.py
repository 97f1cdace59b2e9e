"""Compiled ink, read: containers, paths, and what refers to what.

The form is that of ink's documented runtime JSON (inkle, ``ink_JSON_runtime_format.md``),
versions 20 and 21: a container is a list whose last entry holds its name, its flags and
the containers that are reached by name alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from scenes.trade.report import TradeError

VERSIONS = (19, 20, 21)
COUNTED, AT_START = 1, 4
"""Flags: visits are counted; only those that come to its beginning."""

ONCE, INVISIBLE, CHOICE_ONLY, START, CONDITION = 16, 8, 4, 2, 1
"""Flags of choice points."""

_CONTAINERS = 100_000


@dataclass(slots=True, eq=False)
class Container:
    number: int
    path: str
    parent: Container | None
    index: int
    """In its parent's content; -1: reached by name alone."""

    content: list[Any] = field(default_factory=list)
    """Containers, and everything else as its JSON."""

    named: dict[str, Container] = field(default_factory=dict)
    name: str = ""
    flags: int = 0

    def around(self) -> list[Container]:
        """From this one outwards."""
        found: list[Container] = []
        one: Container | None = self
        while one is not None:
            found.append(one)
            one = one.parent
        return found


@dataclass(frozen=True, slots=True)
class Pointer:
    """A place in the content; -1: the container itself, before its first entry."""

    container: int
    index: int


class Story:
    def __init__(self, data: dict[str, Any]) -> None:
        version = data.get("inkVersion")
        if version not in VERSIONS:
            known = ", ".join(map(str, VERSIONS))
            raise TradeError(
                "unknown-form", f"ink's JSON of version {version!r}; known are {known}."
            )
        if not isinstance(data.get("root"), list):
            raise TradeError("unreadable", "The ink JSON has no root.")
        self.containers: list[Container] = []
        self.lists = bool(data.get("listDefs"))
        self.root = self._container(data["root"], "", None, -1)
        self.read: set[int] = set()
        """Containers whose visits somebody asks for."""

        self.references: Counter[Pointer] = Counter()
        self.changed_temps: set[str] = set()
        self.has_glue = False
        for container in self.containers:
            self._scan(container)

    def _container(
        self, data: list[Any], path: str, parent: Container | None, index: int
    ) -> Container:
        if len(self.containers) >= _CONTAINERS:
            raise TradeError("too-large", f"More than {_CONTAINERS} containers.")
        made = Container(len(self.containers), path, parent, index)
        self.containers.append(made)
        rest = data[-1] if data else None
        prefix = f"{path}." if path else ""
        if len(path) > 2000:
            raise TradeError("unreadable", "The ink JSON has names that are too long.")
        if isinstance(rest, dict):
            name, flags = rest.get("#n"), rest.get("#f", 0)
            made.name = name if isinstance(name, str) else ""
            made.flags = flags if isinstance(flags, int) else 0
            for key, inner in rest.items():
                if isinstance(inner, list):
                    found = self._container(inner, prefix + key, made, -1)
                    found.name = key
                    made.named[key] = found
        for i, inner in enumerate(data[:-1]):
            if isinstance(inner, list):
                found = self._container(inner, f"{prefix}{i}", made, i)
                made.content.append(found)
                if found.name:
                    made.named.setdefault(found.name, found)
            else:
                made.content.append(inner)
        return made

    def _scan(self, container: Container) -> None:
        for item in container.content:
            if item == "visit":
                self.read.add(container.number)
            elif item == "<>":
                self.has_glue = True
            if not isinstance(item, dict):
                continue
            if item.get("re") and isinstance(item.get("temp="), str):
                self.changed_temps.add(item["temp="])
            for key in ("->", "->t->", "f()", "*", "CNT?", "^->"):
                target = item.get(key)
                if not isinstance(target, str) or item.get("var"):
                    continue
                pointer = self.resolve(container, target)
                if pointer is None:
                    continue
                if key == "->":
                    self.references[pointer] += 1
                once = key == "*" and _flags(item) & ONCE
                if key in {"CNT?", "^->"} or once:
                    self.read.add(pointer.container)

    def resolve(self, container: Container, path: str) -> Pointer | None:
        """Where a path leads that stands in a container; None: nowhere."""
        parts = path[:2000].split(".")
        here: Container | None = self.root
        if path.startswith("."):
            here = container
            parts = parts[2:] if parts[1:2] == ["^"] else parts[1:]
        found = Pointer(here.number, -1) if here else None
        for i, part in enumerate(parts):
            if here is None:
                return None
            if part == "^":
                here = here.parent
                found = Pointer(here.number, -1) if here else None
            elif part.isascii() and part.isdigit() and len(part) < 9:
                index = int(part)
                if index >= len(here.content):
                    return None
                inner = here.content[index]
                if isinstance(inner, Container):
                    found = Pointer(here.number, index)
                    here = inner
                elif i == len(parts) - 1:
                    found = Pointer(here.number, index)
                else:
                    return None
            else:
                here = here.named.get(part)
                found = Pointer(here.number, -1) if here else None
        return found

    def at(self, pointer: Pointer) -> Any:
        """What stands there; the container itself for -1. None: past the end."""
        container = self.containers[pointer.container]
        if pointer.index < 0:
            return container
        if pointer.index < len(container.content):
            return container.content[pointer.index]
        return None

    def next(self, pointer: Pointer) -> Pointer | None:
        """The place after it; None: the end of what is reached by going on."""
        container = self.containers[pointer.container]
        index = pointer.index + 1
        while index >= len(container.content):
            if container.parent is None or container.index < 0:
                return None
            index = container.index + 1
            container = container.parent
        return Pointer(container.number, index)

    def target(self, pointer: Pointer) -> int:
        """The container that is counted when a choice leads there."""
        found = self.at(pointer)
        return found.number if isinstance(found, Container) else pointer.container


def _flags(item: dict[str, Any]) -> int:
    flags = item.get("flg", 0)
    return flags if isinstance(flags, int) else 0

"""What an import took over, what it kept aside, and what it could not take."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenes.machine import Report as Check
    from scenes.machine.model import Scene

MOST = 200
"""Entries of each list that are told; the rest is counted."""


class TradeError(ValueError):
    """A file from which no scene can be made, in words for the person who sent it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """``too-large``, ``unreadable``, ``unknown-form`` or ``nothing-inside``."""

        self.message = message


@dataclass(frozen=True, slots=True)
class NotTaken:
    what: str
    where: str
    """In the words of the other format: a passage and line, a path, a pointer."""

    why: str


@dataclass(slots=True)
class Notes:
    """Written while a file is read or written."""

    counted: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)
    not_taken: list[NotTaken] = field(default_factory=list)
    _told: set[tuple[str, str]] = field(default_factory=set)
    _more: int = 0

    def take(self, what: str, count: int = 1) -> None:
        self.counted[what] += count

    def keep(self, what: str) -> None:
        if what not in self.kept and len(self.kept) < MOST:
            self.kept.append(short(what))

    def leave(self, what: str, where: str, why: str) -> None:
        """Once for each thing and place, and not without end."""
        seen = (short(what), short(where))
        if seen in self._told:
            return
        if len(self.not_taken) >= MOST:
            self._more += 1
            return
        self._told.add(seen)
        self.not_taken.append(NotTaken(*seen, short(why, 300)))

    def report(self) -> ImportReport:
        taken = tuple(
            f"{count} {what}" for what, count in self.counted.items() if count
        )
        left = list(self.not_taken)
        if self._more:
            left.append(NotTaken(f"{self._more} more", "", "The list is cut here."))
        return ImportReport(taken, tuple(self.kept), tuple(left))


@dataclass(frozen=True, slots=True)
class ImportReport:
    taken: tuple[str, ...]
    kept: tuple[str, ...]
    """What has no meaning here and lies in `extensions`, for other programs."""

    not_taken: tuple[NotTaken, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "taken": list(self.taken),
            "kept": list(self.kept),
            "not_taken": [
                {"what": one.what, "where": one.where, "why": one.why}
                for one in self.not_taken
            ],
        }


@dataclass(frozen=True, slots=True)
class Imported:
    form: str
    """``scene``, ``twee``, ``ink``, ``scxml`` or ``xstate``."""

    scene: Scene
    document: bytes
    """Canonical."""

    report: ImportReport
    check: Check
    """What the validator says of it."""


def short(text: str, most: int = 120) -> str:
    """A stranger's words in a report: on one line, printable, not long."""
    line = " ".join(text[: most * 2].split())
    cut = line if len(line) <= most else line[: most - 1] + "…"
    return cut.encode("utf-8", "replace").decode()

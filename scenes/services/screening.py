"""Every piece of a scene is judged once, and remembered while the house's rules stay as
they are: an author who changes a line waits for the screening of that state alone."""

from __future__ import annotations

import hashlib
import json
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from django.conf import settings

from moderation.approvals.facets import surface_of
from moderation.screening import screen_text
from moderation.screening.judge import RULES_VERSION, ScreeningUnavailableError
from moderation.screening.refusals import age_of, message_of
from scenes.approving import KIND, Piece, Story
from scenes.machine.findings import ERROR, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.screening.verdicts import Finding as Doubt
    from moderation.screening.verdicts import Verdict
    from socialapp.accounts.models import User

REMEMBERED = 20_000
"""Verdicts of one process; each takes about half a kilobyte."""

MOST_LOGGED = 20
"""Refused pieces of one attempt to publish; whoever has more will come again."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What screening says of a story."""

    refused: tuple[Finding, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    doubtful: tuple[str, ...] = ()
    """Words of the pieces in doubt."""

    version: str = ""
    left: int = 0
    """Pieces that there was no time for."""

    unavailable: bool = False
    """Nothing could look."""

    stopped: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)
    """Surface, words and what stands beside them, of what is refused."""


def look(story: Story, *, person: User, seconds: float) -> Looked:
    """Judge each piece, as far as there is time: what is remembered takes none.
    Nothing is kept in the log; see `log_refused`."""
    until = time.monotonic() + seconds
    refused: list[Finding] = []
    doubts: list[Doubt] = []
    doubtful: list[str] = []
    stopped: list[tuple[str, str, str]] = []
    version, left = "", 0
    for name, words, beside in story.facet.texts():
        surface = surface_of(name)
        try:
            verdict = _judged(words, surface, beside, person, until)
        except ScreeningUnavailableError:
            return Looked(tuple(refused), unavailable=True, stopped=tuple(stopped))
        if verdict is None:
            left += 1
            continue
        version = verdict.version
        if verdict.stops:
            refused += _refusals(story, name, words, verdict)
            stopped.append((surface, words, beside))
        elif verdict.action == "review":
            doubts += verdict.deciding
            doubtful.append(words)
    return Looked(
        tuple(_once(refused)),
        tuple(doubts),
        tuple(doubtful),
        version,
        left,
        stopped=tuple(stopped),
    )


def log_refused(looked: Looked, *, person: User, key: str) -> list[int]:
    """Keep what was refused, as the log keeps it of every text; the rows' ids."""
    logged = [
        screen_text(
            words,
            surface=surface,
            age=age_of(person),
            person=person,
            subject=f"{KIND}:{key}",
            beside=beside,
        )
        for surface, words, beside in looked.stopped[:MOST_LOGGED]
    ]
    return [one.screening for one in logged if one.screening is not None]


def forget() -> None:
    """For tests that change what screening says."""
    _memory.clear()


def _refusals(
    story: Story, name: str, words: str, verdict: Verdict
) -> Iterator[Finding]:
    piece = story.pieces.get(name)
    message = message_of(verdict, words)
    for found in verdict.deciding:
        pointer, state = _place(piece, name, found.start)
        yield Finding(ERROR, "refused-text", message, pointer, state)


def _place(piece: Piece | None, name: str, start: int | None) -> tuple[str, str]:
    if piece is None:
        return ("/title" if name == "title" else "", "")
    found = piece.at(start)
    return found.pointer, found.state


def _once(findings: list[Finding]) -> Iterator[Finding]:
    seen = set()
    for found in findings:
        if found.pointer not in seen:
            seen.add(found.pointer)
            yield found


# Memory -----------------------------------------------------------------------


class _Memory:
    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Verdict] = OrderedDict()
        self._lock = Lock()

    def get(self, key: bytes) -> Verdict | None:
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
            return found

    def put(self, key: bytes, verdict: Verdict) -> None:
        with self._lock:
            self._known[key] = verdict
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._known.clear()


_memory = _Memory()


def _judged(
    words: str, surface: str, beside: str, person: User, until: float
) -> Verdict | None:
    """None: it is not remembered, and there is no time left."""
    age = age_of(person)
    key = _key(words, surface, beside, age)
    known = _memory.get(key)
    late = time.monotonic() > until
    # What stops may have been let through by a person since.
    if late or (known is not None and not known.stops):
        return known
    verdict = screen_text(
        words, surface=surface, age=age, person=person, beside=beside, log=False
    )
    # What was found and goes on all the same was let through for its author alone.
    if verdict.action != "allow" or not verdict.findings:
        _memory.put(key, verdict)
    return verdict


def _key(words: str, surface: str, beside: str, age: int | None) -> bytes:
    parts = [words, surface, beside, age, RULES_VERSION, settings.SCREENING]
    text = json.dumps(parts, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

"""Notes of engines without what was said or whose name it was.

Notes are written by engines and by errors, some of which quote what they stumbled over.
A trace is shown to staff, printed and sent along with questions, so nothing that a
person wrote goes into it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avatarfx.models import Clip

LEFT_OUT = "…"

RUN = 3
"""Words in a row that are the script's too; fewer are words like any others."""

QUOTED = re.compile(r"“[^”]*”|‘[^’]*’|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")

LONGEST = 300
"""Characters of one note."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What may not be told of one clip."""

    runs: frozenset[tuple[str, ...]]
    """Every `RUN` words in a row of what its owner wrote, in lower case."""

    names: tuple[str, ...]
    """Of characters and people, the longest first."""


def secrets_of(clip: Clip) -> Secrets:
    written = [clip.script, clip.title, clip.caption]
    names = set(clip.actors.values_list("character__name", flat=True))
    names |= {clip.character.name, clip.owner.username, clip.owner.display_name}
    if clip.original is not None:
        names |= {clip.original.owner.username, clip.original.owner.display_name}
        written.append(clip.original.script)
    return Secrets(
        frozenset(run for text in written for run in _runs(text)),
        tuple(sorted((n for n in names if n), key=len, reverse=True)),
    )


def plain(note: str, secrets: Secrets) -> str:
    """The note with quotations, names and runs of the script left out."""
    told = QUOTED.sub(LEFT_OUT, note)
    for name in secrets.names:
        told = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", LEFT_OUT, told, flags=re.I)
    return _without_runs(told, secrets.runs)[:LONGEST]


def _runs(text: str) -> Iterable[tuple[str, ...]]:
    words = [word.lower() for word in re.findall(r"\w+", text)]
    if 0 < len(words) < RUN:
        # A script of a word or two is a run of its own.
        yield tuple(words)
    yield from zip(*(words[n:] for n in range(RUN)), strict=False)


def _without_runs(note: str, runs: frozenset[tuple[str, ...]]) -> str:
    words = list(re.finditer(r"\w+", note))
    said = [word[0].lower() for word in words]
    spans: list[tuple[int, int]] = []
    for size in sorted({len(run) for run in runs}):
        spans += [
            (words[n].start(), words[n + size - 1].end())
            for n in range(len(words) - size + 1)
            if tuple(said[n : n + size]) in runs
        ]
    told, at = "", 0
    for start, end in sorted(spans):
        if start > at or (start == at == 0):
            told += note[at:start] + LEFT_OUT
        at = max(at, end)
    return told + note[at:]

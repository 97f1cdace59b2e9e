"""Reads the launch content. Plain values; what they mean is up to the callers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parent
POSTS = FOLDER / "posts"


@dataclass(frozen=True, slots=True)
class StarterPost:
    """A clip of the starter cast, and how it is announced."""

    id: str
    character: str
    """Id of the cast member."""

    title: str
    script: str
    caption: str
    shape: str
    background: str
    seed: int

    @property
    def folder(self) -> Path:
        """Where its rendered files lie, if they ship."""
        return POSTS / self.id


def cast_ids() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (FOLDER / "cast").glob("*.json")))


def cast_member(name: str) -> dict[str, Any]:
    """The cast file; KeyError when there is none."""
    if name not in cast_ids():
        raise KeyError(name)
    member: dict[str, Any] = _read(FOLDER / "cast" / f"{name}.json")
    return member


@cache
def cues() -> dict[str, tuple[str, ...]]:
    """Common sentences by kind of cue, for the whole cast."""
    data = _read(FOLDER / "cues.json")
    return {kind: tuple(texts) for kind, texts in data["cues"].items()}


def duet_ids() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (FOLDER / "duets").glob("*.json")))


def duet(name: str) -> dict[str, Any]:
    """The outline for two; KeyError when there is none."""
    if name not in duet_ids():
        raise KeyError(name)
    outline: dict[str, Any] = _read(FOLDER / "duets" / f"{name}.json")
    return outline


@cache
def spoken_lines() -> tuple[str, ...]:
    """All that the house wrote for its cast to say, in talks, duets and scenes; without
    lines that are filled in."""
    folders = ("cast", "duets", "scenes")
    files = (
        path for name in folders for path in sorted((FOLDER / name).glob("*.json"))
    )
    lines = dict.fromkeys(line for path in files for line in _lines_in(_read(path)))
    return tuple(line for line in lines if "{" not in line)


def drawing(name: str) -> tuple[str, dict[str, Any]]:
    """The portrait of a cast member and its table; KeyError when there is none."""
    if name not in cast_ids():
        raise KeyError(name)
    svg = (FOLDER / "art" / f"{name}.svg").read_text(encoding="utf-8")
    return svg, _read(FOLDER / "art" / f"{name}.rig.json")


def starter_posts() -> tuple[StarterPost, ...]:
    """In the order in which they were published, oldest first."""
    data = _read(POSTS / "posts.json")
    return tuple(StarterPost(**post) for post in data["posts"])


SPOKEN = frozenset({
    "alternate_greetings", "character", "fallbacks", "greeting", "group_only_greetings",
    "lines", "script", "text",
})  # fmt: skip
"""Keys in the files under which somebody says something."""


def _lines_in(data: Any, *, said: bool = False) -> Iterator[str]:
    if isinstance(data, str):
        if said:
            yield data
    elif isinstance(data, list):
        for one in data:
            yield from _lines_in(one, said=said)
    elif isinstance(data, dict):
        for key, one in data.items():
            yield from _lines_in(one, said=key in SPOKEN)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))

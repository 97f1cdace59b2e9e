"""What a scene says, as something that is screened piece by piece and approved as a
whole.

A piece is what one state says in one language, so that its lines are judged together
and a moderator reads them in their order. What is approved is the version: its hash is
that of the document, byte for byte, and of the author's note.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from moderation.approvals.facets import Facet
from scenes.machine import read_scene, texts, write_scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenes.machine.model import Scene
    from scenes.machine.texts import Found
    from scenes.models import SceneVersion

KIND = "scene"
FACET = "story"

PIECE = 9_000
"""Characters that are judged at once, well under what screening takes; a state that says
more is more than one piece."""

_APART = "\n"


class StoryFacet(Facet):
    """Its hash covers the document through its digest, so that a version can be held
    to its approval without being read."""

    def canonical(self) -> bytes:
        body = [FACET, self.says["document"]["sha256"], self.says["caption"]]
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Piece:
    name: str
    """``scene.cellar``, ``scene.cellar.de``, ``scene.cellar.2``; ``scene`` and
    ``scene.1``: what belongs to no state."""

    texts: tuple[Found, ...]

    @property
    def words(self) -> str:
        return _APART.join(found.text for found in self.texts)

    def at(self, place: int | None) -> Found:
        """The text in which this character of `words` is; None: the first one that is
        shown to players."""
        if place is None:
            return next((one for one in self.texts if one.shown), self.texts[0])
        for found in self.texts:
            if place <= len(found.text):
                return found
            place -= len(found.text) + len(_APART)
        return self.texts[-1]


@dataclass(frozen=True)
class Story:
    """All words of one document."""

    scene: Scene
    note: str = ""
    written: str = ""
    """Its canonical text, when that is there already."""

    @classmethod
    def of(cls, version: SceneVersion) -> Story:
        """SceneError when its document was spoilt."""
        return cls(read_scene(version.document), version.note, version.document)

    @cached_property
    def document(self) -> str:
        """The canonical text."""
        return self.written or write_scene(self.scene).decode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hex, as in `SceneVersion.digest`."""
        return digest_of(self.document)

    @cached_property
    def pieces(self) -> dict[str, Piece]:
        return {piece.name: piece for piece in _pieces(self.scene)}

    @cached_property
    def characters(self) -> int:
        return sum(len(found.text) for found in texts(self.scene))

    @cached_property
    def facet(self) -> StoryFacet:
        says = {"title": self.scene.title.main, "caption": self.note}
        says |= {name: piece.words for name, piece in self.pieces.items()}
        surfaces = tuple(name for name, words in says.items() if words)
        return StoryFacet(FACET, {**_named(self.digest), **says}, surfaces)


def digest_of(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


def facet_of(version: SceneVersion) -> StoryFacet:
    """As the row is now, without its words: enough to compare."""
    says = {**_named(digest_of(version.document)), "caption": version.note}
    return StoryFacet(FACET, says)


def _named(digest: str) -> dict[str, Any]:
    # Not a text: nobody judges a hash, nor anything beside it.
    return {"document": {"sha256": digest}}


def _pieces(scene: Scene) -> Iterator[Piece]:
    groups: dict[str, list[Found]] = {}
    for found in texts(scene):
        name = KIND if not found.state else f"{KIND}.{found.state}"
        if found.language not in {"", scene.languages[0]} and found.state:
            name += f".{found.language}"
        groups.setdefault(name, []).extend(_short(found))
    for name, members in groups.items():
        part: list[Found] = []
        size = number = 0
        for found in members:
            if part and size + len(found.text) > PIECE:
                yield Piece(f"{name}.{number}" if number else name, tuple(part))
                part, size, number = [], 0, number + 1
            part.append(found)
            size += len(found.text) + len(_APART)
        yield Piece(f"{name}.{number}" if number else name, tuple(part))


def _short(found: Found) -> Iterator[Found]:
    """A text of any length, such as one of an extension, in overlapping parts."""
    if len(found.text) <= PIECE:
        yield found
        return
    step = PIECE - 200
    for start in range(0, len(found.text), step):
        yield type(found)(
            found.text[start : start + PIECE],
            found.pointer,
            found.state,
            found.shown,
            found.language,
        )

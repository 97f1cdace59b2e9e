"""What a folder of weights must hold, as an engine declares it, and what one holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Kind = Literal["whole", "missing", "broken", "unsafe", "other"]
"""Of a folder: usable; not there; half copied or damaged; with files that could run code;
of another model or another version."""

KINDS = ("safetensors", "torch", "json", "onnx", "other")


class FolderError(Exception):
    """A file of a folder of weights is not what it should be; `kind` says in which way."""

    def __init__(self, message: str, kind: Kind = "broken") -> None:
        super().__init__(message)
        self.kind: Kind = kind


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a folder of weights, or the shards of one."""

    path: str
    """Relative to the folder; may be a glob for shards."""

    kind: str
    """``safetensors``, ``torch`` (read as ``weights_only`` does), ``json``, ``onnx`` or
    ``other``."""

    needs: Mapping[str, Any] = field(default_factory=dict)
    """Of JSON: keys (with dots into what is nested) and values; None: any; a tuple in
    the place of a word or number: one of these. Of tensors: names and shapes; None in
    the place of a length or of a shape: any."""

    optional: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.path}: {self.kind!r} is none of {KINDS}")


@dataclass(frozen=True, slots=True)
class Layout:
    """What one engine needs, declared beside it as ``LAYOUT``; needs no torch."""

    name: str
    """Of the engine and of the folder: ``musetalk``."""

    files: tuple[Piece, ...]
    licence: str
    commercial: bool
    """Whether the licence lets one earn money with what is made."""

    source: str
    """Where an operator gets them: ``org/name`` of a hub, or an address."""

    unlocks: str
    """What a user gets, a sentence."""

    licence_setting: str = ""
    """Must say that the licence is accepted, when it is not a commercial one."""


@dataclass(frozen=True, slots=True)
class State:
    """What lies in a folder."""

    problem: str | None
    """None: it can be loaded; else why not, and the way out."""

    files: tuple[Path, ...] = ()
    """Those of the layout that are there."""

    bytes: int = 0
    """Of these files together."""

    folder: Path | None = None
    """Where they lie; None: there is no such folder."""

    kind: Kind = "whole"

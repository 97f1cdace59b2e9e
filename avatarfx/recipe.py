"""Everything needed to make a clip again; what a remix copies."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from socialapp.engines.protocols import VoiceSpec
from socialapp.performance import codec

VERSION = 1


@dataclass(frozen=True, slots=True)
class Role:
    """One actor of the cast."""

    seat: str
    character: str
    """Public key of the character."""

    portrait: str
    """Public key of the portrait: later changes to the character do not reach in."""

    voice: VoiceSpec = field(default_factory=VoiceSpec)
    motion: str = "subtle"
    name: str = field(default="", metadata=codec.SPARSE)
    """What the script calls whoever speaks, where several do: a later name does not
    reach in either."""


@dataclass(frozen=True, slots=True)
class Recipe:
    script: str
    cast: tuple[Role, ...]
    shape: str = "9:16"
    background: str = ""
    seed: int = 0
    source: str = ""
    """What it was made of: ``stream:<key>``, ``scene:<key>`` or, with the key of a clip,
    ``remix:<key>``; empty: it was written."""

    remix: str = ""
    """How, of a remix: one of ``avatarfx.remixes.RemixKind``."""

    bed: str = field(default="", metadata=codec.SPARSE)
    """Name of the music under it, ``avatarfx.beds``; empty: there is none."""

    camera: str = field(default="", metadata=codec.SPARSE)
    """One of ``socialapp.acting.CAMERAS``; empty: the first of them."""

    recording: str = field(default="", metadata=codec.SPARSE)
    """Key of what its owner spoke themselves; empty: a voice speaks."""

    taken_over: str = ""
    """Seat of a talk whose lines another character says in a ``revoice`` of it."""

    quality: str = field(default="", metadata=codec.SPARSE)
    """``best`` or ``fast``, where neural rungs are set up; empty: as the line allows."""

    needs: tuple[str, ...] = ()
    """Animators that it must not be made without; a worker that lacks one is not given
    the clip."""

    def to_json(self) -> dict[str, Any]:
        return {"format": "recipe", "version": VERSION, **codec.dump(self)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Recipe:
        if (data.get("format"), data.get("version")) != ("recipe", VERSION):
            raise codec.FormatError(f"Not a recipe of version {VERSION}")
        body = {k: v for k, v in data.items() if k not in {"format", "version"}}
        return codec.load(cls, body)

    def fingerprint(self) -> str:
        body = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(body.encode()).hexdigest()

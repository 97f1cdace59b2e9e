"""What a take is made of, and the name that follows from it. No rows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from socialapp.engines.ladders import live_names
from socialapp.engines.protocols import VoiceSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1
"""Raised when the same words would be acted in another way: all is made anew then."""


@dataclass(frozen=True, slots=True)
class TakeRecipe:
    words: str
    """Exactly as told, names and values filled in."""

    voice: VoiceSpec
    motion: str = "subtle"
    emotion: str = "calm"

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "voices": live_names(),
            "voice": asdict(self.voice),
            "motion": self.motion,
            "emotion": self.emotion,
            "words": self.words,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TakeRecipe:
        return cls(
            data["words"], VoiceSpec(**data["voice"]), data["motion"], data["emotion"]
        )

    @property
    def digest(self) -> str:
        """64 hex digits. The same for whoever has this voice, in any scene."""
        return digest_of(self.to_json())


def digest_of(data: Mapping[str, Any]) -> str:
    """SHA-256 of canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def seed_of(digest: str) -> int:
    """Chance that hangs on what is said: the same words move the same way again."""
    return int(digest[:7], 16)

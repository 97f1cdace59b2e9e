"""What the clips of a crowd show and say, and the hashes under which that is approved."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from avatarfx.approving import script_of, voice_of
from avatarfx.recipe import Recipe, Role
from feed import approving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avatarfx.models import Clip
    from socialapp.characters.models import Character

HERE = "\ue000here\ue001"
"""Stands in a canonical text where something else is put in."""


@dataclass(frozen=True, slots=True)
class Film:
    """A starter's rendered clip, whose files all clips of its character share."""

    clip: Clip
    character: Character

    def recipe(self, key: str) -> str:
        """As JSON, with the character of that key."""
        return json.dumps(self._recipe(key), ensure_ascii=False)

    def facets(self, key: str) -> tuple[str, str]:
        """SHA-256 of what is said and of who says it."""
        return (
            script_of(
                script=self.clip.script, title=self.clip.title, caption=""
            ).sha256,
            voice_of(self._recipe(key), {"a": self._picture}).sha256,
        )

    def _recipe(self, key: str) -> dict[str, Any]:
        portrait = self.character.portrait
        role = Role(
            seat="a",
            character=key,
            portrait=portrait.key if portrait else "",
            voice=self.character.voice_spec,
            motion=self.character.motion,
        )
        recipe = Recipe(script=self.clip.script, cast=(role,), shape=self.clip.shape)
        return recipe.to_json()

    @property
    def _picture(self) -> str:
        return self.character.portrait.ref if self.character.portrait else ""


def hashed(captions: Sequence[str]) -> list[str]:
    """Each as ``approving.caption_of(...).sha256``, without an object for it."""
    before, after = approving.caption_of(HERE).canonical().split(HERE.encode())
    said = (json.dumps(one, ensure_ascii=False)[1:-1].encode() for one in captions)
    return [hashlib.sha256(before + one + after).hexdigest() for one in said]

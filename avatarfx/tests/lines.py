"""Clips that wait, as rows: as many as a test needs, in no time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avatarfx.line import turns
from avatarfx.models import Clip
from avatarfx.recipe import Recipe, Role
from avatarfx.services import leases
from avatarfx.services.leases import Lease
from socialapp.engines.protocols import VoiceSpec

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

LINE = "Good evening to the lamp."


def queue_up(
    owner: User, character: Character, count: int = 1, **fields: Any
) -> list[Clip]:
    recipe = Recipe(LINE, (Role("a", character.key, "", VoiceSpec()),)).to_json()
    clips = [
        Clip(
            owner=owner,
            character=character,
            script=LINE,
            recipe=recipe,
            **{"lasts": 2.0} | fields,
        )
        for _ in range(count)
    ]
    for clip in clips:
        clip.save(force_insert=True)
        turns.enter(clip)
    return clips


def claimed(count: int = 1, **asked: Any) -> list[int]:
    """The numbers of the next clips, claimed one after the other."""
    found = []
    for _ in range(count):
        clip = leases.claim(**{"worker": "far:1"} | asked)
        if clip is not None:
            found.append(clip.pk)
    return found


def lease_of(clip: Clip) -> Lease:
    clip.refresh_from_db()
    return Lease(clip.pk, clip.fence)

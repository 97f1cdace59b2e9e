"""What a player is told of a clip of their play, each time once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avatarfx.services.telling import tell_failed, tell_ready
from scenes.models import SceneCut

if TYPE_CHECKING:
    from avatarfx.models import Clip


def clip_ready(clip: Clip) -> None:
    if SceneCut.objects.filter(clip=clip).exists():
        posted = " We post it for you." if clip.publish else ""
        tell_ready(clip, words=f" of what you played.{posted}")


def clip_failed(clip: Clip) -> None:
    if SceneCut.objects.filter(clip=clip).exists():
        tell_failed(clip)

"""What a player is told of a clip of their play, each time once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.models import SceneCut
from socialapp.notices import services as notices
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from avatarfx.models import Clip


def clip_ready(clip: Clip) -> None:
    if not _is_cut(clip):
        return
    _again(clip)
    posted = " We post it for you." if clip.publish else ""
    notices.notify(
        people=[clip.owner],
        kind=Notice.Kind.CLIP_READY,
        about=f"clip:{clip.key}",
        lead=f"“{clip.name}” is ready.",
        words=f"{clip.seconds or 0:.0f} seconds of what you played.{posted}",
        url=clip.get_absolute_url(),
        action="Watch",
    )


def clip_failed(clip: Clip) -> None:
    if not _is_cut(clip):
        return
    _again(clip)
    notices.notify(
        people=[clip.owner],
        kind=Notice.Kind.CLIP_FAILED,
        about=f"clip:{clip.key}",
        lead=f"“{clip.name}” could not be made.",
        words=clip.error,
        url=clip.get_absolute_url(),
        action="Try again",
    )


def _is_cut(clip: Clip) -> bool:
    return SceneCut.objects.filter(clip=clip).exists()


def _again(clip: Clip) -> None:
    """One that failed and was tried again is told of anew, in place of the old news."""
    kinds = (Notice.Kind.CLIP_READY, Notice.Kind.CLIP_FAILED)
    notices.forget(about=f"clip:{clip.key}", kinds=kinds)

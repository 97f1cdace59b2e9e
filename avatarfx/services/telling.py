"""What the owner of a clip is told of it, in their notices. Whoever had it made may say
it in their own words afterwards, which take the place of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.notices import services as notices
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from avatarfx.models import Clip


def tell_ready(clip: Clip, *, words: str) -> None:
    """`words`: what it is, after how long it runs: ``, cut from a show.``"""
    _again(clip)
    notices.notify(
        people=[clip.owner],
        kind=Notice.Kind.CLIP_READY,
        about=f"clip:{clip.key}",
        lead=f"“{clip.name}” is ready.",
        words=f"{clip.seconds or 0:.0f} seconds{words}",
        url=clip.get_absolute_url(),
        action="Watch",
    )


def tell_failed(clip: Clip) -> None:
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


def tell_again(clip: Clip, *, words: str) -> None:
    """Its new take is over."""
    _again(clip)
    notices.notify(
        people=[clip.owner],
        kind=Notice.Kind.CLIP_READY,
        about=f"clip:{clip.key}",
        lead=f"“{clip.name}” was made again.",
        words=words,
        url=clip.get_absolute_url(),
        action="Watch",
    )


def note_seen(clip: Clip) -> None:
    """Its owner looks at it: that it is ready is no news any more."""
    notices.mark_seen(person=clip.owner, about=f"clip:{clip.key}")


def _again(clip: Clip) -> None:
    """One that failed and was tried again is told of anew, in place of the old news."""
    kinds = (Notice.Kind.CLIP_READY, Notice.Kind.CLIP_FAILED)
    notices.forget(about=f"clip:{clip.key}", kinds=kinds)

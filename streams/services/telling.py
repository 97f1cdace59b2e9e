"""What people are told of streams, each time once however often it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.accounts.models import User
from socialapp.notices import services as notices
from socialapp.notices.models import Notice
from streams.models import StreamCut, StreamReminder

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from avatarfx.models import Clip
    from streams.models import Stream


def started(stream: Stream) -> int:
    """To those who asked for it and may still watch; how many."""
    people = _waiting(stream)
    if stream.visibility == stream.Visibility.PRIVATE:
        people = people.none()
    return notices.notify(
        people=people,
        kind=Notice.Kind.STREAM_STARTED,
        about=f"stream:{stream.key}",
        lead=f"“{stream.title}” has begun.",
        words=f"@{stream.host.username} is on air with {_cast(stream)}.",
        url=stream.get_absolute_url(),
        action="Watch",
    )


def cancelled(stream: Stream, *, forgotten: bool = False) -> None:
    """To those who asked to be reminded; `forgotten`: to its host as well."""
    about = f"stream:{stream.key}"
    notices.notify(
        people=_waiting(stream),
        kind=Notice.Kind.STREAM_CANCELLED,
        about=about,
        lead=f"“{stream.title}” will not take place.",
        words=f"@{stream.host.username} did not go on air.",
    )
    if forgotten:
        notices.notify(
            people=[stream.host],
            kind=Notice.Kind.STREAM_CANCELLED,
            about=about,
            lead=f"“{stream.title}” is cancelled.",
            words="Its moment passed a day ago and nobody started it. You can plan it"
            " anew.",
        )


def ended(stream: Stream) -> None:
    """To its host: how it went, and what can be made of it."""
    lines = stream.last_line
    most = stream.most_viewers
    watched = f"{most} watched at once" if most else "nobody watched"
    words = f"{lines} line{'' if lines == 1 else 's'}, {watched}."
    if lines:
        words += " The replay is ready: cut a clip out of it."
    notices.notify(
        people=[stream.host],
        kind=Notice.Kind.STREAM_ENDED,
        about=f"stream:{stream.key}",
        lead=f"“{stream.title}” is over.",
        words=words,
        url=stream.get_absolute_url(),
        action="Cut a clip" if lines else "Look",
    )


def forget(stream: Stream) -> None:
    """It is gone, and nobody has news of it any more."""
    notices.forget(about=f"stream:{stream.key}")


def clip_ready(clip: Clip) -> None:
    """To whoever cut it out of a show."""
    if not _is_cut(clip):
        return
    _again(clip)
    notices.notify(
        people=[clip.owner],
        kind=Notice.Kind.CLIP_READY,
        about=f"clip:{clip.key}",
        lead=f"“{clip.name}” is ready.",
        words=f"{clip.seconds or 0:.0f} seconds, cut from a show.",
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
    return StreamCut.objects.filter(clip=clip).exists()


def _again(clip: Clip) -> None:
    """One that failed and was tried again is told of anew, in place of the old news."""
    kinds = (Notice.Kind.CLIP_READY, Notice.Kind.CLIP_FAILED)
    notices.forget(about=f"clip:{clip.key}", kinds=kinds)


def _waiting(stream: Stream) -> QuerySet[User]:
    asked = StreamReminder.objects.filter(stream=stream)
    return User.objects.filter(stream_reminders__in=asked)


def _cast(stream: Stream) -> str:
    names = [seat.character.name for seat in stream.seats.select_related("character")]
    return " and ".join(names)

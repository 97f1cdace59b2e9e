"""What people are told of streams, each time once however often it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avatarfx.services.telling import tell_failed, tell_ready
from socialapp.accounts.circle import not_apart
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
        by=stream.host,
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
        by=stream.host,
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
    if StreamCut.objects.filter(clip=clip).exists():
        tell_ready(clip, words=", cut from a show.")


def clip_failed(clip: Clip) -> None:
    if StreamCut.objects.filter(clip=clip).exists():
        tell_failed(clip)


def _waiting(stream: Stream) -> QuerySet[User]:
    asked = StreamReminder.objects.filter(stream=stream)
    people = User.objects.filter(stream_reminders__in=asked)
    return people.filter(not_apart(stream.host, "pk"))


def _cast(stream: Stream) -> str:
    names = [seat.character.name for seat in stream.seats.select_related("character")]
    return " and ".join(names)

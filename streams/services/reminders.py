"""Who is told when a planned stream begins, and what never began."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Now

from streams.errors import StreamError
from streams.models import Stream, StreamReminder
from streams.services import staging, telling

if TYPE_CHECKING:
    from socialapp.accounts.models import User

NEVER_BEGAN = timedelta(days=1)
"""After the planned moment; a plan without one is kept until its host cancels it."""


def remind(*, stream: Stream, person: User) -> bool:
    """Tell this person when it begins. False: that was asked already. StreamError once
    it has begun, and for its host."""
    if stream.state != Stream.State.SCHEDULED:
        words = "It is over." if stream.state == Stream.State.ENDED else "It is on now."
        raise StreamError(words, code="not-now")
    if stream.host_id == person.pk:
        raise StreamError("It is yours: it begins when you start it.", code="yours")
    _, made = StreamReminder.objects.get_or_create(stream=stream, person=person)
    return made


def forget_reminder(*, stream: Stream, person: User) -> bool:
    """False: nothing was asked for."""
    gone, _ = StreamReminder.objects.filter(stream=stream, person=person).delete()
    return bool(gone)


def cancel_forgotten() -> int:
    """End the streams whose moment passed a day ago without them."""
    late = Stream.objects.filter(
        Q(scheduled_for__lt=Now() - NEVER_BEGAN),
        state=Stream.State.SCHEDULED,
        removed__isnull=True,
    )
    ended = 0
    for stream in late:
        if staging.end_stream(stream=stream, reason="idle"):
            telling.cancelled(stream, forgotten=True)
            ended += 1
    return ended

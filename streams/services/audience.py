"""What those who watch write, give and vote, and how many they are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from moderation.abuse import services as abuse
from moderation.models import Standing
from moderation.screening.refusals import check_text
from socialapp.accounts.models import Block, User
from socialapp.lib.text import TextError, clean_line
from streams import selectors
from streams.errors import StreamError
from streams.models import (
    ChatMessage,
    Presence,
    ReactionCount,
    Stream,
    StreamTicket,
    Topic,
    TopicVote,
)
from streams.protocol.events import MessageRemoved, Reactions
from streams.protocol.requests import MAX_TEXT
from streams.services import log, news
from streams.services.log import Entry
from streams.services.reminders import cancel_forgotten
from streams.services.staging import count_peak, end_stream

if TYPE_CHECKING:
    from collections.abc import Mapping

SURFACE = "audience"
"""Of ``settings.ABUSE``. Screening reads it as a chat: a low score of danger is reason
enough to show help."""


def say(*, stream: Stream, person: User, text: str, address: str = "") -> ChatMessage:
    """Screen a message and give it to everybody who watches.

    StreamError when this person may not write here now, AbuseError for too much or too
    fast, TextRefusedError and ScreeningUnavailableError as screening says.
    """
    try:
        text = clean_line(text, max_length=MAX_TEXT)
    except TextError as error:
        raise StreamError(str(error), code="text-odd") from None
    _may_write(stream, person)
    # Outside of any transaction, so that the log keeps what is refused.
    check_text(text, surface="chat", person=person, subject=f"stream:{stream.key}")
    with transaction.atomic():
        abuse.allow(
            person=person,
            text=text,
            surface=SURFACE,
            place=f"stream:{stream.key}",
            address=address,
            slow=0 if person.pk == stream.host_id else stream.slow_seconds,
        )
        message = ChatMessage.objects.create(stream=stream, person=person, text=text)
        news.tell(stream.pk, [selectors.message_event(message)])
    return message


def _may_write(stream: Stream, person: User) -> None:
    """StreamError names why not."""
    if person.is_minor:
        raise StreamError(
            "The audience's chat is for adults. Reactions and votes are open to you.",
            code="adults",
        )
    fresh = Stream.objects.get(pk=stream.pk)
    stream.slow_seconds = fresh.slow_seconds
    if not fresh.on_air:
        raise StreamError("Nobody is on stage now.", code="not-live")
    if not fresh.chat_open and person.pk != fresh.host_id:
        raise StreamError("The host has closed the chat.", code="closed")
    _may_act(fresh, person)


def _may_act(stream: Stream, person: User) -> None:
    """Sessions and tickets outlive what happens to an account; this looks."""
    standing = Standing.objects.filter(user=person).first()
    resting = standing is not None and standing.resting_at(timezone.now())
    active = User.objects.filter(pk=person.pk, is_active=True, leaves__isnull=True)
    if resting or not active.exists():
        raise StreamError("Your account rests and may change nothing.", code="rests")
    if Block.objects.between(person.pk, stream.host_id).exists():
        raise StreamError("This show is not open to you.", code="closed")


@transaction.atomic
def remove_message(*, message: ChatMessage, level: str) -> None:
    """For moderation: it leaves every page that shows it. May be called twice."""
    told = message.withheld != ""
    ChatMessage.objects.filter(pk=message.pk).update(withheld=level)
    message.withheld = level
    row, now = log.locked(message.stream_id)
    if row.on_air and not told:
        log.append(row, now, Entry(MessageRemoved, {"message": message.key}))


@transaction.atomic
def restore_message(*, message: ChatMessage) -> None:
    """Back on the pages that show it."""
    ChatMessage.objects.filter(pk=message.pk).update(withheld="")
    message.withheld = ""
    news.tell(message.stream_id, [selectors.message_event(message)])


@transaction.atomic
def count_reactions(*, stream_id: int, given: Mapping[str, int]) -> dict[str, int]:
    """Add what was given since the last call and tell the totals."""
    for reaction, count in given.items():
        ReactionCount.objects.get_or_create(stream_id=stream_id, reaction=reaction)
        ReactionCount.objects.filter(stream_id=stream_id, reaction=reaction).update(
            count=F("count") + count
        )
    totals = selectors.reactions_of(stream_id)
    news.tell(stream_id, [Reactions(totals)])
    return totals


@transaction.atomic
def vote(*, stream: Stream, person: User, topic: int) -> None:
    """One vote a person; a second one replaces it. StreamError for a topic that is not
    offered."""
    _may_act(stream, person)
    wanted = Topic.objects.filter(
        stream=stream, number=topic, chosen__isnull=True
    ).first()
    if wanted is None or not Stream.objects.filter(pk=stream.pk).on_air().exists():
        raise StreamError(
            "That topic is not offered now. Choose one of the list.", code="no-topic"
        )
    TopicVote.objects.update_or_create(
        stream=stream, person=person, defaults={"topic": wanted}
    )
    news.tell(stream.pk, [selectors.topics_event(stream.pk)])


def note_presence(*, hub: str, counts: Mapping[int, int]) -> dict[int, int]:
    """Renew how many watch through this process, by stream; how many watch in all."""
    for stream_id, viewers in counts.items():
        Presence.objects.update_or_create(
            stream_id=stream_id, hub=hub, defaults={"viewers": viewers, "seen": Now()}
        )
    totals = selectors.viewers_of(list(counts))
    for stream_id, viewers in totals.items():
        count_peak(stream_id=stream_id, viewers=viewers)
    return totals


def sweep(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Stop the shows of people who left or may do nothing now, and delete tickets and
    counts that are over; `manage.py reconcile` calls this."""
    now = timezone.now()
    resting = Q(host__standing__banned=True) | Q(
        host__standing__suspended_until__gt=now
    )
    gone = Q(host__leaves__isnull=False) | Q(host__is_active=False)
    stopped = [
        end_stream(stream=stream, reason="stopped")
        for stream in Stream.objects.on_air().filter(resting | gone)
    ]
    old = now - timedelta(hours=1)
    tickets, _ = StreamTicket.objects.filter(expires__lt=old).delete()
    presences, _ = Presence.objects.filter(seen__lt=old).delete()
    return {
        "streams_stopped": sum(stopped),
        "streams_cancelled": cancel_forgotten(),
        "stream_tickets": tickets,
        "presences": presences,
    }

"""What a host does with a stream: plan, start, pause, end, offer topics."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from socialapp.accounts.models import User
from socialapp.characters.models import Character
from socialapp.content import library
from socialapp.lib import blobs
from streams import selectors
from streams.errors import StreamError
from streams.models import Direction, Stream, StreamEvent, StreamSeat, Topic, TopicVote
from streams.protocol import Close
from streams.protocol.events import (
    END_REASONS,
    SHUT,
    AudioChunk,
    Closing,
    StreamEnded,
    StreamPaused,
    StreamResumed,
    StreamStarted,
    TopicChosen,
)
from streams.services import checks, log, news, telling
from streams.services.directing import require_minutes
from streams.services.log import Entry
from streams.signals import stream_ended, stream_started

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.dispatch import Signal

logger = logging.getLogger(__name__)

CANCELLED = "cancelled"
"""The end of a stream that never began."""

LIVE_FIELDS = frozenset({"title", "visibility", "chat_open", "slow_seconds"})
"""What may change while people watch."""


def create_stream(
    *,
    host: User,
    title: str,
    cast: Sequence[Character] = (),
    topics: Sequence[str] = (),
    **fields: Any,
) -> Stream:
    """Plan a stream of one to three characters; `fields` as in checks.FIELDS. A `duet` has its
    own two, seat by seat: `cast` may be left empty for it.

    StreamError says what cannot be so; TextRefusedError and ScreeningUnavailableError
    are about what is written.
    """
    checked = checks.checked_fields({"title": title, **fields})
    offered = checks.topics_of(topics)
    if checked.get("duet"):
        cast = duet_cast(checked["duet"], cast)
    portraits = checks.portraits_of(host, cast)
    # Outside of the transaction, so that the log keeps what is refused.
    checks.screen_plan(host, checked["title"], offered)
    with transaction.atomic():
        # Plans of one person go one by one, for they are counted.
        User.objects.select_for_update().get(pk=host.pk)
        open_now = Stream.objects.filter(host=host, removed__isnull=True).exclude(
            state=Stream.State.ENDED
        )
        most = settings.STREAMS_PER_PERSON
        if open_now.count() >= most:
            raise StreamError(
                f"You have {most} streams planned or on air, and no more fit. End one"
                " to make room.",
                code="too-many",
            )
        stream = Stream.objects.create(host=host, **checked)
        StreamSeat.objects.bulk_create(
            StreamSeat(stream=stream, seat=seat, character=one, portrait_id=portrait)
            for seat, one, portrait in zip(checks.SEATS, cast, portraits, strict=False)
        )
        _offer(stream, offered)
    return stream


def duet_cast(duet: str, cast: Sequence[Character]) -> list[Character]:
    """Those for whom it is written, in the order of their seats: of `cast`, or of the
    starter cast when `cast` is empty. StreamError when they are others."""
    wanted = [
        library.cast_member(name)["name"]
        for _, name in sorted(library.duet(duet)["seats"].items())
    ]
    found = {one.name: one for one in cast} or {
        one.name: one
        for one in Character.objects.filter(starter=True, name__in=wanted, removed=None)
    }
    if sorted(found) != sorted(wanted) or len(cast) not in {0, len(wanted)}:
        raise StreamError(
            f"This duet is written for {' and '.join(wanted)}. Cast them, or leave the"
            " duet out."
        )
    return [found[name] for name in wanted]


def change_stream(*, stream: Stream, **fields: Any) -> Stream:
    """Change the given fields of checks.FIELDS. StreamError as in `create_stream`."""
    if stream.state == Stream.State.ENDED:
        raise StreamError("It is over; nothing of it changes any more.", code="over")
    if "duet" in fields and checks.checked_duet(fields["duet"]):
        duet_cast(fields["duet"], [seat.character for seat in stream.seats.all()])
    if stream.on_air and (late := sorted(set(fields) - LIVE_FIELDS)):
        raise StreamError(
            f"It is on air: {', '.join(late)} cannot change now. End it first.",
            code="on-air",
        )
    checked = checks.checked_fields(fields)
    if checked.get("title", stream.title) != stream.title:
        checks.screen_plan(stream.host, checked["title"], [])
    for name, value in checked.items():
        setattr(stream, name, value)
    stream.save(update_fields=list(checked) or None)
    if checked.get("visibility") == Stream.Visibility.PRIVATE:
        _shut(stream)
    return stream


@transaction.atomic
def start_stream(*, stream: Stream) -> Stream:
    """Go on air: the clock begins. StreamError when it cannot begin now."""
    row, now = log.locked(stream.pk)
    checks.need(row, Stream.State.SCHEDULED, "It has begun already.")
    if row.withheld or row.removed:
        raise StreamError("This stream waits for a moderator.", code="withheld")
    on_air = Stream.objects.on_air()
    if on_air.filter(host_id=row.host_id).exists():
        raise StreamError("You are on air already. End that stream first.", code="busy")
    require_minutes(row)
    most = settings.STREAMS_ON_AIR
    if on_air.count() >= most:
        raise StreamError(
            f"{most} streams are on air, which is all that this house holds. Try again"
            " when one has ended.",
            code="full",
        )
    for seat in row.seats.select_related("character", "portrait__owner"):
        checks.may_be_shown(seat.character)
        if seat.character.portrait_id != seat.portrait_id:
            # What it wears tonight is what the replay shows.
            seat.portrait = seat.character.portrait  # type: ignore[assignment]  # checked
            seat.save(update_fields=["portrait"])
    row.move(Stream.State.LIVE, started=now)
    log.append(row, now, Entry(StreamStarted))
    transaction.on_commit(partial(_announce, row, stream_started))
    return _copied(row, stream)


@transaction.atomic
def pause_stream(*, stream: Stream) -> Stream:
    row, now = log.locked(stream.pk)
    checks.need(row, Stream.State.LIVE, "It is not live.")
    row.move(Stream.State.PAUSED)
    log.append(row, now, Entry(StreamPaused))
    return _copied(row, stream)


@transaction.atomic
def resume_stream(*, stream: Stream) -> Stream:
    row, now = log.locked(stream.pk)
    checks.need(row, Stream.State.PAUSED, "It is not paused.")
    row.move(Stream.State.LIVE)
    log.append(row, now, Entry(StreamResumed))
    return _copied(row, stream)


@transaction.atomic
def end_stream(*, stream: Stream, reason: str = "finished") -> bool:
    """The last event. One that never began is cancelled. False: it was over already.

    `reason`: one of END_REASONS; all but ``finished`` also silence what plays.
    """
    if reason not in END_REASONS:
        raise ValueError(f"No such reason: {reason}")
    row, now = log.locked(stream.pk)
    if row.state == Stream.State.ENDED:
        _copied(row, stream)
        return False
    began = row.started is not None
    told = reason if began else CANCELLED
    row.move(
        Stream.State.ENDED, ended=now, end_reason=told, leased_until=None, director=""
    )
    log.append(row, now, Entry(StreamEnded, {"reason": reason}))
    _copied(row, stream)
    if began:
        transaction.on_commit(partial(_announce, row, stream_ended))
    else:
        telling.cancelled(row)
    return True


def set_delay(*, stream: Stream, seconds: float) -> None:
    """For the house, also on air: from the next line on, there is this much time to
    stop it before it is heard."""
    checked = checks.checked_fields({"delay_seconds": seconds})
    Stream.objects.filter(pk=stream.pk).update(**checked)
    stream.delay_seconds = seconds


def delete_stream(*, stream: Stream) -> None:
    """The row, its log, and those of its sounds that no other stream has."""
    chunks = StreamEvent.objects.filter(kind=AudioChunk.kind)
    refs = set(chunks.filter(stream=stream).values_list("data__ref", flat=True))
    telling.forget(stream)
    stream.delete()
    for ref in refs:
        if not chunks.filter(data__ref=ref).exists():
            blobs.remove(ref)


def remove_stream(*, stream: Stream) -> None:
    """Take it off every list, and off the air."""
    _shut(stream)
    end_stream(stream=stream)
    stream.removed = timezone.now()
    stream.save(update_fields=["removed"])


def set_withheld(*, stream: Stream, level: str) -> None:
    """For moderation: ``hidden``, ``removed`` or empty, which gives back the replay.
    What is on air is stopped."""
    Stream.objects.filter(pk=stream.pk).update(withheld=level)
    stream.withheld = level
    if level:
        _shut(stream)
        end_stream(stream=stream, reason="stopped")


def set_topics(*, stream: Stream, topics: Sequence[str]) -> list[Topic]:
    """Offer these instead of the ones that have not been chosen yet."""
    offered = checks.topics_of(topics)
    checks.screen_plan(stream.host, "", offered)
    with transaction.atomic():
        row, _ = log.locked(stream.pk)
        if row.state == Stream.State.ENDED:
            raise StreamError("It is over.", code="over")
        row.topics.filter(chosen__isnull=True).delete()
        made = _offer(row, offered)
        news.tell(row.pk, [selectors.topics_event(row.pk)])
    return made


@transaction.atomic
def choose_topic(
    *, stream: Stream, topic: int | None = None, fence: int | None = None
) -> Topic | None:
    """Turn to a topic; None: to the one with the most votes, the oldest of equals. All
    votes are spent. None when nothing is offered; StreamError for an unknown number."""
    row, now = log.locked(stream.pk)
    if row.state != Stream.State.LIVE:
        raise StreamError("Only a live stream can go on.", code="not-live")
    offered = row.topics.all()
    if topic is not None:
        chosen = offered.filter(number=topic).first()
        if chosen is None:
            raise StreamError("No such topic. Choose one of those that are offered.")
    else:
        tally = max(
            selectors.tallies(row.pk), key=lambda t: (t.votes, -t.topic), default=None
        )
        if tally is None:
            return None
        chosen = offered.get(number=tally.topic)
    chosen.chosen = now
    chosen.save(update_fields=["chosen"])
    TopicVote.objects.filter(stream=row).delete()
    Direction.objects.update_or_create(
        stream=row, defaults={"topic": chosen.text, "vote_closes": 0.0}
    )
    entry = Entry(TopicChosen, {"topic": chosen.number, "text": chosen.text})
    log.append(row, now, entry, fence=fence)
    news.tell(row.pk, [selectors.topics_event(row.pk)])
    return chosen


def count_peak(*, stream_id: int, viewers: int) -> None:
    """Remember the most that watched at once."""
    Stream.objects.filter(pk=stream_id, most_viewers__lt=viewers).update(
        most_viewers=viewers
    )


# Writes of more than one service ---------------------------------------------


def _offer(stream: Stream, topics: Sequence[str]) -> list[Topic]:
    last = stream.topics.order_by("-number").values_list("number", flat=True).first()
    made = [
        Topic(stream=stream, number=number, text=text)
        for number, text in enumerate(topics, start=(last or 0) + 1)
    ]
    return Topic.objects.bulk_create(made)


def _shut(stream: Stream) -> None:
    """All who watch but the host are sent out."""
    news.tell(stream.pk, [Closing(Close.NO_STREAM, SHUT)])


def _copied(row: Stream, stream: Stream) -> Stream:
    """The caller's copy becomes what was written."""
    for name in ("state", "state_changed", "started", "ended", "end_reason"):
        setattr(stream, name, getattr(row, name))
    stream.last_seq, stream.last_line = row.last_seq, row.last_line
    stream.fence = row.fence
    return stream


def _announce(stream: Stream, news_of: Signal) -> None:
    for receiver, answer in news_of.send_robust(sender=Stream, stream=stream):
        if isinstance(answer, Exception):
            logger.error("%r failed for stream %s", receiver, stream, exc_info=answer)

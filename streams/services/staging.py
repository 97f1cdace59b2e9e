"""What a host does with a stream: plan, start, pause, end, offer topics."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from moderation.screening.refusals import check_text
from socialapp.accounts.models import User
from socialapp.characters.models import Character
from socialapp.characters.services import PictureError, require_approved
from socialapp.content import backgrounds, library
from socialapp.lib import blobs
from socialapp.lib.text import TextError, clean_line
from socialapp.performance.timeline import SHAPES
from streams import selectors
from streams.errors import StreamError
from streams.models import (
    Direction,
    Stream,
    StreamEvent,
    StreamSeat,
    Topic,
    TopicVote,
)
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
from streams.services import log, news, telling
from streams.services.directing import require_minutes
from streams.services.log import Entry
from streams.signals import stream_ended, stream_started

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from django.dispatch import Signal

logger = logging.getLogger(__name__)

SEATS = ("a", "b", "c")
MAX_TITLE = 80
MAX_TOPIC = 120
MAX_TOPICS = 12
MAX_DELAY = 15.0
MAX_SLOW = 600
CANCELLED = "cancelled"
"""The end of a stream that never began."""

FIELDS = frozenset(
    {
        "title", "visibility", "shape", "background", "delay_seconds", "chat_open",
        "slow_seconds", "scheduled_for", "duet",
    }
)  # fmt: skip
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
    """Plan a stream of one to three characters; `fields` as in FIELDS. A `duet` has its
    own two, seat by seat: `cast` may be left empty for it.

    StreamError says what cannot be so; TextRefusedError and ScreeningUnavailableError
    are about what is written.
    """
    checked = _checked({"title": title, **fields})
    offered = _topics(topics)
    if checked.get("duet"):
        cast = duet_cast(checked["duet"], cast)
    portraits = _cast(host, cast)
    # Outside of the transaction, so that the log keeps what is refused.
    _screen(host, checked["title"], offered)
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
            for seat, one, portrait in zip(SEATS, cast, portraits, strict=False)
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
    """Change the given fields of FIELDS. StreamError as in `create_stream`."""
    if stream.state == Stream.State.ENDED:
        raise StreamError("It is over; nothing of it changes any more.", code="over")
    if "duet" in fields and checked_duet(fields["duet"]):
        duet_cast(fields["duet"], [seat.character for seat in stream.seats.all()])
    if stream.on_air and (late := sorted(set(fields) - LIVE_FIELDS)):
        raise StreamError(
            f"It is on air: {', '.join(late)} cannot change now. End it first.",
            code="on-air",
        )
    checked = _checked(fields)
    if checked.get("title", stream.title) != stream.title:
        _screen(stream.host, checked["title"], [])
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
    _need(row, Stream.State.SCHEDULED, "It has begun already.")
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
        _may_be_shown(seat.character)
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
    _need(row, Stream.State.LIVE, "It is not live.")
    row.move(Stream.State.PAUSED)
    log.append(row, now, Entry(StreamPaused))
    return _copied(row, stream)


@transaction.atomic
def resume_stream(*, stream: Stream) -> Stream:
    row, now = log.locked(stream.pk)
    _need(row, Stream.State.PAUSED, "It is not paused.")
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
    checked = _checked({"delay_seconds": seconds})
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
    offered = _topics(topics)
    _screen(stream.host, "", offered)
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


# Checks -----------------------------------------------------------------------


def _need(stream: Stream, state: str, otherwise: str) -> None:
    if stream.state != state:
        words = "It is over." if stream.state == Stream.State.ENDED else otherwise
        raise StreamError(words, code="not-now")


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(fields)
    if odd := sorted(set(fields) - FIELDS):
        raise StreamError(f"A stream has no {', '.join(odd)}.")
    if "title" in checked:
        checked["title"] = _line(checked["title"], MAX_TITLE, "title")
    if checked.get("visibility", "public") not in Stream.Visibility.values:
        raise StreamError(
            "Choose who may watch: everyone, a link, or only you.", field="visibility"
        )
    if checked.get("shape", "16:9") not in SHAPES:
        shapes = ", ".join(SHAPES)
        raise StreamError(f"Use one of these shapes: {shapes}.", field="shape")
    if checked.get("duet"):
        checked_duet(checked["duet"])
    if (scene := checked.get("background")) and scene not in backgrounds.names():
        raise StreamError(
            "That background does not exist. Choose one of the list.",
            field="background",
        )
    if not 0 <= checked.get("delay_seconds", 0) <= MAX_DELAY:
        raise StreamError(f"The delay is 0 to {MAX_DELAY:.0f} seconds.")
    if not 0 <= checked.get("slow_seconds", 0) <= MAX_SLOW:
        raise StreamError(
            f"Slow mode is 0 to {MAX_SLOW} seconds.", field="slow_seconds"
        )
    when: dt.datetime | None = checked.get("scheduled_for")
    if when is not None and when < timezone.now():
        raise StreamError(
            "That moment is over. Choose one that comes.", field="scheduled_for"
        )
    return checked


def checked_duet(name: str) -> str:
    if name and name not in library.duet_ids():
        raise StreamError(
            f"There is no such duet. Choose one of {', '.join(library.duet_ids())}."
        )
    return name


def _line(text: str, longest: int, what: str) -> str:
    try:
        return clean_line(text, max_length=longest)
    except TextError as error:
        field = {"topic": "topics"}.get(what, what)
        raise StreamError(f"The {what} cannot be so. {error}", field=field) from None


def _topics(topics: Sequence[str]) -> list[str]:
    if len(topics) > MAX_TOPICS:
        raise StreamError(f"Offer at most {MAX_TOPICS} topics.", field="topics")
    return list(dict.fromkeys(_line(text, MAX_TOPIC, "topic") for text in topics))


def _cast(host: User, cast: Sequence[Character]) -> list[int]:
    """Ids of their portraits."""
    if not 1 <= len(cast) <= len(SEATS):
        raise StreamError(f"One to {len(SEATS)} characters fit on stage.", field="cast")
    if len({one.pk for one in cast}) != len(cast):
        raise StreamError(
            "Nobody can sit in two seats. Choose another character.", field="cast"
        )
    if len({one.name.casefold() for one in cast}) != len(cast):
        raise StreamError(
            "Two of them have the same name, and nobody could tell who speaks. Rename"
            " one of them.",
            field="cast",
        )
    usable = {one.pk for one in type(cast[0]).objects.usable_by(host)}
    found = []
    for one in cast:
        if one.pk not in usable:
            raise StreamError(f"{one.name} is not yours to put on stage.", field="cast")
        found.append(_may_be_shown(one))
    return found


def _may_be_shown(character: Character) -> int:
    if character.removed or character.withheld:
        raise StreamError(f"{character.name} may not be on stage now.", field="cast")
    if character.portrait is None:
        raise StreamError(
            f"{character.name} has no portrait yet. Give them one, then try again.",
            field="cast",
        )
    try:
        require_approved(character.portrait)
    except PictureError as refusal:
        raise StreamError(str(refusal), field="cast") from None
    return character.portrait.pk


def _screen(host: User, title: str, topics: Sequence[str]) -> None:
    if title:
        check_text(title, surface="title", person=host, field="title")
    for topic in topics:
        check_text(topic, surface="stream", person=host, field="topics")


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

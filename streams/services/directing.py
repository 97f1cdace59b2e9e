"""Where a show stands: what each line does to its plan, wishes, votes, notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from moderation.screening.refusals import check_text
from socialapp.lib.text import TextError, clean_line
from streams import selectors
from streams.errors import FencedError, StreamError
from streams.models import Direction, Stream, Wish
from streams.services import log, news
from streams.services.words import SURFACE

if TYPE_CHECKING:
    from streams.services.leases import Lease

MAX_WISH = 200
MOST_WISHES = 3
"""That may wait at once."""

HOUR = 3600.0

EARLIER = 4
"""Lines that may be on their way and not yet heard."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a line does to the plan of its show, written with it or not at all."""

    state: dict[str, Any] = field(default_factory=dict)
    """Of the planner, after the line; empty: as it was."""

    engine: str = ""
    note: str = ""
    wishes: tuple[int, ...] = ()
    """Ids of those that the plan has taken up."""

    topic: str = ""
    """That was chosen, and that the plan knows of now."""

    paid: bool = False
    """A model worded it."""


def advance(row: Stream, clock: float, step: Step, *, line: int) -> None:
    """Write the step. `row` is locked, in the transaction of the line."""
    direction, _ = Direction.objects.get_or_create(stream=row)
    stood = {"state": direction.state, "topic": direction.topic}
    kept = sorted(direction.earlier.items(), key=lambda one: int(one[0]))
    direction.earlier = {str(line): stood, **dict(kept[1 - EARLIER :])}
    if step.state:
        direction.state = step.state
    if step.topic and step.topic == direction.topic:
        direction.topic = ""
    if step.engine:
        direction.engine = step.engine[:60]
        direction.note = step.note[:300]
    if step.paid:
        hour = int(clock // HOUR)
        before = direction.hour_lines if direction.hour == hour else 0
        direction.hour, direction.hour_lines = hour, before + 1
    direction.save()
    Wish.objects.filter(pk__in=step.wishes, stream=row).update(line=line)


def take_back(row: Stream, unheard: int) -> None:
    """The lines from this number on were cut before they began: the plan stands where it
    did before them, so that what they had to say is said yet. `row` is locked."""
    direction = Direction.objects.filter(stream=row).first()
    if direction is None:
        return
    gone = [int(line) for line in direction.earlier if int(line) >= unheard]
    if not gone:
        return
    stood = direction.earlier[str(min(gone))]
    direction.state, direction.topic = stood["state"], stood["topic"]
    for line in gone:
        del direction.earlier[str(line)]
    direction.save(update_fields=["state", "topic", "earlier"])
    Wish.objects.filter(stream=row, line__gte=min(gone)).update(line=None)


@transaction.atomic
def pass_over(*, lease: Lease, step: Step) -> None:
    """Take a step without a line: what was planned may not be said. FencedError."""
    row, now = log.locked(lease.stream_id)
    if row.fence != lease.fence:
        raise FencedError(f"Stream {row.key} has another director")
    advance(row, log.clock_of(row, now), step, line=row.last_line)


def ask_for(*, stream: Stream, text: str, speaker: str = "") -> Wish:
    """The host wants this next: a whole sentence is said as it is, anything else is an
    intent. `speaker`: a seat; empty: whoever's turn it is.

    StreamError, and TextRefusedError and ScreeningUnavailableError as screening says.
    """
    try:
        text = clean_line(text, max_length=MAX_WISH)
    except TextError as error:
        raise StreamError(f"The wish cannot be so. {error}") from None
    if not text:
        raise StreamError("Say in a few words what should happen.")
    if speaker and not stream.seats.filter(seat=speaker).exists():
        raise StreamError("Nobody sits on that seat. Name one of the stage.")
    # Outside of the transaction, so that the log keeps what is refused.
    check_text(text, surface=SURFACE, person=stream.host, field="text")
    with transaction.atomic():
        row, _ = log.locked(stream.pk)
        if not row.on_air:
            raise StreamError("Nobody is on stage now.", code="not-live")
        if row.wishes.filter(line__isnull=True).count() >= MOST_WISHES:
            raise StreamError(
                f"{MOST_WISHES} wishes are waiting already. Try again when one has"
                " been taken up.",
                code="too-many",
            )
        return Wish.objects.create(stream=row, text=text, seat=speaker)


def open_vote(*, lease: Lease, closes: float) -> None:
    """Tell everybody when the votes are counted; 0: there is nothing to vote for."""
    with transaction.atomic():
        row, _ = log.locked(lease.stream_id)
        if row.fence != lease.fence:
            raise FencedError(f"Stream {row.key} has another director")
        Direction.objects.update_or_create(
            stream=row, defaults={"vote_closes": round(closes, 3)}
        )
        news.tell(row.pk, [selectors.topics_event(row.pk)])


def note_direction(*, lease: Lease, note: str) -> None:
    """Tell the host why nobody speaks; nothing when somebody else directs."""
    Direction.objects.get_or_create(stream_id=lease.stream_id)
    mine = Direction.objects.filter(
        stream_id=lease.stream_id, stream__fence=lease.fence
    )
    mine.update(note=note[:300])


def note_watched(*, stream_id: int) -> None:
    """Somebody watches now."""
    Direction.objects.update_or_create(stream_id=stream_id, defaults={"watched": Now()})


def require_minutes(row: Stream) -> None:
    """StreamError when its host has been on air for as long as a day allows."""
    most = settings.STREAM_MINUTES_PER_DAY
    used = selectors.minutes_on_air(row.host_id)
    if most and used >= most:
        raise StreamError(
            f"You were on air for {used:.0f} minutes within 24 hours; {most} are allowed."
            " Come back when some of them are a day old.",
            code="quota",
        )

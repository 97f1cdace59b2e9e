"""What pages show of streams: what is on, what was said, how the votes stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F

from socialapp.content import library
from streams import selectors
from streams.models import Stream, StreamEvent, Topic, TopicVote
from streams.protocol.events import Line, LineCut

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User
    from streams.models import StreamQuerySet

    Viewer = User | AnonymousUser

MOST_LISTED = 24
"""Of one kind on a page."""

LATEST_LINES = 60
"""Of the transcript, before somebody asks for all of it."""

MOST_LINES = 1000
"""Of the transcript on one page: more than an hour of talk."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stream on air, on a list."""

    stream: Stream
    viewers: int
    topic: str


@dataclass(frozen=True, slots=True)
class Programme:
    """One look at the house."""

    now: list[Entry]
    coming: list[Stream]
    replays: list[Stream]
    older: int
    """Where the next page of replays begins; 0: these are all."""


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the transcript."""

    key: str
    """For reports."""

    line: int
    at: float
    """Seconds on the stream's clock."""

    seat: str
    text: str
    cut: bool
    """Somebody cut in before its end."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A topic to vote for, as it stands."""

    topic: int
    text: str
    percent: int
    mine: bool


@dataclass(frozen=True, slots=True)
class Duet:
    """A written piece for two of the starter cast."""

    name: str
    title: str
    logline: str
    topic: str
    cast: tuple[str, ...]
    """Ids of cast files, seat by seat."""


def programme(viewer: Viewer, *, before: int = 0) -> Programme:
    """Public streams and the viewer's own. `before`: `older` of the page that was read
    last; then there are replays alone."""
    shown = selectors.shown_to(viewer)
    replays = _performed(shown).order_by("-pk")
    if before:
        replays = replays.filter(pk__lt=before)
    found = list(replays[: MOST_LISTED + 1])
    page = found[:MOST_LISTED]
    older = page[-1].pk if len(found) > len(page) else 0
    if before:
        return Programme([], [], page, older)
    on_air = list(shown.on_air().order_by("-started")[:MOST_LISTED])
    coming = shown.filter(state=Stream.State.SCHEDULED)
    by_moment = coming.order_by(F("scheduled_for").asc(nulls_last=True), "pk")
    return Programme(_entries(on_air), list(by_moment[:MOST_LISTED]), page, older)


def _entries(streams: list[Stream]) -> list[Entry]:
    """The most watched first."""
    if not streams:
        return []
    keys = [stream.pk for stream in streams]
    viewers = selectors.viewers_of(keys)
    topics = topics_of(keys)
    made = [Entry(one, viewers[one.pk], topics.get(one.pk, "")) for one in streams]
    return sorted(made, key=lambda entry: -entry.viewers)


def _performed(shown: StreamQuerySet) -> StreamQuerySet:
    return shown.filter(
        state=Stream.State.ENDED, started__isnull=False, last_line__gt=0
    )


def topics_of(stream_ids: Collection[int]) -> dict[int, str]:
    """What each talks about now; one without a chosen topic is missing."""
    chosen = Topic.objects.filter(stream_id__in=stream_ids, chosen__isnull=False)
    rows = chosen.order_by("chosen", "number").values_list("stream_id", "text")
    return dict(rows)


def said_in(stream: Stream, *, until: float, whole: bool = False) -> list[Said]:
    """The transcript, oldest first: the latest lines, or all that fit on a page.
    `until` on the stream's clock: what is sent ahead has not been said yet."""
    lines = StreamEvent.objects.filter(
        stream=stream, kind=Line.kind, withheld="", at__lte=until
    ).order_by("-seq")
    cuts = StreamEvent.objects.filter(stream=stream, kind=LineCut.kind)
    cut = set(cuts.values_list("line", flat=True))
    return [
        Said(
            key=f"{stream.key}-{row.line}",
            line=row.line or 0,
            at=row.at,
            seat=row.data["seat"],
            text=row.text,
            cut=row.line in cut,
        )
        for row in reversed(lines[: MOST_LINES if whole else LATEST_LINES])
    ]


def choices(stream: Stream, viewer: Viewer) -> list[Choice]:
    """What can be voted for, and where this viewer's vote is."""
    tallies = selectors.tallies(stream.pk)
    mine = _vote_of(stream, viewer) if tallies else 0
    shares = percentages([tally.votes for tally in tallies])
    return [
        Choice(tally.topic, tally.text, share, tally.topic == mine)
        for tally, share in zip(tallies, shares, strict=True)
    ]


def _vote_of(stream: Stream, viewer: Viewer) -> int:
    """Number of the topic; 0 for no vote."""
    if not viewer.is_authenticated:
        return 0
    votes = TopicVote.objects.filter(stream=stream, person=viewer)
    return votes.values_list("topic__number", flat=True).first() or 0


def percentages(votes: Sequence[int]) -> list[int]:
    """Whole ones that add up to 100, or all 0: what is lost by cutting goes to the
    largest remainders. The page's script computes the same."""
    total = sum(votes)
    if not total:
        return [0] * len(votes)
    shares = [vote * 100 // total for vote in votes]
    lost = 100 - sum(shares)
    by_remainder = sorted(
        range(len(votes)), key=lambda i: (-(votes[i] * 100 % total), i)
    )
    for i in by_remainder[:lost]:
        shares[i] += 1
    return shares


def duets() -> list[Duet]:
    """The six, by title."""
    found = [_duet(name) for name in library.duet_ids()]
    return sorted(found, key=lambda duet: duet.title)


def _duet(name: str) -> Duet:
    outline = library.duet(name)
    cast = tuple(outline["seats"][seat] for seat in sorted(outline["seats"]))
    return Duet(name, outline["title"], outline["logline"], outline["topic"], cast)

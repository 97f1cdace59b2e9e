"""Shows that are directed step by step, in the test's own thread and time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F

from avatarfx.tests.conftest import make_character
from streams import selectors, services
from streams.direction.jobs import at_once
from streams.direction.show import Show
from streams.models import Direction, Presence, Stream
from streams.protocol.events import Line, Logged

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialapp.accounts.models import User
    from streams.direction.jobs import Start
    from streams.services import Lease


def show_of(host: User, *names: str, start: bool = True, **fields: object) -> Stream:
    """Of characters with these names, on air."""
    cast = [make_character(host, name) for name in names or ("Hob", "Sunniva")]
    given = {"title": "The last biscuit", **fields}
    stream = services.create_stream(host=host, cast=cast, **given)  # type: ignore[arg-type]
    return services.start_stream(stream=stream) if start else stream


@dataclass
class Director:
    """A show, its lease, and a clock that the test turns."""

    stream: Stream
    start: Start = at_once
    now: float = 100.0
    shows: list[Show] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.take_over()

    def take_over(self) -> Show:
        """Another director claims it, as after a death."""
        Stream.objects.filter(pk=self.stream.pk).update(leased_until=None)
        lease: Lease | None = services.claim(director="test")
        assert lease is not None
        assert lease.stream_id == self.stream.pk
        show = Show(lease, start=self.start, monotonic=lambda: self.now)
        self.shows.append(show)
        return show

    @property
    def show(self) -> Show:
        return self.shows[-1]

    def watched(self, viewers: int = 1) -> None:
        services.note_presence(hub="test", counts={self.stream.pk: viewers})

    def deserted(self) -> None:
        Presence.objects.filter(stream=self.stream).delete()

    def pass_time(self, seconds: float) -> None:
        """The clocks of the database and of the process go on."""
        self.now += seconds
        gone = timedelta(seconds=seconds)
        Stream.objects.filter(pk=self.stream.pk).update(started=F("started") - gone)
        Direction.objects.filter(stream=self.stream).update(watched=F("watched") - gone)

    def step(self) -> float | None:
        return self.show.step()

    def run(self, seconds: float, *, each: float = 0.25) -> None:
        """Steps until so much time has passed, or it is over."""
        until = self.now + seconds
        while self.now < until:
            wait = self.step()
            if wait is None:
                return
            self.pass_time(min(max(wait, 0.01), each))

    def until(self, ready: Callable[[], bool], seconds: float = 300.0) -> None:
        until = self.now + seconds
        while not ready():
            assert self.now < until, "it never happened"
            self.run(0.2)

    @property
    def events(self) -> list[Logged]:
        return selectors.events_since(self.stream.pk, 0, most=5000)

    @property
    def lines(self) -> list[Line]:
        return [event for event in self.events if isinstance(event, Line)]

    def say(self, count: int) -> list[Line]:
        """Go on until so many lines were sent; all of them."""
        self.watched()
        self.until(lambda: len(self.lines) >= count)
        return self.lines

    @property
    def direction(self) -> Direction:
        return Direction.objects.get(stream=self.stream)

    @property
    def state(self) -> str:
        return Stream.objects.get(pk=self.stream.pk).state


def words_of(line: Line) -> str:
    return " ".join(
        caption.text for part in line.performance.parts for caption in part.captions
    )

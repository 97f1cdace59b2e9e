"""A host plans, starts, pauses and ends; the log has every step once."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from avatarfx.tests.conftest import make_character
from moderation.screening.refusals import TextRefusedError
from socialapp.characters.models import Character
from streams import selectors, services
from streams.errors import FencedError, StreamError
from streams.models import Stream, StreamEvent
from streams.protocol.events import AudioChunk, Line, LineRemoved, Withheld
from streams.services import leases
from streams.signals import stream_ended
from streams.tests.conftest import made_stream, say_line

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def kinds(stream: Stream) -> list[str]:
    return [event.kind for event in selectors.events_since(stream.pk, 0)]


def test_a_show_from_plan_to_end_is_logged_without_a_gap(live: Stream) -> None:
    say_line(live, sound=bytes(20_000))
    services.choose_topic(stream=live, topic=2)
    services.pause_stream(stream=live)
    services.resume_stream(stream=live)
    assert services.end_stream(stream=live)
    assert kinds(live) == [
        "stream-started",
        "line",
        "audio-chunk",
        "audio-chunk",
        "topic-chosen",
        "stream-paused",
        "stream-resumed",
        "stream-ended",
    ]
    events = selectors.events_since(live.pk, 0)
    assert [event.seq for event in events] == list(range(1, 9))
    assert live.last_seq == 8
    assert live.state == "ended"


def test_what_is_read_from_the_log_is_what_was_sent(live: Stream) -> None:
    sent = say_line(live, "One two three.", sound=bytes(range(256)) * 100)
    line, *chunks = selectors.events_since(live.pk, 1)
    assert line == sent
    assert all(isinstance(chunk, AudioChunk) for chunk in chunks)
    assert b"".join(c.data for c in chunks if isinstance(c, AudioChunk)) == (
        bytes(range(256)) * 100
    )
    assert selectors.events_since(live.pk, 2) == chunks


def test_a_line_is_sent_ahead_by_the_delay(live: Stream) -> None:
    services.set_delay(stream=live, seconds=4.0)
    before = selectors.heads([live.pk])[live.pk].clock
    line = say_line(live)
    assert 4.0 <= round(line.at - before, 3) < 5.0
    with pytest.raises(StreamError, match="too far ahead"):
        say_line(live, at=1000.0)


def test_two_events_never_share_a_number(live: Stream) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        StreamEvent.objects.create(stream=live, seq=1, kind="stream-paused", at=0.0)


def test_only_a_live_stream_says_lines(stream: Stream) -> None:
    with pytest.raises(StreamError, match="Only a live"):
        say_line(stream)
    services.start_stream(stream=stream)
    services.pause_stream(stream=stream)
    with pytest.raises(StreamError, match="Only a live"):
        say_line(stream)
    services.end_stream(stream=stream)
    with pytest.raises(StreamError, match="Only a live"):
        say_line(stream)


def test_it_moves_only_along_its_states(live: Stream) -> None:
    with pytest.raises(StreamError, match="begun"):
        services.start_stream(stream=live)
    with pytest.raises(StreamError, match="not paused"):
        services.resume_stream(stream=live)
    assert services.end_stream(stream=live)
    assert not services.end_stream(stream=live)
    with pytest.raises(StreamError, match="over"):
        services.pause_stream(stream=live)
    with pytest.raises(StreamError, match="over"):
        services.change_stream(stream=live, title="Again")


def test_its_end_is_told_once_and_a_cancelled_plan_is_not_told(
    alice: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    told: list[str] = []

    def hear(*, stream: Stream, **_: Any) -> None:
        told.append(stream.key)

    stream_ended.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            planned = made_stream(alice)
            services.end_stream(stream=planned)
            live = services.start_stream(stream=made_stream(alice))
            services.end_stream(stream=live)
            services.end_stream(stream=live)
    finally:
        stream_ended.disconnect(hear)
    assert told == [live.key]
    assert planned.end_reason == "cancelled"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 81}, "at most 80"),
        ({"visibility": "secret"}, "Choose who"),
        ({"shape": "4:3"}, "shapes"),
        ({"background": "moon"}, "background"),
        ({"delay_seconds": 60}, "delay"),
        ({"slow_seconds": -1}, "Slow mode"),
        ({"scheduled_for": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "moment"),
        ({"topics": ["x"] * 13}, "topics"),
        ({"topics": ["x" * 121]}, "topic"),
        ({"host_id": 7}, "no host_id"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    alice: User, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(StreamError, match=words):
        made_stream(alice, **fields)
    assert not Stream.objects.exists()


def test_what_is_written_is_screened(alice: User) -> None:
    with pytest.raises(TextRefusedError):
        made_stream(alice, topics=["I will kill you tomorrow, Bob"])
    with pytest.raises(TextRefusedError):
        made_stream(alice, title="I will kill you tomorrow, Bob")
    assert not Stream.objects.exists()


def test_the_cast_must_be_one_s_own_and_fit_to_be_seen(alice: User, bob: User) -> None:
    hob, bobs = make_character(alice), make_character(bob, "Bobs")
    faceless = Character.objects.create(owner=alice, name="Nobody")
    for cast, words in (
        ([], "One to 3"),
        ([hob, hob], "two seats"),
        ([hob, bobs], "not yours"),
        ([faceless], "no portrait"),
    ):
        with pytest.raises(StreamError, match=words):
            services.create_stream(host=alice, title="Hello", cast=cast)


def test_a_person_is_on_air_once_and_plans_a_few(alice: User, live: Stream) -> None:
    with pytest.raises(StreamError, match="on air already"):
        services.start_stream(stream=made_stream(alice))
    for _ in range(3):
        made_stream(alice)
    with pytest.raises(StreamError, match="no more fit"):
        made_stream(alice)
    services.end_stream(stream=live)
    made_stream(alice)


def test_the_house_holds_so_many_streams(
    alice: User, bob: User, live: Stream, settings: Settings
) -> None:
    settings.STREAMS_ON_AIR = 1
    other = made_stream(bob)
    with pytest.raises(StreamError, match="1 streams are on air"):
        services.start_stream(stream=other)
    services.end_stream(stream=live)
    assert services.start_stream(stream=other).on_air


def test_on_air_only_some_things_change(live: Stream) -> None:
    services.change_stream(stream=live, title="Fog", slow_seconds=30)
    with pytest.raises(StreamError, match="on air"):
        services.change_stream(stream=live, shape="1:1")
    assert Stream.objects.get().title == "Fog"


def test_cutting_in_stops_what_plays_and_what_was_sent_ahead(live: Stream) -> None:
    say_line(live, at=0.0, seconds=30.0)
    say_line(live, at=10.0, seconds=3.0)
    cuts = services.cut_line(stream=live)
    assert [cut.line for cut in cuts] == [1, 2]
    assert all(cut.at < 10.0 for cut in cuts)
    assert services.cut_line(stream=live) == []


def test_nothing_is_cut_when_nothing_plays(live: Stream) -> None:
    assert services.cut_line(stream=live) == []
    Stream.objects.update(started=timezone.now() - dt.timedelta(seconds=500))
    say_line(live, at=1.0, seconds=2.0)
    assert services.cut_line(stream=live) == []


def test_a_removed_line_leaves_the_log_and_can_come_back(live: Stream) -> None:
    say_line(live, "Nice words.", sound=b"sound" * 10)
    row = StreamEvent.objects.get(kind="line")
    services.remove_line(event=row, level="removed")
    services.remove_line(event=row, level="hidden")
    events = selectors.events_since(live.pk, 1)
    assert [type(event) for event in events] == [Withheld, Withheld, LineRemoved]
    assert [event.seq for event in events] == [2, 3, 4]
    services.restore_line(event=row)
    line = selectors.events_since(live.pk, 1)[0]
    assert isinstance(line, Line)
    assert row.text == "Nice words."


def test_late_comers_begin_at_the_line_that_plays(live: Stream) -> None:
    Stream.objects.update(started=timezone.now() - dt.timedelta(seconds=60))
    say_line(live, at=10.0, seconds=5.0)
    playing = say_line(live, at=58.0, seconds=20.0)
    say_line(live, at=80.0, seconds=5.0)
    head = selectors.heads([live.pk])[live.pk]
    assert selectors.playing_from(live.pk, head) == playing.seq - 1
    Stream.objects.update(started=timezone.now() - dt.timedelta(seconds=600))
    head = selectors.heads([live.pk])[live.pk]
    assert selectors.playing_from(live.pk, head) == head.seq
    services.end_stream(stream=live)
    head = selectors.heads([live.pk])[live.pk]
    assert selectors.playing_from(live.pk, head) == head.seq - 1


def test_one_director_holds_a_stream_until_its_lease_runs_out(live: Stream) -> None:
    first = leases.claim(director="one:1")
    assert first is not None
    assert leases.claim(director="two:2") is None
    assert leases.beat(first)
    say_line(live, fence=first.fence)
    Stream.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1))
    second = leases.claim(director="two:2")
    assert second is not None
    assert not leases.beat(first)
    with pytest.raises(FencedError):
        say_line(live, "Too late.", fence=first.fence)
    assert say_line(live, fence=second.fence).line == 2
    assert live.events.filter(kind="line").count() == 2
    assert leases.release(second)
    assert leases.claim(director="three:3") is not None


def test_nobody_directs_what_is_not_on_air(stream: Stream) -> None:
    assert leases.claim(director="one:1") is None
    services.start_stream(stream=stream)
    lease = leases.claim(director="one:1")
    assert lease is not None
    services.end_stream(stream=stream)
    assert not leases.beat(lease)


@pytest.mark.django_db(transaction=True)
def test_many_that_append_at_once_leave_no_gap(alice: User) -> None:
    live = services.start_stream(stream=made_stream(alice))

    def append(_: int) -> None:
        try:
            say_line(live)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(append, range(24)))
    events = selectors.events_since(live.pk, 0)
    assert [event.seq for event in events] == list(range(1, 26))
    lines = [event.line for event in events if isinstance(event, Line)]
    assert lines == list(range(1, 25))


def test_sound_that_two_streams_share_outlives_one(alice: User, live: Stream) -> None:
    say_line(live, sound=b"a sound of both")
    services.end_stream(stream=live)
    other = services.start_stream(stream=made_stream(alice))
    say_line(other, sound=b"a sound of both")
    services.delete_stream(stream=live)
    chunk = selectors.events_since(other.pk, 2)[0]
    assert isinstance(chunk, AudioChunk)
    services.end_stream(stream=other)
    services.delete_stream(stream=other)
    assert not Stream.objects.exists()

"""A viewer's socket: welcomed, kept without a gap, heard, and closed with a reason."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from streams import services
from streams.hub import current
from streams.models import ChatMessage, Presence, Stream, StreamEvent, TopicVote
from streams.protocol import Close
from streams.protocol.events import Accepted, Line, Refused, Withheld
from streams.services import news
from streams.tests.conftest import made_stream, say_line
from streams.tests.watching import open_socket, sync, watch

if TYPE_CHECKING:
    from pytest_django import Settings

    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def person(handle: str, *, age: int = 30) -> User:
    born = timezone.now().date() - dt.timedelta(days=age * 366)
    made: User = get_user_model().objects.create_user(
        username=handle, email=f"{handle}@example.com", password="x", birth_date=born
    )
    return made


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@sync
def on_air(**fields: Any) -> Stream:
    return services.start_stream(stream=made_stream(person("alice"), **fields))


@sync
def signed_in(handle: str, **fields: Any) -> tuple[User, Client]:
    user = person(handle, **fields)
    return user, browser(user)


line = sync(say_line)


async def test_a_viewer_is_welcomed_and_sees_what_happens() -> None:
    stream = await on_air()
    viewer = await watch(stream)
    welcome = viewer.welcome
    assert (welcome.state, welcome.after, welcome.resumed) == ("live", 1, False)
    assert [seat.name for seat in welcome.seats] == ["Hob", "Sunniva"]
    assert set(welcome.stage.places) == {"a", "b"}
    assert [tally.text for tally in welcome.topics] == ["Clouds", "Bread"]
    assert not welcome.may_write
    sent = await line(stream, sound=bytes(40_000))
    assert await viewer.until("line") == sent
    chunks = [await viewer.until("audio-chunk") for _ in range(3)]
    assert [chunk.last for chunk in chunks] == [False, False, True]
    assert viewer.numbers == [2, 3, 4, 5]
    await viewer.leave()


async def test_two_viewers_and_a_late_one_see_the_same_line() -> None:
    stream = await on_air()
    one, two = await watch(stream), await watch(stream)
    sent = await line(stream, seconds=20.0, sound=b"sound")
    for viewer in (one, two):
        assert await viewer.until("line") == sent
        await viewer.until("audio-chunk")
    late = await watch(stream)
    assert late.welcome.after == sent.seq - 1
    assert await late.until("line") == sent
    await late.until("audio-chunk")
    assert late.numbers == one.numbers
    for viewer in (one, two, late):
        await viewer.leave()


async def test_one_who_comes_back_gets_the_rest_and_nothing_twice() -> None:
    stream = await on_air()
    viewer = await watch(stream)
    for _ in range(3):
        await line(stream)
        await viewer.until("line")
    await viewer.leave()
    for _ in range(3):
        await line(stream)
    again = await watch(stream, f"after={viewer.numbers[-1]}")
    assert again.welcome.resumed
    for _ in range(3):
        await again.until("line")
    await line(stream)
    await again.until("line")
    assert viewer.numbers + again.numbers == list(range(2, 9))
    await again.leave()


async def test_one_who_comes_back_late_starts_where_the_show_is() -> None:
    stream = await on_air()
    await sync(StreamEvent.objects.bulk_create)(
        StreamEvent(stream=stream, seq=seq, kind="stream-paused", at=0.0)
        for seq in range(2, 600)
    )
    await sync(Stream.objects.update)(last_seq=599)
    viewer = await watch(stream, "after=1")
    assert not viewer.welcome.resumed
    assert viewer.welcome.after == 599
    near = await watch(stream, "after=590")
    assert near.welcome.resumed
    await near.until("stream-paused")
    await viewer.leave()
    await near.leave()


async def test_the_end_is_told_and_the_socket_closed() -> None:
    stream = await on_air()
    viewer = await watch(stream)
    await sync(services.end_stream)(stream=stream, reason="stopped")
    closing = await viewer.end()
    assert viewer.code == Close.DONE
    assert closing is not None
    assert viewer.logged[-1].kind == "stream-ended"
    late = await watch(stream)
    await late.end()
    assert late.logged[-1].kind == "stream-ended"
    assert late.code == Close.DONE


async def test_what_the_audience_writes_reaches_all_and_its_removal_too() -> None:
    stream = await on_air(slow_seconds=0)
    _, bob = await signed_in("bob")
    writer, other = await watch(stream, client=bob), await watch(stream)
    assert writer.welcome.may_write
    await writer.send("say", text="What a view")
    said = await other.until("message")
    assert (said.text, said.person) == ("What a view", "bob")
    assert await writer.until("accepted") == Accepted(1)
    late = await watch(stream)
    # In its welcome, or right behind one that was read a moment earlier.
    if not late.welcome.messages:
        await late.until("message")
    message = await sync(ChatMessage.objects.get)()
    await sync(services.remove_message)(message=message, level="hidden")
    removed = await other.until("message-removed")
    assert removed.message == said.message
    for viewer in (writer, other, late):
        await viewer.leave()


async def test_a_refused_message_is_explained_and_reaches_nobody() -> None:
    stream = await on_air(slow_seconds=60)
    _, bob = await signed_in("bob")
    writer, other = await watch(stream, client=bob), await watch(stream)
    await writer.send("say", text="I will kill you tomorrow, Alice")
    assert (await writer.until("refused")).code == "text-refused"
    await writer.send("say", text="I want to kill myself tonight")
    care = await writer.until("refused")
    assert care.code == "care"
    assert care.help
    await writer.send("say", text="A fine evening")
    await writer.until("accepted")
    await writer.send("say", text="Another fine evening")
    assert (await writer.until("refused")).code == "too-much"
    await other.until("message")
    texts = [event.text for event in other.seen if event.kind == "message"]  # type: ignore[union-attr]
    assert texts == ["A fine evening"]
    await writer.leave()
    await other.leave()


async def test_strangers_react_and_are_asked_to_sign_in_for_words() -> None:
    stream = await on_air()
    viewer = await watch(stream)
    await viewer.send("say", text="Hello")
    refused = await viewer.until("refused")
    assert (refused.re, refused.code) == (1, "signed-out")
    for _ in range(3):
        await viewer.send("react", reaction="heart")
    assert (await viewer.until("reactions")).counts == {"heart": 3}
    await viewer.send("ping")
    pong = await viewer.until("pong")
    assert pong.re == 5
    assert pong.clock >= viewer.welcome.clock
    await viewer.leave()


async def test_minors_neither_read_nor_write_the_audience() -> None:
    stream = await on_air(slow_seconds=0)
    _, tim = await signed_in("tim", age=15)
    _, bob = await signed_in("bob")
    young, writer = await watch(stream, client=tim), await watch(stream, client=bob)
    assert not young.welcome.may_write
    await writer.send("say", text="Hello everybody")
    await writer.until("message")
    await young.send("say", text="Hello")
    assert (await young.until("refused")).code == "adults"
    await line(stream)
    await young.until("line")
    assert not any(event.kind == "message" for event in young.seen)
    await young.leave()
    await writer.leave()


async def test_votes_are_counted_for_everybody() -> None:
    stream = await on_air()
    _, bob = await signed_in("bob")
    voter, other = await watch(stream, client=bob), await watch(stream)
    await voter.send("vote", topic=2)
    told = await other.until("topics")
    assert [tally.votes for tally in told.topics] == [0, 1]
    await voter.send("vote", topic=9)
    assert (await voter.until("refused")).code == "no-topic"
    assert await sync(TopicVote.objects.count)() == 1
    await sync(services.choose_topic)(stream=stream)
    assert (await other.until("topic-chosen")).text == "Bread"
    await voter.leave()
    await other.leave()


async def test_viewers_are_counted_and_forgotten() -> None:
    stream = await on_air()
    one, two = await watch(stream), await watch(stream)
    assert (await one.until("viewers")).count == 2
    await two.leave()
    while (await one.until("viewers")).count != 1:
        pass
    await one.leave()
    rows = await sync(
        lambda: list(Presence.objects.values_list("viewers", flat=True))
    )()
    assert sum(rows) == 0
    assert current().rooms == {}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("v=2", Close.WRONG_VERSION),
        ("after=99", Close.WRONG_SEQUENCE),
        ("after=-1", Close.WRONG_SEQUENCE),
        ("after=1e3", Close.WRONG_SEQUENCE),
        ("after=99999999999999999999", Close.WRONG_SEQUENCE),
        ("ticket=made-up", Close.TICKET),
    ],
)
async def test_a_wrong_question_at_the_door_has_its_code(
    query: str, code: Close
) -> None:
    stream = await on_air()
    viewer = await open_socket(stream, query)
    closing = await viewer.end()
    assert viewer.code == code
    assert closing is not None
    assert closing.detail
    assert current().rooms == {}


async def test_a_ticket_lets_a_program_in_once() -> None:
    stream = await on_air(slow_seconds=0)
    bob, _ = await signed_in("bob")
    ticket = await sync(services.issue_ticket)(stream=stream, person=bob)
    viewer = await watch(stream, f"ticket={ticket}", origin=None)
    assert viewer.welcome.may_write
    await viewer.send("say", text="From an app")
    assert (await viewer.until("message")).person == "bob"
    again = await open_socket(stream, f"ticket={ticket}", origin=None)
    await again.end()
    assert again.code == Close.TICKET
    without = await open_socket(stream, origin=None)
    await without.end()
    assert without.code == Close.TICKET
    await viewer.leave()


async def test_a_foreign_page_is_refused_even_with_a_ticket() -> None:
    stream = await on_air()
    bob, client = await signed_in("bob")
    ticket = await sync(services.issue_ticket)(stream=stream, person=bob)
    for query in ("", f"ticket={ticket}"):
        viewer = await open_socket(
            stream, query, client=client, origin="http://evil.example"
        )
        assert viewer.code is not None
    assert await sync(services.redeem_ticket)(stream=stream, ticket=ticket) == bob


async def test_what_is_not_for_a_viewer_does_not_exist() -> None:
    stream = await on_air(visibility="private")
    _, bob = await signed_in("bob")
    viewer = await open_socket(stream, client=bob)
    await viewer.end()
    assert viewer.code == Close.NO_STREAM
    host = await sync(lambda: browser(stream.host))()
    own = await watch(stream, client=host)
    await own.leave()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("x" * 1_000_000, Close.TOO_LARGE),
        (b"\x01\x01\x00", Close.UNREADABLE),
        ('{"kind":"line","n":1}', Close.UNREADABLE),
        ('{"kind":"ping","n":7}', Close.WRONG_SEQUENCE),
    ],
)
async def test_a_client_that_breaks_the_rules_is_closed(
    frame: str | bytes, code: Close
) -> None:
    stream = await on_air()
    viewer = await watch(stream)
    if isinstance(frame, str):
        await viewer.socket.send_to(text_data=frame)
    else:
        await viewer.socket.send_to(bytes_data=frame)
    closing = await viewer.end()
    assert viewer.code == code
    assert closing is not None


async def test_a_thousand_messages_a_second_end_after_a_burst() -> None:
    stream = await on_air()
    viewer = await watch(stream)
    for _ in range(1000):
        await viewer.send("ping")
    await viewer.end()
    assert viewer.code == Close.TOO_FAST
    answered = [event for event in viewer.seen if event.kind == "pong"]
    assert 30 <= len(answered) <= 35


async def test_a_full_house_says_so(settings: Settings) -> None:
    settings.VIEWERS_PER_PROCESS = 1
    stream = await on_air()
    first = await watch(stream)
    second = await open_socket(stream)
    await second.end()
    assert second.code == Close.FULL
    await first.leave()
    third = await watch(stream)
    await third.leave()


async def test_what_the_bus_loses_is_read_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = await on_air()
    viewer = await watch(stream)
    monkeypatch.setattr("socialapp.lib.bus.publish", lambda *_: False)
    for _ in range(3):
        await line(stream)
    monkeypatch.undo()
    await line(stream)
    for _ in range(4):
        await viewer.until("line")
    assert viewer.numbers == [2, 3, 4, 5]
    monkeypatch.setattr("socialapp.lib.bus.publish", lambda *_: False)
    await line(stream)
    last = await viewer.until("line")
    assert isinstance(last, Line)
    assert last.seq == 6
    await viewer.leave()


async def test_a_removed_line_is_stopped_and_not_given_to_newcomers() -> None:
    stream = await on_air()
    viewer = await watch(stream)
    await line(stream, "A word too many.", seconds=20.0)
    await viewer.until("line")
    row = await sync(StreamEvent.objects.get)(kind="line")
    await sync(services.remove_line)(event=row, level="removed")
    removed = await viewer.until("line-removed")
    assert removed.line == 1
    back = await watch(stream, "after=1")
    assert isinstance(await back.next(), Withheld)
    await viewer.leave()
    await back.leave()


async def test_a_fault_of_ours_is_told_without_closing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = await on_air()
    _, bob = await signed_in("bob")
    viewer = await watch(stream, client=bob)

    def broken(**_: Any) -> None:
        raise RuntimeError("The disk is full")

    monkeypatch.setattr(services, "say", broken)
    await viewer.send("say", text="Hello")
    refused = await viewer.until("refused")
    assert isinstance(refused, Refused)
    assert "disk" not in refused.detail
    await viewer.leave()


async def test_who_signs_out_or_changes_the_password_is_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.hub.hub.PASSES_SECONDS", 0.1)
    stream = await on_air()
    _, bob = await signed_in("bob")
    eve, other = await signed_in("eve")
    ticket = await sync(services.issue_ticket)(stream=stream, person=eve)
    viewers = [
        await watch(stream, client=bob),
        await watch(stream, client=other),
        await watch(stream, f"ticket={ticket}", origin=None),
        await watch(stream),
    ]
    await sync(bob.logout)()
    await viewers[0].end()
    assert viewers[0].code == Close.TICKET
    eve.set_password("another")
    await sync(eve.save)()
    await viewers[1].end()
    assert viewers[1].code == Close.TICKET
    eve.is_active = False
    await sync(eve.save)()
    await viewers[2].end()
    assert viewers[2].code == Close.TICKET
    await line(stream)
    await viewers[3].until("line")
    await viewers[3].leave()


async def test_when_the_process_stops_everybody_may_come_back() -> None:
    stream = await on_air()
    viewer = await watch(stream)
    current().stop()
    await viewer.end()
    assert viewer.code == Close.RESTART
    late = await open_socket(stream)
    await late.end()
    assert late.code == Close.FULL


@pytest.mark.parametrize("bus_is_up", [True, False])
async def test_a_show_that_becomes_private_sends_out_all_but_its_host(
    monkeypatch: pytest.MonkeyPatch, bus_is_up: bool
) -> None:
    stream = await on_air()
    stranger, (_, bob) = await watch(stream), await signed_in("bob")
    guest = await watch(stream, client=bob)
    host = await watch(stream, client=await sync(browser)(stream.host))
    if not bus_is_up:
        monkeypatch.setattr(news, "tell", lambda *_: None)
    await sync(services.change_stream)(stream=stream, visibility="private")
    for viewer in (stranger, guest):
        closing = await viewer.end()
        assert viewer.code == Close.NO_STREAM
        assert closing is not None
        assert "not open any more" in closing.detail
    monkeypatch.undo()
    sent = await line(stream)
    assert await host.until("line") == sent
    assert not any(event.kind == "closing" for event in host.seen)
    late = await open_socket(stream)
    await late.end()
    assert late.code == Close.NO_STREAM
    await host.leave()


@pytest.mark.parametrize("how", ["withheld", "removed"])
async def test_a_show_that_is_taken_away_sends_everybody_out(how: str) -> None:
    stream = await on_air()
    viewer = await watch(stream)
    if how == "withheld":
        await sync(services.set_withheld)(stream=stream, level="removed")
    else:
        await sync(services.remove_stream)(stream=stream)
    await viewer.end()
    assert viewer.code == Close.NO_STREAM


async def test_a_link_instead_of_the_list_sends_nobody_out() -> None:
    stream = await on_air()
    viewer = await watch(stream)
    await sync(services.change_stream)(stream=stream, visibility="unlisted")
    sent = await line(stream)
    assert await viewer.until("line") == sent
    await viewer.leave()

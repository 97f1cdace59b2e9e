"""A room in one process: order, gaps, slow readers, and what may be dropped."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from socialapp.lib.sockets import Frame, PlainLine
from socialapp.performance import Part, Pose
from streams import selectors
from streams.delivery import of_event
from streams.hub import members, threads
from streams.hub.members import FULL_BYTES, MOST_BYTES, SLOW_SECONDS, Member, Parcel
from streams.hub.rooms import KEPT_EVENTS, Room
from streams.protocol import Close, from_frame
from streams.protocol.events import (
    AudioChunk,
    Event,
    Logged,
    Message,
    MessageRemoved,
    PoseKeys,
    Reactions,
    StreamPaused,
)
from streams.selectors import Head

if TYPE_CHECKING:
    from streams.delivery import Delivery


class FakeLine:
    """A socket whose reader does what the test says."""

    def __init__(self) -> None:
        self.sent: list[Event] = []
        self.owed = 0
        self.silent = 0.0
        self.pings = 0
        self.code: int | None = None

    def waiting(self) -> int:
        return self.owed

    def unanswered(self) -> float:
        return self.silent

    def write(self, frame: Frame) -> None:
        self.sent.append(from_frame(frame.content))

    def ping(self) -> None:
        self.pings += 1

    def close(self, code: int) -> None:
        self.code = code

    @property
    def numbers(self) -> list[int]:
        return [event.seq for event in self.sent if isinstance(event, Logged)]


def event(seq: int) -> Delivery:
    return of_event(StreamPaused(seq, float(seq)))


def chunk(seq: int, size: int) -> Delivery:
    return of_event(AudioChunk(seq, 0.0, 1, "a", "opus", 0, False, bytes(size)))


def pose(at: float, seat: str = "a") -> Delivery:
    return of_event(PoseKeys(at, Part(seat, poses=(Pose(0.0),))))


def present(room: Room, *, after: int = 0, audience: bool = True) -> Member:
    member = Member(FakeLine(), audience=audience)
    member.after = after
    member.catching = False
    room.members.add(member)
    return member


def line_of(member: Member) -> FakeLine:
    assert isinstance(member.line, FakeLine)
    return member.line


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers that the database holds; the room reads them there."""
    numbers: list[int] = []

    def events_since(_stream: int, after: int) -> list[Logged]:
        return [StreamPaused(n, float(n)) for n in numbers if n > after]

    # In a thread, as there, but without a database.
    monkeypatch.setattr(threads, "show", asyncio.to_thread)
    monkeypatch.setattr(selectors, "events_since", events_since)
    monkeypatch.setattr(selectors, "messages_since", lambda *_: [])
    return numbers


def room_at(seq: int) -> Room:
    return Room(1, Head(seq, 0, 0.0, over=False))


async def filled(room: Room) -> None:
    assert room._filling is not None
    await room._filling


async def test_events_that_come_in_disorder_or_twice_go_out_in_order(
    log: list[int],
) -> None:
    room = room_at(0)
    member = present(room)
    log.extend([1])
    room.take([event(1), event(3), event(2), event(2), event(1), event(4)])
    assert line_of(member).numbers == [1, 2, 3, 4]


async def test_a_gap_is_filled_from_the_log(log: list[int]) -> None:
    room = room_at(0)
    member = present(room)
    log.extend(range(1, 8))
    room.take([event(1), event(7)])
    assert line_of(member).numbers == [1]
    await filled(room)
    assert line_of(member).numbers == list(range(1, 8))


async def test_the_end_of_the_log_by_the_database_is_a_gap_too(log: list[int]) -> None:
    room = room_at(2)
    member = present(room, after=2)
    room.notice(Head(2, 0, 0.0, over=False))
    assert room._filling is None
    log.extend(range(1, 6))
    room.notice(Head(5, 0, 0.0, over=False))
    await filled(room)
    assert line_of(member).numbers == [3, 4, 5]


async def test_a_newcomer_is_brought_to_the_present_from_memory(log: list[int]) -> None:
    room = room_at(0)
    room.take([event(n) for n in range(1, 51)])
    member = Member(FakeLine(), audience=True)
    await room.admit(member, 40, since=0.0)
    room.take([event(51)])
    assert line_of(member).numbers == list(range(41, 52))


async def test_and_from_the_log_when_memory_is_too_short(log: list[int]) -> None:
    room = room_at(100)
    log.extend(range(1, 101))
    room.take([event(101)])
    log.append(101)
    member = Member(FakeLine(), audience=True)
    await room.admit(member, 90, since=0.0)
    room.take([event(102)])
    assert line_of(member).numbers == list(range(91, 103))


async def test_what_happens_while_somebody_enters_comes_once(
    log: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = room_at(10)
    log.extend(range(1, 11))
    real = selectors.events_since
    loop = asyncio.get_running_loop()

    def slowly(stream: int, after: int) -> list[Logged]:
        found = real(stream, after)
        # Between reading and returning, the bus brings two more.
        asyncio.run_coroutine_threadsafe(_bring(room, 11, 12), loop).result()
        return found

    async def _bring(room: Room, *numbers: int) -> None:
        log.extend(numbers)
        room.take([event(n) for n in numbers])

    monkeypatch.setattr(selectors, "events_since", slowly)
    member = Member(FakeLine(), audience=True)
    await room.admit(member, 5, since=0.0)
    room.take([event(13)])
    assert line_of(member).numbers == list(range(6, 14))


async def test_a_newcomer_gets_the_news_that_its_welcome_is_too_old_for(
    log: list[int],
) -> None:
    room = room_at(0)
    room.take([of_event(Message("k1", "bob", "Bob", "Old", 1.0)), pose(1.0)])
    read = time.monotonic()
    room.take([of_event(Message("k2", "bob", "Bob", "New", 1.0)), pose(2.0)])
    room.take([of_event(Reactions({"heart": 1})), of_event(Reactions({"heart": 2}))])
    member = Member(FakeLine(), audience=True)
    await room.admit(member, 0, since=read)
    told = [e.message if isinstance(e, Message) else e for e in line_of(member).sent]
    assert told[0] == "k2"
    assert Reactions({"heart": 2}) in told
    assert len(told) == 3


async def test_a_removed_message_reaches_neither_newcomers_nor_slow_readers(
    log: list[int],
) -> None:
    room = room_at(0)
    slow = present(room)
    line_of(slow).owed = FULL_BYTES
    room.take([of_event(Message(key, "bob", "Bob", key, 1.0)) for key in ("k1", "k2")])
    room.take([of_event(MessageRemoved(1, 1.0, "k1"))])
    late = Member(FakeLine(), audience=True)
    await room.admit(late, 0, since=0.0)
    line_of(slow).owed = 0
    slow.look(time.monotonic())
    for member in (late, slow):
        kinds = [e.kind for e in line_of(member).sent]
        assert sorted(kinds) == ["message", "message-removed"]
        assert Message("k2", "bob", "Bob", "k2", 1.0) in line_of(member).sent


async def test_memory_is_bounded_by_count_and_by_bytes(log: list[int]) -> None:
    room = room_at(0)
    room.take([event(n) for n in range(1, KEPT_EVENTS + 101)])
    assert len(room._kept) == KEPT_EVENTS
    assert room.since(50) is None
    assert room.since(KEPT_EVENTS + 100) == []
    room.take([chunk(KEPT_EVENTS + 101 + n, 16_000) for n in range(200)])
    assert sum(parcel.frame.size for parcel in room._kept) <= 2 * 1024 * 1024


async def test_for_one_that_cannot_keep_up_poses_overtake_each_other(
    log: list[int],
) -> None:
    room = room_at(0)
    slow, quick = present(room), present(room)
    line_of(slow).owed = FULL_BYTES
    for n in range(1, 11):
        room.take([event(n), pose(float(n)), pose(float(n), "b")])
    assert len(line_of(quick).sent) == 30
    assert line_of(slow).sent == []
    line_of(slow).owed = 0
    slow.look(time.monotonic())
    sent = line_of(slow).sent
    assert line_of(slow).numbers == list(range(1, 11))
    assert [e.at for e in sent if isinstance(e, PoseKeys)] == [10.0, 10.0]


async def test_one_that_does_not_read_is_cut_off_and_no_one_else(
    log: list[int],
) -> None:
    room = room_at(0)
    dead, alive = present(room), present(room)
    line_of(dead).owed = FULL_BYTES
    room.take([event(1)])
    now = time.monotonic()
    for seconds in range(12):
        dead.look(now + seconds)
        alive.look(now + seconds)
    assert line_of(dead).code == Close.TOO_SLOW
    assert line_of(alive).code is None
    assert line_of(alive).pings >= 5
    room.take([event(2)])
    assert line_of(dead).sent == []
    assert line_of(alive).numbers == [1, 2]


async def test_one_that_answers_no_ping_is_cut_off_within_ten_seconds(
    log: list[int],
) -> None:
    member = present(room_at(0))
    line_of(member).silent = SLOW_SECONDS - 0.1
    member.look(time.monotonic())
    assert line_of(member).code is None
    line_of(member).silent = SLOW_SECONDS + 0.1
    member.look(time.monotonic())
    assert line_of(member).code == Close.TOO_SLOW
    assert SLOW_SECONDS + members.PING_SECONDS <= 10.0


async def test_an_outbox_has_an_end(log: list[int]) -> None:
    room = room_at(0)
    member = present(room)
    line_of(member).owed = FULL_BYTES
    for n in range(1, MOST_BYTES // 16_000 + 3):
        room.take([chunk(n, 16_000)])
    assert line_of(member).code == Close.TOO_SLOW
    assert member._size == 0


async def test_messages_come_once_and_not_to_minors(log: list[int]) -> None:
    room = room_at(0)
    adult, minor = present(room), present(room, audience=False)
    hello = of_event(Message("k1", "bob", "Bob", "Hello", 1.0))
    room.take([hello, hello])
    assert len(line_of(adult).sent) == 1
    assert line_of(minor).sent == []


async def test_a_frame_is_made_once_for_all_sockets() -> None:
    parcel = Parcel(event(1))
    assert parcel.frame.wire() is parcel.frame.wire()


@pytest.mark.parametrize(
    ("content", "head"),
    [
        ("é", b"\x81\x02"),
        (b"x" * 125, b"\x82\x7d"),
        (b"x" * 126, b"\x82\x7e\x00\x7e"),
        (b"x" * 65535, b"\x82\x7e\xff\xff"),
        (b"x" * 65536, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_frame_has_the_head_that_its_size_asks_for(
    content: str | bytes, head: bytes
) -> None:
    data = content.encode() if isinstance(content, str) else content
    assert Frame(content).wire() == head + data


async def test_a_plain_server_s_line_counts_what_it_has_not_taken() -> None:
    gate = asyncio.Event()
    sent: list[str] = []

    async def send(message: dict[str, object]) -> None:
        await gate.wait()
        sent.append(str(message["type"]))

    line = PlainLine(send)
    assert line.unanswered() == 0.0
    line.write(Frame("x" * 100))
    line.write(Frame(b"y" * 50))
    await asyncio.sleep(0.02)
    assert line.waiting() == 150
    assert line.unanswered() > 0.0
    line.close(1000)
    gate.set()
    await asyncio.sleep(0.02)
    assert line.waiting() == 0
    assert sent == ["websocket.send", "websocket.send", "websocket.close"]

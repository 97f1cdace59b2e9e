"""All rooms of one process: the ear on the bus, the clock, the counts."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import socket
import time
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from django.conf import settings

from socialapp.accounts.circle import circles_of
from socialapp.lib import bus
from socialapp.lib.sockets import before_the_end
from streams import delivery, selectors, services
from streams.delivery import of_event
from streams.hub import threads
from streams.hub.members import Member
from streams.hub.rooms import KEPT_EVENTS, Room
from streams.protocol import Close
from streams.protocol.events import SHUT, Viewers
from streams.selectors import Pass
from streams.services.news import channel_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from socialapp.lib.sockets import Line
    from streams.models import Stream
    from streams.selectors.door import Viewer

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
"""Between two looks at outboxes that hold something."""

LOOK_AT_ALL_SECONDS = 0.4
"""Between two looks at all sockets, for their pings."""

WATCH_SECONDS = 2.0
"""Between two looks at the ends of the logs, while the bus is up: a net for what it
lost."""

DOWN_SECONDS = 0.25
"""The same while it is down: then the logs are the only news."""

COUNT_SECONDS = 2.0
PASSES_SECONDS = 4.0
"""Between two looks at sessions and accounts: who signs out is out within five."""

REACTIONS_SECONDS = 0.5


class FullError(Exception):
    """This process holds as many viewers as it may."""


class AfterError(Exception):
    """A number that the log has not reached."""


@dataclass(slots=True)
class Place:
    """A member in its room, and the room's clock when it came."""

    room: Room
    member: Member
    clock: float
    since: float
    """``time.monotonic()`` when `clock` was read."""

    def now(self) -> float:
        """On the stream's clock. It runs on by itself: it is set by the database."""
        if not self.clock:
            return 0.0
        return round(self.clock + time.monotonic() - self.since, 6)


class Hub:
    """One a process. Start it with the first viewer; it ends with the last."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_hex(3)}"
        self.rooms: dict[int, Room] = {}
        self.viewers = 0
        self._listener: bus.Listener | None = None
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self._opening = asyncio.Lock()
        self._left: dict[int, None] = {}
        """Rooms that closed since the last count."""

    async def enter(
        self,
        *,
        stream: Stream,
        viewer: Viewer,
        line: Line,
        after: int | None,
        session: str = "",
    ) -> Place:
        """Welcome a viewer and bring it to the present. `after`: the last event it has;
        None: it is new. `session`: key of a browser's. FullError; AfterError for a
        number that was never sent."""
        if self._stopping or self.viewers >= settings.VIEWERS_PER_PROCESS:
            raise FullError
        self.viewers += 1
        member: Member | None = None
        room: Room | None = None
        try:
            room = await self._room(stream.pk)
            lobby, began = await room.lobby()
            if after is not None and after > lobby.head.seq:
                # More may have happened since the lobby was read; it must not tell of
                # what this viewer knows to be gone.
                lobby, began = await room.lobby(fresh=True)
                if after > lobby.head.seq:
                    raise AfterError
            resumed = after is not None and lobby.head.seq - after <= KEPT_EVENTS
            start = after if after is not None and resumed else lobby.after
            adult = not (viewer.is_authenticated and viewer.is_minor)
            host = viewer.pk == stream.host_id
            writes = lobby.chat_open or host
            entry = _pass_of(viewer, session)
            member = Member(line, audience=adult, entry=entry, host=host)
            if entry is not None:
                member.unheard = await threads.audience(_unheard_by, entry.person)
            place = Place(room, member, lobby.head.clock, lobby.at)
            member.tell(
                replace(
                    lobby.welcome,
                    after=start,
                    resumed=resumed,
                    clock=place.now(),
                    messages=tuple(
                        one
                        for one in lobby.welcome.messages
                        if adult and one.person not in member.unheard
                    ),
                    may_write=viewer.is_authenticated and adult and writes,
                )
            )
            await room.admit(member, start, since=began)
        except BaseException:
            self.viewers -= 1
            if room is not None and member is not None:
                room.leave(member)
            raise
        finally:
            if room is not None:
                room.guests -= 1
            await self._close_if_empty(stream.pk)
        return place

    async def leave(self, place: Place) -> None:
        self.viewers -= 1
        place.member.gone = True
        place.room.leave(place.member)
        await self._close_if_empty(place.room.stream_id)

    async def _room(self, stream_id: int) -> Room:
        """With one guest more, so that it does not close before they are in."""
        async with self._opening:
            if room := self.rooms.get(stream_id):
                room.guests += 1
                return room
            if self._listener is None:
                self._listener = bus.listen(self._heard, self._turned)
                self._start()
            # First the ear, then the log: what happens between is heard.
            await self._listener.add(channel_of(stream_id))
            head = (await threads.show(selectors.heads, [stream_id]))[stream_id]
            room = self.rooms[stream_id] = Room(stream_id, head)
            room.guests += 1
            self._left.pop(stream_id, None)
            return room

    async def _close_if_empty(self, stream_id: int) -> None:
        room = self.rooms.get(stream_id)
        if room is not None and not room.members and not room.guests:
            del self.rooms[stream_id]
            self._left[stream_id] = None
            room.close()
            if room.reactions:
                await self._count_reactions(room)
            # Under the lock: who opens the room again meanwhile must not become deaf.
            async with self._opening:
                if self._listener is not None and stream_id not in self.rooms:
                    await self._listener.drop(channel_of(stream_id))
        if not self.rooms and not self.viewers:
            await self.close()

    def stop(self) -> None:
        """This process ends: everybody may come back at once, to another."""
        self._stopping = True
        for room in self.rooms.values():
            for member in tuple(room.members):
                member.close(Close.RESTART, "We restart. Come back at once.")

    async def close(self) -> None:
        """Say that nobody watches here any more, and stop listening."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        listener, self._listener = self._listener, None
        if listener is not None:
            await listener.close()
        left, self._left = self._left, {}
        with contextlib.suppress(Exception):
            await threads.show(
                services.note_presence, hub=self.name, counts=dict.fromkeys(left, 0)
            )

    # The bus --------------------------------------------------------------------

    def _heard(self, channel: str, message: bytes) -> None:
        room = self.rooms.get(int(channel.rpartition(":")[2]))
        if room is None:
            return
        try:
            found = delivery.unpack(message)
        except ValueError:
            log.warning("%s: a message of another version was dropped", channel)
            return
        room.take(found)

    def _turned(self, up: bool) -> None:
        log.info("The bus is %s", "up" if up else "down: logs are read instead")
        for room in self.rooms.values():
            room.fill()

    # What is done again and again -------------------------------------------------

    def _start(self) -> None:
        _keep_what_is_loaded()
        loop = asyncio.get_running_loop()
        for seconds, work in (
            (LOOK_SECONDS, self._look),
            (DOWN_SECONDS, self._watch),
            (COUNT_SECONDS, self._count),
            (REACTIONS_SECONDS, self._react),
            (PASSES_SECONDS, self._check_passes),
        ):
            self._tasks.append(loop.create_task(_again(seconds, work)))
        self._watched = self._looked = 0.0

    async def _look(self) -> None:
        now = time.monotonic()
        all_due = now - self._looked >= LOOK_AT_ALL_SECONDS
        if all_due:
            self._looked = now
        for room in tuple(self.rooms.values()):
            for member in tuple(room.members):
                if all_due or member.owed or member.gone:
                    member.look(now)
                if member.gone:
                    room.leave(member)

    async def _watch(self) -> None:
        now = time.monotonic()
        up = self._listener is not None and self._listener.up
        if not self.rooms or (up and now - self._watched < WATCH_SECONDS):
            return
        self._watched = now
        heads = await threads.show(selectors.heads, list(self.rooms))
        for stream_id, head in heads.items():
            if room := self.rooms.get(stream_id):
                room.notice(head)

    async def _count(self) -> None:
        counts = {pk: len(room.members) for pk, room in self.rooms.items()}
        left, self._left = self._left, {}
        counts = dict.fromkeys(left, 0) | counts
        if not counts:
            return
        totals = await threads.show(
            services.note_presence, hub=self.name, counts=counts
        )
        for stream_id, viewers in totals.items():
            room = self.rooms.get(stream_id)
            if room is not None and room.viewers != viewers:
                room.viewers = viewers
                room.broadcast(of_event(Viewers(viewers)))

    async def _react(self) -> None:
        for room in tuple(self.rooms.values()):
            if room.reactions:
                await self._count_reactions(room)

    async def _check_passes(self) -> None:
        people = [
            (member, member.entry)
            for room in self.rooms.values()
            for member in room.members
            if member.entry is not None
        ]
        if not people:
            return
        over = await threads.show(selectors.ended, {entry for _, entry in people})
        for member, entry in people:
            if entry in over:
                member.close(Close.TICKET, "You are signed out. Sign in to come back.")
        await self._keep_apart()

    async def _keep_apart(self) -> None:
        """Whom somebody blocked or muted meanwhile they hear no more; whoever is apart
        from the host is sent out."""
        rooms = tuple(self.rooms.values())
        hosts, circles = await threads.show(
            selectors.kept_apart,
            [room.stream_id for room in rooms],
            {one.entry.person for room in rooms for one in room.members if one.entry},
        )
        for room in rooms:
            for member in tuple(room.members):
                if member.entry is None or member.entry.person not in circles:
                    continue
                circle = circles[member.entry.person]
                member.unheard = circle.unheard
                if hosts.get(room.stream_id) in circle.apart:
                    member.close(Close.NO_STREAM, SHUT)

    async def _count_reactions(self, room: Room) -> None:
        given, room.reactions = room.reactions, {}
        await threads.show(
            services.count_reactions, stream_id=room.stream_id, given=given
        )


async def _again(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception:
            # The database or the bus is away for a moment: the next round tries again.
            log.exception("The hub could not %s", work.__name__.strip("_"))


def _unheard_by(person: int) -> frozenset[str]:
    return circles_of([person])[person].unheard


def _pass_of(viewer: Viewer, session: str) -> Pass | None:
    if not viewer.is_authenticated:
        return None
    proof = viewer.get_session_auth_hash() if session else ""
    return Pass(viewer.pk, session, proof)


@cache
def _keep_what_is_loaded() -> None:
    """Once a process: what was loaded so far stays. Each full collection would walk
    through it, 82 ms of CPU (Python 3.11), while every viewer waits."""
    gc.collect()
    gc.freeze()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def current() -> Hub:
    """The hub of this process."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
        before_the_end(_hubs[loop].stop)
    return _hubs[loop]

"""The viewers of one stream in this process, and the end of its log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from itertools import islice
from typing import TYPE_CHECKING

from streams import selectors
from streams.delivery import of_event
from streams.hub import threads
from streams.hub.members import Member, Parcel
from streams.protocol import Close
from streams.protocol.events import SHUT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.delivery import Delivery
    from streams.selectors import Head, Lobby

log = logging.getLogger(__name__)

KEPT_EVENTS = 400
"""The end of the log in memory, for those that come back."""

KEPT_BYTES = 2 * 1024 * 1024
LOBBY_SECONDS = 0.5
"""A restart sends everybody to the door at once; 200 readings took 3 s of one core."""

KNOWN_MESSAGES = 256
"""By key: a message may arrive by the bus and from the database."""


class Room:
    def __init__(self, stream_id: int, head: Head) -> None:
        self.stream_id = stream_id
        self.last = head.seq
        """The last logged event that every member has, or that waits for them."""

        self.members: set[Member] = set()
        self.guests = 0
        """Who is on the way in."""

        self.reactions: dict[str, int] = {}
        """Given here since they were last counted."""

        self.viewers = -1
        """As last told."""

        self._lobby: tuple[Lobby, float] | None = None
        self._reading = asyncio.Lock()
        self._news: dict[str, tuple[float, Parcel]] = {}
        """The newest of each key, and when it came."""

        self._said: deque[tuple[float, Parcel]] = deque(
            maxlen=selectors.LATEST_MESSAGES
        )
        self._message = head.message
        self._known: OrderedDict[str, None] = OrderedDict()
        self._kept: deque[Parcel] = deque()
        self._kept_bytes = 0
        self._early: dict[int, Delivery] = {}
        self._filling: asyncio.Task[None] | None = None
        self._again = False

    def take(self, deliveries: Iterable[Delivery]) -> None:
        """What the bus brought: in order it goes on, early it waits for what is missing,
        late it is known already."""
        for delivery in deliveries:
            if delivery.shuts:
                self.shut()
            elif not delivery.seq:
                self._pass_on(delivery)
            elif delivery.seq == self.last + 1:
                self._push(delivery)
            elif delivery.seq > self.last:
                self._early[delivery.seq] = delivery
        while early := self._early.pop(self.last + 1, None):
            self._push(early)
        for seq in [seq for seq in self._early if seq <= self.last]:
            del self._early[seq]
        if self._early:
            self.fill()

    def notice(self, head: Head) -> None:
        """Where the log ends by the database: if it is further, what is missing is
        read. Whether others than the host may still watch is looked at as well: the bus
        may have lost it, and somebody may have come in meanwhile."""
        if head.shut:
            self.shut()
        if head.seq > self.last or head.message > self._message:
            self.fill()

    def fill(self) -> None:
        """Read what is missing. One reader at a time; asked meanwhile, it reads again."""
        self._again = True
        if self._filling is None or self._filling.done():
            loop = asyncio.get_running_loop()
            self._filling = loop.create_task(self._fill())

    async def lobby(self, *, fresh: bool = False) -> tuple[Lobby, float]:
        """What who enters is told, and ``time.monotonic()`` before it was read. One
        reading serves all who come within LOBBY_SECONDS."""
        async with self._reading:
            began = time.monotonic()
            known = self._lobby
            if known is None or fresh or began - known[1] > LOBBY_SECONDS:
                found = await threads.audience(selectors.lobby, self.stream_id)
                known = self._lobby = (found, began)
            return known

    async def admit(self, member: Member, after: int, *, since: float) -> None:
        """Bring a member from `after` to the present, without a gap, and keep it there.
        `since`: when the lobby was read that it knows; what was news since then it is
        told."""
        member.after = after
        self.members.add(member)
        while not member.gone:
            missing = self.since(member.after)
            if missing is None:
                events = await threads.show(
                    selectors.events_since, self.stream_id, member.after
                )
                for event in events:
                    member.catch_up(Parcel(of_event(event)))
                if not events:
                    break
                continue
            for parcel in missing:
                member.catch_up(parcel)
            # Nothing was awaited since `since`: from here on the room's own deliveries
            # follow without a gap.
            break
        for came, parcel in (*self._said, *self._news.values()):
            if came >= since:
                member.offer(parcel)
        member.catching = False
        member.pump()

    def since(self, after: int) -> list[Parcel] | None:
        """The events after this number; None when memory does not reach back so far."""
        if after >= self.last:
            return []
        first = self._kept[0].seq if self._kept else self.last + 1
        if after + 1 < first:
            return None
        return list(islice(self._kept, after + 1 - first, None))

    def leave(self, member: Member) -> None:
        self.members.discard(member)

    def shut(self) -> None:
        """Everybody but the host is sent out."""
        for member in tuple(self.members):
            if not member.host:
                member.close(Close.NO_STREAM, SHUT)

    def close(self) -> None:
        if self._filling is not None:
            self._filling.cancel()

    def broadcast(self, delivery: Delivery) -> None:
        """To the members of this process, in order with everything else."""
        self._pass_on(delivery)

    def _push(self, delivery: Delivery) -> None:
        parcel = Parcel(delivery)
        self.last = parcel.seq
        if delivery.removes:
            self._forget(delivery)
        self._kept.append(parcel)
        self._kept_bytes += parcel.frame.size
        while len(self._kept) > KEPT_EVENTS or self._kept_bytes > KEPT_BYTES:
            self._kept_bytes -= self._kept.popleft().frame.size
        self._give(parcel)

    def _forget(self, removal: Delivery) -> None:
        """What was taken away is in nobody's way any more."""
        members = tuple(self.members)
        if removal.line:
            # Who comes back reads the log, where it is withheld.
            self._kept.clear()
            self._kept_bytes = 0
            for member in members:
                member.forget(removal.line)
            return
        kept = [one for one in self._said if one[1].message != removal.key]
        self._said = deque(kept, maxlen=self._said.maxlen)
        for member in members:
            member.forget_message(removal.key)

    def _pass_on(self, delivery: Delivery) -> None:
        if delivery.audience:
            if delivery.key in self._known:
                return
            self._known[delivery.key] = None
            if len(self._known) > KNOWN_MESSAGES:
                self._known.popitem(last=False)
        parcel = Parcel(delivery)
        now = time.monotonic()
        if parcel.audience:
            self._said.append((now, parcel))
        elif parcel.key:
            self._news[parcel.key] = (now, parcel)
        self._give(parcel)

    def _give(self, parcel: Parcel) -> None:
        for member in tuple(self.members):
            try:
                member.offer(parcel)
            except Exception:
                # One socket that breaks is one viewer less, not the end of the show.
                log.exception("Stream %s: a socket broke", self.stream_id)
                member.gone = True
                self.leave(member)

    async def _fill(self) -> None:
        while self._again:
            self._again = False
            try:
                await self._read_events()
                await self._read_messages()
            except Exception:
                # The database is away: whoever watches the heads asks again.
                log.exception("Stream %s: the log cannot be read", self.stream_id)

    async def _read_events(self) -> None:
        while True:
            after = self.last
            events = await threads.show(selectors.events_since, self.stream_id, after)
            # The bus may have brought some of them meanwhile; `take` knows.
            self.take([of_event(event) for event in events])
            if len(events) < selectors.MOST_EVENTS:
                return

    async def _read_messages(self) -> None:
        found = await threads.show(
            selectors.messages_since, self.stream_id, self._message
        )
        for number, message in found:
            self._message = max(self._message, number)
            self._pass_on(of_event(message))

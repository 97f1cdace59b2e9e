"""The socket of one viewer: let in, welcomed, listened to, politely closed."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import AnonymousUser

from moderation.abuse.services import AbuseError
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError, help_lines
from socialapp.lib.sockets import Frame
from streams import hub, selectors, services
from streams.errors import StreamError, TicketError
from streams.hub import threads
from streams.models import Stream
from streams.protocol import VERSION, Close, RequestError, as_frame, read_request
from streams.protocol.events import Accepted, Closing, HelpLine, Pong, Refused
from streams.protocol.requests import BURST, RATE, Ping, React, Say, Vote

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.lib.sockets import Line
    from streams.protocol.requests import Request

log = logging.getLogger(__name__)


class Refusal(Exception):  # noqa: N818  it is said to a client, nothing failed
    """Why a socket is closed at its door."""

    def __init__(self, code: Close, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class StreamConsumer(AsyncWebsocketConsumer):
    """Everything that is sent comes from the hub; here is what a viewer does."""

    channel_layer_alias = "none"
    """The hub is the way to the sockets: a channel each would cost a Redis list each."""

    place: hub.Place | None = None
    person: User | AnonymousUser = AnonymousUser()
    n = 0
    """Of the last message that was read."""

    closed = False
    allowance = float(BURST)
    allowed_at = 0.0

    async def connect(self) -> None:
        await self.accept()
        try:
            await self._enter()
        except Refusal as refusal:
            self._refuse(refusal.code, refusal.detail)

    async def disconnect(self, code: int) -> None:  # noqa: ARG002
        self.closed = True
        place, self.place = self.place, None
        if place is not None:
            # Daphne cancels what takes long after a disconnect.
            await asyncio.shield(hub.current().leave(place))

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        place = self.place
        if self.closed or place is None or place.member.gone:
            return
        try:
            self._spend()
            frame = text_data if text_data is not None else bytes_data or b""
            request = read_request(frame, self.n + 1)
        except RequestError as error:
            self.closed = True
            place.member.close(error.code, error.detail)
            return
        self.n = request.n
        await self._answer(request, place)

    # In -------------------------------------------------------------------------

    async def _enter(self) -> None:
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        if _first(query, "v") not in {"", str(VERSION)}:
            raise Refusal(
                Close.WRONG_VERSION, f"This house speaks version {VERSION} alone."
            )
        after = _number(_first(query, "after"))
        key = self.scope["url_route"]["kwargs"]["key"]
        self.person = await self._who(key, _first(query, "ticket"))
        try:
            stream = await threads.audience(
                selectors.stream_at_the_door, viewer=self.person, key=key
            )
            self.stream = stream
            self.place = await hub.current().enter(
                stream=stream,
                viewer=self.person,
                line=cast("Any", self.scope)["line"],
                after=after,
                session=self._session(),
            )
        except Stream.DoesNotExist:
            raise Refusal(
                Close.NO_STREAM, "There is no such stream, or it is not yours to see."
            ) from None
        except hub.FullError:
            raise Refusal(
                Close.FULL, "The house is full. Come back in a moment."
            ) from None
        except hub.AfterError:
            raise Refusal(
                Close.WRONG_SEQUENCE, "The log has not reached that number."
            ) from None

    async def _who(self, key: str, ticket: str) -> User | AnonymousUser:
        scope = cast("Any", self.scope)
        if ticket:
            try:
                return await threads.audience(_redeemed, key, ticket)
            except (TicketError, Stream.DoesNotExist) as error:
                raise Refusal(Close.TICKET, str(error)) from None
        if scope.get("program"):
            raise Refusal(
                Close.TICKET,
                "A program needs a ticket: POST .../streams/<key>/ticket/.",
            )
        # Resolved here: what is lazy would be asked in a thread and fail.
        user = scope.get("user") or AnonymousUser()
        return cast("User | AnonymousUser", getattr(user, "_wrapped", user))

    def _session(self) -> str:
        """Key of the browser's session; empty when a ticket let it in."""
        if b"ticket=" in self.scope["query_string"]:
            return ""
        session = cast("Any", self.scope).get("session")
        return str(getattr(session, "session_key", "") or "")

    def _refuse(self, code: Close, detail: str) -> None:
        self.closed = True
        line: Line = cast("Any", self.scope)["line"]
        line.write(Frame(as_frame(Closing(code, detail))))
        line.close(code)

    # What viewers do ------------------------------------------------------------

    def _spend(self) -> None:
        """RequestError for more messages than RATE allows."""
        now = time.monotonic()
        self.allowance += (now - (self.allowed_at or now)) * RATE
        self.allowance = min(float(BURST), self.allowance) - 1.0
        self.allowed_at = now
        if self.allowance < 0:
            raise RequestError(
                Close.TOO_FAST, f"At most {RATE:.0f} messages a second, please."
            )

    async def _answer(self, request: Request, place: hub.Place) -> None:
        if isinstance(request, Ping):
            place.member.tell(Pong(request.n, place.now()))
            return
        if isinstance(request, React):
            # Of anybody, and counted by the room.
            given = place.room.reactions
            given[request.reaction] = given.get(request.reaction, 0) + 1
            return
        try:
            if not self.person.is_authenticated:
                raise StreamError("Sign in to write and to vote.", code="signed-out")
            await self._act(request)
        except Exception as error:
            refused = _refusal_of(request.n, error)
            if refused is None:
                log.exception("A viewer's message failed")
                refused = Refused(
                    request.n, "error", "That did not work on our side. Try again."
                )
            place.member.tell(refused)
        else:
            place.member.tell(Accepted(request.n))

    async def _act(self, request: Say | Vote) -> None:
        person = cast("User", self.person)
        if isinstance(request, Say):
            client = self.scope.get("client") or ("", 0)
            await threads.audience(
                services.say,
                stream=self.stream,
                person=person,
                text=request.text,
                address=str(client[0] or ""),
            )
        else:
            await threads.audience(
                services.vote, stream=self.stream, person=person, topic=request.topic
            )


def _redeemed(key: str, ticket: str) -> User:
    return services.redeem_ticket(stream=Stream.objects.get(key=key), ticket=ticket)


def _refusal_of(n: int, error: Exception) -> Refused | None:
    """What a refusal of a service is on the wire; None for a fault of ours."""
    match error:
        case StreamError():
            return Refused(n, error.code, error.message)
        case TextRefusedError():
            help_ = tuple(HelpLine(**line) for line in help_lines())
            if error.crisis:
                return Refused(n, "care", error.message, help_)
            return Refused(n, "text-refused", error.message)
        case ScreeningUnavailableError():
            return Refused(n, "not-checked", error.message)
        case AbuseError():
            return Refused(n, "too-much", error.message)
        case _:
            return None


def _first(query: dict[str, list[str]], name: str) -> str:
    return query.get(name, [""])[0]


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise Refusal(Close.WRONG_SEQUENCE, "after is the number of an event.")
    return int(text)

"""The socket of one person in a company: hears what happens, votes, counts."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from typing import TYPE_CHECKING, Any, cast

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from scenes.models import Company
from scenes.selectors import company as selectors
from scenes.services import company as services
from scenes.services.company_news import group_of
from scenes.services.play_errors import PlayingError

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

log = logging.getLogger(__name__)

SIGN_IN, NOT_FOUND, TOO_MUCH, ODD = 4401, 4404, 4429, 4400
"""Close codes: like HTTP 401, 404, 429 and 400."""

BEAT_SECONDS = 20.0
RATE, BURST = 4.0, 20
"""Messages a second, and at once."""

MOST_BYTES = 2000
AFTER = 0.2
"""Seconds after the end of a vote at which it is counted."""

GROWN = {"improvised"}
"""What people under 18 are not told."""


class CompanyConsumer(AsyncWebsocketConsumer):
    """docs/scenes-together.md says what is sent and what may be."""

    group = ""
    person: User
    company_id = 0
    allowance = float(BURST)
    allowed_at = 0.0

    async def connect(self) -> None:
        user = cast("User | AnonymousUser | None", self.scope.get("user"))
        self.key = self.scope["url_route"]["kwargs"]["key"]
        self.counting: asyncio.Task[None] | None = None
        self.beating: asyncio.Task[None] | None = None
        if user is None or not user.is_authenticated:
            await self._refuse(SIGN_IN)
            return
        self.person = cast("User", getattr(user, "_wrapped", user))
        await self.channel_layer.group_add(group_of(self.key), self.channel_name)
        self.group = group_of(self.key)
        company_id = await _sit_down(self.key, self.person)
        if company_id is None:
            await self._refuse(NOT_FOUND)
            return
        self.company_id = company_id
        await self.accept()
        # First the group, then the state: nothing that happens between is missed.
        await self._say(await _welcome(self.key, self.person))
        self.beating = asyncio.create_task(self._beat())

    async def _refuse(self, code: int) -> None:
        """Accepted first: a browser is told the code of open sockets alone."""
        await self.accept()
        await self.close(code=code)

    async def disconnect(self, code: int) -> None:  # noqa: ARG002
        for task in (self.counting, self.beating):
            if task is not None:
                task.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)
        if self.company_id:
            # Daphne cancels what takes long after a disconnect.
            await asyncio.shield(self._see(here=False))

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        if not self.company_id:
            return
        if not self._may():
            await self.close(code=TOO_MUCH)
            return
        if text_data is None or len(text_data) > MOST_BYTES or bytes_data:
            await self.close(code=ODD)
            return
        asked = _read(text_data)
        if asked is None:
            await self.close(code=ODD)
            return
        await self._answer(asked)

    async def company_event(self, envelope: dict[str, Any]) -> None:
        event = envelope["event"]
        if envelope["gone"] == self.person.pk:
            await self.close(code=NOT_FOUND)
            return
        if event["type"] in GROWN and self.person.is_minor:
            return
        await self._say(event)
        if event["type"] == "votes":
            self._count_later(event["closes_in"])
        elif event["type"] == "closed":
            await self.close()

    async def _answer(self, asked: dict[str, Any]) -> None:
        n = asked.get("n")
        try:
            match asked.get("type"):
                case "ping":
                    await self._say({"type": "pong", "n": n})
                    return
                case "vote":
                    await _vote(self.key, self.person, asked)
                case "count":
                    await _count(self.key, self.person)
                case _:
                    await self.close(code=ODD)
                    return
        except (PlayingError, Company.DoesNotExist) as error:
            code = error.code if isinstance(error, PlayingError) else "over"
            detail = str(error) if code != "over" else "This company is over."
            await self._say({"type": "refused", "n": n, "code": code, "detail": detail})
        except Exception:
            log.exception("A message in company %s failed", self.key)
            detail = "That did not work on our side. Try again."
            await self._say(
                {"type": "refused", "n": n, "code": "error", "detail": detail}
            )
        else:
            await self._say({"type": "accepted", "n": n})

    async def _say(self, event: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(event, ensure_ascii=False))

    def _may(self) -> bool:
        now = time.monotonic()
        self.allowance += (now - (self.allowed_at or now)) * RATE
        self.allowance = min(float(BURST), self.allowance) - 1.0
        self.allowed_at = now
        return self.allowance >= 0

    def _count_later(self, closes_in: float | None) -> None:
        """Every page's socket minds the clock: one of them is always there."""
        if self.counting is not None:
            self.counting.cancel()
            self.counting = None
        if closes_in is not None:
            self.counting = asyncio.create_task(self._count_at(closes_in + AFTER))

    async def _count_at(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        # Shielded: the news of it cancels this very task.
        with contextlib.suppress(PlayingError):
            await asyncio.shield(_count_due(self.key))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if not await self._see(here=True):
                await self.close(code=NOT_FOUND)
                return

    async def _see(self, *, here: bool) -> bool:
        return await _see(self.company_id, self.person.pk, here)


def _read(text: str) -> dict[str, Any] | None:
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return asked if isinstance(asked, dict) else None


@database_sync_to_async
def _sit_down(key: str, person: User) -> int | None:
    """Id of the company in which this person has a seat."""
    try:
        company = selectors.company_of(person, key)
    except Company.DoesNotExist:
        return None
    if services.see(company_id=company.pk, person_id=person.pk):
        return company.pk
    return None


@database_sync_to_async
def _welcome(key: str, person: User) -> dict[str, Any]:
    services.count_due(key=key)
    company = selectors.company_of(person, key)
    return {
        "type": "welcome",
        "rev": company.play.rev,
        "people": selectors.people_in(company),
        "votes": selectors.standing_of(company),
        "vote": selectors.vote_of(company, person),
    }


@database_sync_to_async
def _vote(key: str, person: User, asked: dict[str, Any]) -> None:
    at, choice = asked.get("at"), asked.get("choice")
    if not isinstance(at, int) or not isinstance(choice, str):
        raise PlayingError("A vote has at and choice.", code="odd")
    company = selectors.company_of(person, key)
    services.vote(company=company, person=person, at=at, choice=choice)


@database_sync_to_async
def _count(key: str, person: User) -> None:
    services.count_now(company=selectors.company_of(person, key), host=person)


@database_sync_to_async
def _count_due(key: str) -> None:
    services.count_due(key=key)


@database_sync_to_async
def _see(company_id: int, person_id: int, here: bool) -> bool:
    return services.see(company_id=company_id, person_id=person_id, here=here)

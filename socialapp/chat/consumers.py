"""A socket on which the open pages of a conversation's people hear it as it happens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from socialapp.chat import selectors
from socialapp.chat.services.checks import open_to
from socialapp.chat.services.news import group_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

SIGN_IN = 4401
NOT_FOUND = 4404
"""Close codes: like HTTP 401 and 404."""

SURE = 10.0
"""Seconds for which a seat is taken for granted: that somebody was sent away is news, and
news can get lost."""


class ConversationConsumer(AsyncJsonWebsocketConsumer):
    """Sends what `socialapp.chat.services.news` tells; what a client sends is ignored:
    everything is said by HTTP, so nothing is lost with a connection."""

    group = ""
    key = ""
    since = 0
    looked = 0.0
    away: frozenset[int] = frozenset()
    """Ids of the seats of those whom this person blocked or muted."""

    async def connect(self) -> None:
        user = cast("User | AnonymousUser | None", self.scope.get("user"))
        self.key = self.scope["url_route"]["kwargs"]["key"]
        if user is None or not user.is_authenticated:
            await self.close(code=SIGN_IN)
            return
        self.user = user
        if not await self._look():
            await self.close(code=NOT_FOUND)
            return
        self.group = group_of(self.key)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:  # noqa: ARG002
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any
    ) -> None:
        pass

    async def chat_event(self, event: dict[str, Any]) -> None:
        """What was begun before this person came is not theirs to hear."""
        stale = time.monotonic() - self.looked > SURE
        gone = event["gone"] == self.user.pk
        if gone or (stale and not await self._look()):
            await self.close(code=NOT_FOUND)
            return
        if event["at"] is None or event["at"] > self.since:
            told = event["event"]
            if told["type"] == "said" and told["speaker"] in self.away:
                # Their words are folded on the page, which is told to look again.
                told = {"type": "shown"}
            await self.send_json(told)

    async def _look(self) -> bool:
        """Whether this person sits there, and since when."""
        found = await _seat(self.user, self.key)
        self.looked = time.monotonic()
        if found is None:
            return False
        self.since, self.away = found
        return True


@database_sync_to_async
def _seat(user: User, key: str) -> tuple[int, frozenset[int]] | None:
    return selectors.hearing(user, key) if open_to(user) else None

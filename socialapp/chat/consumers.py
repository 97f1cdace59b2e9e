"""A socket on which one person's open pages hear a conversation as it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from socialapp.chat.models import Conversation
from socialapp.chat.services.news import group_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

SIGN_IN = 4401
NOT_FOUND = 4404
"""Close codes: like HTTP 401 and 404."""


class ConversationConsumer(AsyncJsonWebsocketConsumer):
    """Sends what `socialapp.chat.services.news` tells; what a client sends is ignored:
    everything is said by HTTP, so nothing is lost with a connection."""

    group = ""

    async def connect(self) -> None:
        user = cast("User | AnonymousUser | None", self.scope.get("user"))
        key: str = self.scope["url_route"]["kwargs"]["key"]
        if user is None or not user.is_authenticated:
            await self.close(code=SIGN_IN)
            return
        if not await _is_mine(user, key):
            await self.close(code=NOT_FOUND)
            return
        self.group = group_of(key)
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
        await self.send_json(event["event"])


@database_sync_to_async
def _is_mine(user: User, key: str) -> bool:
    return Conversation.objects.of(user).filter(key=key).exists()

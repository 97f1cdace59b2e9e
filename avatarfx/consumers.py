"""A socket that tells one person how all of their clips are getting on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from avatarfx import selectors
from avatarfx.models import Clip
from avatarfx.services.news import group_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

SIGN_IN = 4401
"""Close code: like HTTP 401."""


MOST = 100
"""Clips that are told of on connecting, those first that come first."""


class ClipsConsumer(AsyncJsonWebsocketConsumer):
    """Sends ``clip-progress``; what a client sends is ignored.

    On connecting it tells of the clips that are not finished, so that a page which was
    reloaded or lost its connection is up to date without asking.
    """

    group = ""

    async def connect(self) -> None:
        user = cast("User | AnonymousUser | None", self.scope.get("user"))
        if user is None or not user.is_authenticated:
            await self.close(code=SIGN_IN)
            return
        self.group = group_of(user.pk)
        # First the group, then the state: nothing that happens between is missed.
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        for progress in await _open_clips(user):
            await self.send_json({"type": "clip-progress", **progress})

    async def disconnect(self, code: int) -> None:  # noqa: ARG002
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        pass

    async def clip_progress(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "clip-progress", **event["progress"]})


@database_sync_to_async
def _open_clips(user: User) -> list[dict[str, Any]]:
    clips = Clip.objects.of(user).in_line().full()
    return selectors.progress_of_all(clips[:MOST])

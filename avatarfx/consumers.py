"""A socket that tells one person how all of their clips are getting on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from avatarfx import selectors
from avatarfx.models import Clip
from avatarfx.services.news import group_of
from socialapp.accounts.programs.sockets import (
    SIGN_IN,
    BearerError,
    bearer_of,
    still_valid,
    token_for,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import Token, User

MOST = 100
"""Clips that are told of on connecting, those first that come first."""


class ClipsConsumer(AsyncJsonWebsocketConsumer):
    """Sends ``clip-progress``; what a client sends is ignored.

    On connecting it tells of the clips that are not finished, so that a page which was
    reloaded or lost its connection is up to date without asking. A page is known by its
    session, a program by the token that it shows in the handshake.
    """

    group = ""
    token: Token | None = None

    async def connect(self) -> None:
        key = bearer_of(self.scope)
        user = await (self._by_session() if key is None else self._by_token(key))
        if user is None:
            return
        self.group = group_of(user.pk)
        # First the group, then the state: nothing that happens between is missed.
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        for progress in await _open_clips(user):
            await self.send_json({"type": "clip-progress", **progress})

    async def _by_session(self) -> User | None:
        user = cast("User | AnonymousUser | None", self.scope.get("user"))
        # Programs have no session of a page: see streams.admission.
        page = not cast("Any", self.scope).get("program")
        if page and user is not None and user.is_authenticated:
            return user
        await self.close(code=SIGN_IN)
        return None

    async def _by_token(self, key: str) -> User | None:
        try:
            self.token = await token_for(key)
        except BearerError as error:
            # Only a socket that is open can be told why it is closed.
            await self.accept()
            await self.close(code=error.code, reason=str(error))
            return None
        return self.token.user

    async def disconnect(self, code: int) -> None:  # noqa: ARG002
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        pass

    async def clip_progress(self, event: dict[str, Any]) -> None:
        if self.token is not None and not await still_valid(self.token):
            await self.close(code=SIGN_IN, reason="This token was revoked.")
            return
        await self.send_json({"type": "clip-progress", **event["progress"]})


@database_sync_to_async
def _open_clips(user: User) -> list[dict[str, Any]]:
    clips = Clip.objects.of(user).in_line().full()
    return selectors.progress_of_all(clips[:MOST])

"""A socket ends with the session that opened it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

from channels.layers import get_channel_layer

from socialapp.accounts.programs.sockets import SIGN_IN
from socialapp.accounts.signing_in.sessions import group_of

if TYPE_CHECKING:
    from socialapp.lib.sockets import App, Receive, Scope, Send

log = logging.getLogger(__name__)


class EndsWithSession:
    """Stands between Channels' own authentication and the consumers, whichever they are:
    when the session is ended, the socket is closed and its consumer told that it left."""

    def __init__(self, app: Any) -> None:
        # Any: Channels types its own applications by messages, the house by dicts.
        self.app: App = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key, layer = _session_key(scope), get_channel_layer()
        if not key or layer is None:
            await self.app(scope, receive, send)
            return
        try:
            channel: str = await layer.new_channel()
            await layer.group_add(group_of(key), channel)
        except Exception as error:
            log.info("A socket will not hear that its session ends: %s", error)
            await self.app(scope, receive, send)
            return
        ended = asyncio.ensure_future(_heard(layer, channel))
        waiting: asyncio.Future[dict[str, Any]] | None = None

        async def receive_or_end() -> dict[str, Any]:
            # A message that arrives while its reader is cancelled is the next one's.
            nonlocal waiting
            if waiting is None:
                waiting = asyncio.ensure_future(receive())
            either: set[asyncio.Future[Any]] = {waiting, ended}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                await send({"type": "websocket.close", "code": SIGN_IN})
                return {"type": "websocket.disconnect", "code": SIGN_IN}
            message, waiting = waiting.result(), None
            return message

        try:
            await self.app(scope, receive_or_end, send)
        finally:
            ended.cancel()
            if waiting is not None:
                waiting.cancel()
            with contextlib.suppress(Exception):
                await layer.group_discard(group_of(key), channel)


async def _heard(layer: Any, channel: str) -> None:
    """Returns when the session is over. Without the layer it never does: then the
    socket lives as long as its page."""
    try:
        await layer.receive(channel)
    except Exception as error:
        log.info("A socket will not hear that its session ends: %s", error)
        await asyncio.Event().wait()


def _session_key(scope: Scope) -> str | None:
    user, session = scope.get("user"), scope.get("session")
    if session is None or user is None or not user.is_authenticated:
        return None
    key: str | None = session.session_key
    return key

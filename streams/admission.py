"""Whose sockets are let in: pages of this house, and programs with a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels.security.websocket import AllowedHostsOriginValidator

if TYPE_CHECKING:
    from socialapp.lib.sockets import App, Receive, Scope, Send

PATH = "/ws/streams/"


class OwnPagesAndTickets:
    """A browser names the page that opens a socket: a foreign one is refused with 403,
    whatever it brings, for its visitor's session would come along. A program names no
    page; it gets as far as a stream's own door and must show a ticket there."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._pages: Any = AllowedHostsOriginValidator(app)  # type: ignore[arg-type]  # typed for the URLs of the routing module alone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = any(name == b"origin" for name, _ in scope["headers"])
        scope["program"] = not named
        if named or not scope["path"].startswith(PATH):
            await self._pages(scope, receive, send)
        else:
            await self._app(scope, receive, send)

"""Whose sockets are let in: pages of this house, and programs with a ticket or a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels.security.websocket import AllowedHostsOriginValidator

if TYPE_CHECKING:
    from socialapp.lib.sockets import App, Receive, Scope, Send

DOORS = ("/ws/streams/", "/ws/clips/")
"""Of sockets that ask a program for a ticket, or for its token, themselves."""


class OwnPagesAndTickets:
    """A browser names the page that opens a socket: a foreign one is refused with 403,
    whatever it brings, for its visitor's session would come along. A program names no
    page; it gets as far as the door of a stream or of the clips, and must show there
    what it has: a session does not count."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._pages: Any = AllowedHostsOriginValidator(app)  # type: ignore[arg-type]  # typed for the URLs of the routing module alone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = any(name == b"origin" for name, _ in scope["headers"])
        scope["program"] = not named
        if named or not scope["path"].startswith(DOORS):
            await self._pages(scope, receive, send)
        else:
            await self._app(scope, receive, send)

"""The two things that the hub is measured beside, as an application for Daphne: a bare
Channels room (`group_send` to everybody) and a bare echo to oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

http = get_asgi_application()

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUP = "bench"


class LayerRoom(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:  # noqa: ARG002
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        assert text_data is None  # noqa: S101  the bench sends bytes
        await self.channel_layer.group_send(GROUP, {"type": "fan", "data": bytes_data})

    async def fan(self, event: Mapping[str, Any]) -> None:
        await self.send(bytes_data=event["data"])


class Echo(AsyncWebsocketConsumer):
    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        assert text_data is None  # noqa: S101  the bench sends bytes
        await self.send(bytes_data=bytes_data)


patterns = [
    path("layer/", LayerRoom.as_asgi()),  # type: ignore[arg-type]  # typed for HTTP
    path("echo/", Echo.as_asgi()),  # type: ignore[arg-type]  # typed for HTTP
]
application = ProtocolTypeRouter({"http": http, "websocket": URLRouter(patterns)})  # type: ignore[arg-type]  # typed for the URLs of the routing module alone

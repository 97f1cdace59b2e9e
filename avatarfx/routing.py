"""Sockets of avatarfx."""

from django.urls import path

from avatarfx.consumers import ClipsConsumer

websocket_urlpatterns = [
    path("ws/clips/", ClipsConsumer.as_asgi())  # type: ignore[arg-type]  # typed for HTTP
]

"""Sockets of streams."""

from django.urls import path

from streams.consumers import StreamConsumer

websocket_urlpatterns = [
    path("ws/streams/<str:key>/", StreamConsumer.as_asgi())  # type: ignore[arg-type]  # typed for HTTP
]

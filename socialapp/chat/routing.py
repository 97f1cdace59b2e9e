"""Sockets of conversations."""

from django.urls import path

from socialapp.chat.consumers import ConversationConsumer

websocket_urlpatterns = [
    path("ws/chats/<str:key>/", ConversationConsumer.as_asgi())  # type: ignore[arg-type]  # typed for HTTP
]

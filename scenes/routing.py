"""Sockets of scenes."""

from django.urls import path

from scenes.consumers import CompanyConsumer

websocket_urlpatterns = [
    path("ws/companies/<str:key>/", CompanyConsumer.as_asgi())  # type: ignore[arg-type]  # typed for HTTP
]

"""Wiring: which app answers where."""

from django.contrib import admin
from django.urls import path

from socialapp.lib.door import enter
from socialapp.lib.health import healthz, readyz
from socialapp.lib.media import media

urlpatterns = [
    path("admin/", admin.site.urls),
    path("enter/<token>/", enter, name="enter"),
    path("healthz", healthz),
    path("readyz", readyz),
    path("media/<path:path>", media),
]

"""A scene on its way to a browser or a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse

if TYPE_CHECKING:
    from scenes.services.trade import Taken


def download(file: Taken) -> HttpResponse:
    """As an attachment: no browser opens it beside our pages."""
    return HttpResponse(
        file.data,
        content_type=file.type,
        headers={
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )

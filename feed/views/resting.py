"""The calm page in the place of a feed that rests."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from django.shortcuts import render

from feed import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    View = Callable[..., HttpResponse]


def calm(template: str) -> Callable[[View], View]:
    """`template`, with until when, instead of a RestError of the view."""

    def around(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: str, **more: str) -> HttpResponse:
            try:
                return view(request, *args, **more)
            except services.RestError as error:
                response = render(request, template, {"rest": error})
                response["X-After"] = ""
                return response

        return answer

    return around

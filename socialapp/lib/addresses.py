"""Addresses that nobody typed: refused before any view asks the database about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class NoNul:
    """Postgres refuses a NUL in any text, which would be a 500 wherever one gets in.

    Forms and the API's parser refuse it in bodies; this is for paths and queries.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in an address")
        return self.get_response(request)

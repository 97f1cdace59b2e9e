"""Lists by cursor: stable while things are added, no page numbers, no counting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination

if TYPE_CHECKING:
    from rest_framework.pagination import Cursor
    from rest_framework.request import Request


class Pages(CursorPagination):
    """``?limit=`` up to 100 and ``?cursor=`` as given by ``next`` and ``previous``."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "limit"
    ordering: Any = ("-created", "-pk")

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            return super().decode_cursor(request)
        except NotFound:
            raise ValidationError(
                {"cursor": ["No such cursor. Take the one from “next”."]}
            ) from None


class NamedPages(Pages):
    ordering = ("name", "pk")

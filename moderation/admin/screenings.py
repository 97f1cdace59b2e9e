"""The log of text screening, and letting a refused text through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages

from moderation.models import Screening
from moderation.screening.reviews import ReviewError, clear_text
from moderation.screening.rules import of_category
from socialapp.accounts.requests import person
from socialapp.lib.admin import Record, table

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Screening)
class ScreeningAdmin(Record[Screening]):
    list_display = ("created", "surface", "action", "rules", "person", "review_asked")
    list_filter = ("action", "surface", "endpoint", "created")
    list_select_related = ("person",)
    search_fields = ("subject", "person__username", "sha256")
    fields = (
        "created", "surface", "subject", "person", "action", "text", "found", "scores",
        "version", "endpoint", "review_asked", "cleared", "cleared_by",
    )  # fmt: skip
    actions = ("let_through",)

    @admin.display(description="Rules")
    def rules(self, row: Screening) -> str:
        return ", ".join(dict.fromkeys(str(f["rule"]) for f in row.findings))

    @admin.display(description="Findings")
    def found(self, row: Screening) -> SafeString:
        return table(
            ["Rule", "Action", "Layer", "Score", "Words"],
            [[*_line(found), _words(row, found)] for found in row.findings],
        )

    @admin.action(description="Let exactly this text through", permissions=["operate"])
    def let_through(self, request: HttpRequest, rows: QuerySet[Screening]) -> None:
        for row in rows:
            try:
                clear_text(screening=row, moderator=person(request))
            except ReviewError as error:
                messages.error(request, f"{row}: {error}")
            else:
                messages.success(request, f"{row}: its author can send it again.")


def _line(found: dict[str, Any]) -> list[Any]:
    rule = of_category(found["category"])
    return [f"{rule.id}, {rule.title}", found["action"], found["layer"], found["score"]]


def _words(row: Screening, found: dict[str, Any]) -> str:
    if found["start"] is None or not row.text:
        return ""
    return row.text[found["start"] : found["end"]]

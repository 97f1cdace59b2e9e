"""What was approved and what waits. Words in doubt are decided in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from moderation.approvals.facets import words_of
from moderation.approvals.services import KIND
from moderation.models import Approval, Case
from socialapp.lib.admin import Record, link, table

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


@admin.register(Approval)
class ApprovalAdmin(Record[Approval]):
    list_display = ("key", "about", "facet", "person", "state", "unchecked", "asked")
    list_filter = ("state", "unchecked", "kind", "facet", "asked")
    search_fields = ("key", "subject_key", "owner__username", "sha256")
    list_select_related = ("owner",)
    fields = (
        "key", "about", "facet", "person", "state", "why", "words", "reasons", "case",
        "version", "unchecked", "tries", "sha256", "decided_by", "decided", "asked",
        "created",
    )  # fmt: skip

    @admin.display(description="Of")
    def about(self, row: Approval) -> str:
        return f"{row.kind} {row.subject_key}"

    @admin.display(description="Owner", ordering="owner__username")
    def person(self, row: Approval) -> SafeString:
        return link(row.owner)

    @admin.display(description="Words")
    def words(self, row: Approval) -> SafeString:
        says = row.says.items()
        return table(("Field", "Words"), ((n, words_of(v) or v) for n, v in says))

    @admin.display(description="Findings")
    def reasons(self, row: Approval) -> SafeString:
        return table(
            ("Rule", "Found by", "Score"),
            ((one["rule"], one["layer"], one["score"]) for one in row.findings),
        )

    @admin.display(description="Case")
    def case(self, row: Approval) -> SafeString:
        found = Case.objects.of_subject(KIND, row.key).order_by("-opened", "-pk")
        return link(found.first())

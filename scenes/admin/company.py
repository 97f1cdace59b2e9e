"""Companies for staff: whose, how many, since when. What is said in plays is private."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import Count, Q

from scenes.models import Company, CompanySeat
from scenes.services import company as services
from socialapp.lib.admin import Record, RecordInline, link

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class SeatInline(RecordInline[CompanySeat, Company]):
    model = CompanySeat
    fields = ("person", "joined", "seen", "left", "barred")
    readonly_fields = fields


@admin.register(Company)
class CompanyAdmin(Record[Company]):
    list_display = ("key", "scene", "led_by", "open", "people", "seconds", "created")
    list_filter = ("open", "created")
    search_fields = ("key", "play__key", "host__username")
    list_select_related = ("host", "play__scene")
    date_hierarchy = "created"
    inlines = (SeatInline,)
    fields = (
        "key", "scene", "led_by", "open", "people", "seconds", "closes", "created",
    )  # fmt: skip
    actions = ("end_now",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        there = Count("seats", filter=Q(seats__left=None))
        return super().get_queryset(request).annotate(there=there)

    @admin.display(description="Scene")
    def scene(self, company: Company) -> str:
        return company.play.scene.title

    @admin.display(description="Host", ordering="host__username")
    def led_by(self, company: Company) -> SafeString:
        return link(company.host)

    @admin.display(description="People", ordering="there")
    def people(self, company: Company) -> int:
        there: int = getattr(company, "there", 0)
        return there

    @admin.action(description="End", permissions=["operate"])
    def end_now(self, request: HttpRequest, companies: QuerySet[Company]) -> None:
        for one in companies:
            services.end(company=one, why="The house has ended it.")
        messages.success(request, f"{len(companies)} ended.")

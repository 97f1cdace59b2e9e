"""Voiced lines and clips of plays, for staff: what was made, what waits, what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages

from scenes.models import LineTake, SceneCut, TakeUse
from scenes.services import take_keeping
from socialapp.lib.admin import Record, RecordInline, audio, link

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class UseInline(RecordInline[TakeUse, LineTake]):
    model = TakeUse
    fields = ("scene", "character", "verdict", "created")
    readonly_fields = fields


@admin.register(LineTake)
class LineTakeAdmin(Record[LineTake]):
    list_display = ("words", "state", "voice", "seconds", "wanted", "attempts", "used")
    list_filter = ("state", "wanted", "voice")
    search_fields = ("digest", "uses__scene__key", "uses__character__key")
    inlines = (UseInline,)
    fields = (
        "digest", "words", "recipe", "state", "voice", "seconds", "heard", "error",
        "wanted", "queued_at", "attempts", "worker", "leased_until", "used", "created",
    )  # fmt: skip
    actions = ("forget",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LineTake]:
        return super().get_queryset(request).defer("performance")

    @admin.display(description="Words")
    def words(self, take: LineTake) -> str:
        return str(take.recipe["words"])[:80]

    @admin.display(description="Sound")
    def heard(self, take: LineTake) -> SafeString:
        return audio(take.sound)

    @admin.action(description="Remove with its sound", permissions=["operate"])
    def forget(self, request: HttpRequest, takes: QuerySet[LineTake]) -> None:
        """It is made anew when somebody asks for it."""
        gone = take_keeping.remove_takes(ids=takes.values_list("pk", flat=True))
        messages.success(request, f"{gone} removed.")


@admin.register(SceneCut)
class SceneCutAdmin(Record[SceneCut]):
    list_display = ("film", "played", "ending", "start", "end", "created")
    list_select_related = ("clip", "scene")
    search_fields = ("clip__key", "scene__key", "play__key")
    fields = list_display

    @admin.display(description="Clip")
    def film(self, cut: SceneCut) -> SafeString:
        return link(cut.clip)

    @admin.display(description="Scene")
    def played(self, cut: SceneCut) -> str:
        return str(cut.scene) if cut.scene else "–"

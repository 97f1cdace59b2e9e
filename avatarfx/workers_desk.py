"""Backstage: who renders, and the keys that they sign with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages

from avatarfx.models import Clip, RenderWorker, WorkerKey
from avatarfx.models.worker import SILENCE
from avatarfx.services import workers
from socialapp.lib.admin import Record, link, table

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class RenderWorkerAdmin(Record[RenderWorker]):
    list_display = (
        "name",
        "queue",
        "doing",
        "quiet",
        "rungs",
        "device",
        "memory",
        "done",
        "started",
    )
    list_filter = ("queue", "draining", "resident", "host")
    search_fields = ("name", "host")
    fields = (
        "name",
        "queue",
        "resident",
        "doing",
        "clips",
        "quiet",
        "rungs",
        "device",
        "memory",
        "done",
        "key",
        "started",
        "seen",
    )
    actions = ("drain", "resume")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RenderWorker]:
        return super().get_queryset(request).annotate(silent=SILENCE)

    @admin.display(description="State")
    def doing(self, worker: RenderWorker) -> str:
        return worker.state

    @admin.display(description="Clips")
    def clips(self, worker: RenderWorker) -> SafeString:
        held = Clip.objects.filter(key__in=worker.jobs)
        return table(("Clip",), ((link(clip),) for clip in held))

    @admin.display(description="Silent for", ordering="-seen")
    def quiet(self, worker: RenderWorker) -> str:
        return f"{worker.silence.total_seconds():.0f} s"

    @admin.display(description="Draws")
    def rungs(self, worker: RenderWorker) -> str:
        return ", ".join(sorted(worker.can().rungs)) or "–"

    @admin.display(description="On")
    def device(self, worker: RenderWorker) -> str:
        can = worker.can()
        return f"{can.device}, {can.batch} at once" if can.batch > 1 else can.device

    @admin.display(description="Memory")
    def memory(self, worker: RenderWorker) -> str:
        return f"{worker.can().memory_mb} MB"

    @admin.action(
        description="Drain: end what was begun, take nothing new",
        permissions=["operate"],
    )
    def drain(self, request: HttpRequest, rows: QuerySet[RenderWorker]) -> None:
        count = workers.drain(workers=_by_key(rows))
        messages.success(request, f"{count} told to take nothing new.")

    @admin.action(description="Take work again", permissions=["operate"])
    def resume(self, request: HttpRequest, rows: QuerySet[RenderWorker]) -> None:
        count = workers.drain(workers=_by_key(rows), draining=False)
        messages.success(request, f"{count} told to take work again.")


def _by_key(rows: QuerySet[RenderWorker]) -> QuerySet[RenderWorker]:
    """Without ages, which nothing can be updated by."""
    return RenderWorker.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))


class WorkerKeyAdmin(Record[WorkerKey]):
    list_display = ("host", "public", "first_used", "withdrawn")
    search_fields = ("host", "public")
    fields = ("host", "public", "first_used", "withdrawn")
    actions = ("withdraw",)

    @admin.action(
        description="Withdraw: it was stolen, or its machine lied",
        permissions=["operate"],
    )
    def withdraw(self, request: HttpRequest, keys: QuerySet[WorkerKey]) -> None:
        for key in keys:
            workers.withdraw_key(key=key)
        messages.success(
            request,
            "Withdrawn. Its workers take nothing more. To go on there, move"
            " credentials/worker.key in DATA_DIR away and start them again.",
        )

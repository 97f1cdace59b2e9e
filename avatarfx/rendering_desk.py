"""Backstage: how rendering goes, and the rows that this is told from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils import timezone

from avatarfx.metrics.overview import SPANS, overview
from avatarfx.models import RenderHour, RenderSample
from socialapp.engines.folders import report
from socialapp.lib.admin import Record

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def _unasked(kind: str, alias: str) -> str:
    """Why an engine whose weights are whole does not work all the same."""
    if alias in settings.NEURAL_RUNGS or alias in settings.VOICE_LADDER:
        return ""
    setting = "NEURAL_RUNGS" if kind == "animator" else "NEURAL_VOICE"
    return f"It is not named in {setting}."


class RenderHourAdmin(Record[RenderHour]):
    """Its list is the page with the plots; a row is looked at for what it holds."""

    fields = ("hour", "closed", "tally", "total")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """``?span=`` is one of SPANS."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        span = SPANS.get(request.GET.get("span", ""), SPANS["day"])
        told = overview(span, prices=settings.RENDER_COST, now=timezone.now())
        context = {
            **self.admin_site.each_context(request),
            **(extra_context or {}),
            "opts": self.opts,
            "title": "Rendering",
            "media": self.media,
            "told": told,
            "span": span,
            "spans": SPANS.values(),
            "priced": any(settings.RENDER_COST.values()),
            "engines": [
                (one.to_json(), one.problem or _unasked(one.kind, one.alias))
                for one in report.find()
            ],
        }
        return render(request, "avatarfx/rendering/overview.html", context)


class RenderSampleAdmin(Record[RenderSample]):
    list_display = (
        "at",
        "waiting_now",
        "waiting_later",
        "oldest_now",
        "oldest_later",
        "rendering",
        "workers",
        "busy",
    )
    date_hierarchy = "at"
    ordering = ("-at",)

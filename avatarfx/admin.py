"""Clips and the attempts to make them, for staff."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from avatarfx import services
from avatarfx.models import (
    Backdrop,
    Batch,
    Clip,
    ClipActor,
    Recording,
    Render,
    RenderHour,
    RenderSample,
    RenderWorker,
    WorkerKey,
)
from avatarfx.recorded.consent import WORDINGS
from avatarfx.rendering_desk import RenderHourAdmin, RenderSampleAdmin
from avatarfx.workers_desk import RenderWorkerAdmin, WorkerKeyAdmin
from socialapp.lib.admin import Record, RecordInline, audio, link, picture, table, video

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest


def trace_table(render: Render) -> SafeString:
    """One line a stage: what ran, how long, and why not something better."""
    return table(
        ("Stage", "Engine", "Seconds", "Note"),
        (
            (
                entry.get("name", ""),
                entry.get("engine", ""),
                f"{entry.get('seconds', 0):.2f}",
                entry.get("note", ""),
            )
            for entry in render.trace
        ),
    )


class ActorInline(RecordInline[ClipActor, Clip]):
    model = ClipActor
    fields = ("face", "seat", "who")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClipActor]:
        return super().get_queryset(request).select_related("character", "portrait")

    @admin.display(description="Face")
    def face(self, actor: ClipActor) -> SafeString:
        return picture(actor.portrait.thumb, actor.character.name)

    @admin.display(description="Character")
    def who(self, actor: ClipActor) -> SafeString:
        return link(actor.character)


class RenderInline(RecordInline[Render, Clip]):
    model = Render
    fields = ("fence", "worker", "started", "ended", "outcome", "error", "stages")
    readonly_fields = fields
    ordering = ("-fence",)

    @admin.display(description="Stages")
    def stages(self, render: Render) -> SafeString:
        return trace_table(render)


@admin.register(Clip)
class ClipAdmin(Record[Clip]):
    list_display = (
        "still",
        "name",
        "lead",
        "person",
        "state",
        "approval",
        "rung",
        "percent",
        "length",
        "voice_engine",
        "created",
    )
    list_display_links = ("still", "name")
    list_filter = (
        "state",
        "approval",
        "rung",
        "shape",
        "voice_engine",
        "publish",
        "created",
    )
    search_fields = (
        "key",
        "title",
        "script",
        "owner__username",
        "character__name",
        "error",
    )
    date_hierarchy = "created"
    list_select_related = ("owner", "character")
    fieldsets = (
        (
            None,
            {"fields": ("player", "sound", "key", "title", "lead", "person", "script")},
        ),
        (
            "State",
            {
                "fields": (
                    "state",
                    "approval",
                    "stage",
                    "percent",
                    "detail",
                    "error",
                    "rung",
                    "rung_reason",
                    "voice_engine",
                )
            },
        ),
        (
            "Queue",
            {
                "fields": (
                    "lane",
                    "turn",
                    "queued_at",
                    "attempts",
                    "fence",
                    "worker",
                    "leased_until",
                    "cancel_asked",
                )
            },
        ),
        (
            "Result",
            {"fields": ("length", "width", "height", "size", "shape", "finished")},
        ),
        (
            "Asked for",
            {"fields": ("publish", "caption", "asked", "created", "removed")},
        ),
    )
    inlines = (ActorInline, RenderInline)
    actions = ("cancel", "retry", "remove", "hold", "release")

    @admin.display(description="Poster")
    def still(self, clip: Clip) -> SafeString:
        return picture(clip.poster, clip.key, side=56)

    @admin.display(description="Title", ordering="title")
    def name(self, clip: Clip) -> str:
        return clip.name

    @admin.display(description="Character", ordering="character__name")
    def lead(self, clip: Clip) -> SafeString:
        return link(clip.character)

    @admin.display(description="Owner", ordering="owner__username")
    def person(self, clip: Clip) -> SafeString:
        return link(clip.owner)

    @admin.display(description="Seconds", ordering="seconds")
    def length(self, clip: Clip) -> str:
        return f"{clip.seconds:.1f}" if clip.seconds else "–"

    @admin.display(description="Clip")
    def player(self, clip: Clip) -> SafeString:
        return video(clip.video, clip.poster, clip.captions)

    @admin.display(description="Voice alone")
    def sound(self, clip: Clip) -> SafeString:
        parts: list[dict[str, Any]] = (clip.performance or {}).get("parts", [])
        refs = [part["sound"]["ref"] for part in parts if part.get("sound")]
        return table(("Track",), ((audio(ref),) for ref in refs))

    @admin.display(description="Recipe")
    def asked(self, clip: Clip) -> SafeString:
        return format_html("<code>{}</code>", json.dumps(clip.recipe))

    def _each(
        self,
        request: HttpRequest,
        clips: QuerySet[Clip],
        act: Callable[..., object],
        done: str,
    ) -> None:
        """Do it to each; refusals are shown, one by one, and stop nothing."""
        count = 0
        for clip in clips.select_related("owner", "character"):
            try:
                act(clip=clip)
            except (
                services.NotNowError,
                services.NoTicketsError,
                services.DiskFullError,
            ) as error:
                messages.warning(request, f"{clip.key}: {error}")
            else:
                count += 1
        messages.success(request, f"{count} {done}.")

    @admin.action(
        description="Cancel and give the ticket back", permissions=["operate"]
    )
    def cancel(self, request: HttpRequest, clips: QuerySet[Clip]) -> None:
        self._each(request, clips, services.cancel_clip, "cancelled")

    @admin.action(description="Try again", permissions=["operate"])
    def retry(self, request: HttpRequest, clips: QuerySet[Clip]) -> None:
        self._each(request, clips, services.retry_clip, "in line again")

    @admin.action(description="Hold for review", permissions=["operate"])
    def hold(self, request: HttpRequest, clips: QuerySet[Clip]) -> None:
        hold = partial(services.hold_clip, reason="A moderator looks at this clip.")
        self._each(request, clips, hold, "held or over already")

    @admin.action(description="Release", permissions=["operate"])
    def release(self, request: HttpRequest, clips: QuerySet[Clip]) -> None:
        self._each(request, clips, services.release_clip, "released")

    @admin.action(description="Remove", permissions=["operate"])
    def remove(self, request: HttpRequest, clips: QuerySet[Clip]) -> None:
        self._each(request, clips, services.remove_clip, "removed")


@admin.register(Render)
class RenderAdmin(Record[Render]):
    list_display = ("made", "fence", "worker", "outcome", "started", "took")
    list_filter = ("outcome", "started")
    search_fields = ("clip__key", "clip__title", "worker", "error")
    date_hierarchy = "started"
    list_select_related = ("clip",)
    fields = (
        "made",
        "fence",
        "worker",
        "started",
        "ended",
        "took",
        "outcome",
        "error",
        "stages",
        "signed",
        "timeline",
    )

    @admin.display(description="Receipt")
    def signed(self, render: Render) -> SafeString:
        if not render.receipt:
            return SafeString("–")
        return format_html("<code>{}</code>", json.dumps(render.receipt))

    @admin.display(description="Timeline")
    def timeline(self, render: Render) -> SafeString:
        url = reverse("clip-trace", args=[render.clip.key])
        return format_html('<a href="{}" class="text-link">How it was made</a>', url)

    @admin.display(description="Clip", ordering="clip")
    def made(self, render: Render) -> SafeString:
        return link(render.clip)

    @admin.display(description="Seconds")
    def took(self, render: Render) -> str:
        if render.ended is None:
            return "–"
        return f"{(render.ended - render.started).total_seconds():.1f}"

    @admin.display(description="Stages")
    def stages(self, render: Render) -> SafeString:
        return trace_table(render)


@admin.register(Backdrop)
class BackdropAdmin(Record[Backdrop]):
    list_display = ("look", "name", "person", "state", "withheld", "size", "created")
    list_display_links = ("look", "name")
    list_filter = ("state", "withheld", "created")
    search_fields = ("key", "name", "ref", "owner__username")
    date_hierarchy = "created"
    list_select_related = ("owner",)
    fields = (
        "key",
        "look",
        "name",
        "person",
        "state",
        "withheld",
        "ref",
        "size",
        "width",
        "height",
        "created",
    )
    readonly_fields = fields

    @admin.display(description="owner", ordering="owner__username")
    def person(self, backdrop: Backdrop) -> SafeString:
        return link(backdrop.owner)

    @admin.display(description="look")
    def look(self, backdrop: Backdrop) -> SafeString:
        return picture(backdrop.ref, backdrop.name)


@admin.register(Recording)
class RecordingAdmin(Record[Recording]):
    list_display = ("key", "person", "length", "wording", "declared", "revoked")
    list_filter = ("wording", "revoked", "created")
    search_fields = ("key", "script", "ref", "owner__username")
    date_hierarchy = "created"
    list_select_related = ("owner",)
    fields = (
        "key",
        "person",
        "sound",
        "script",
        "length",
        "said",
        "engine",
        "declaration",
        "declared",
        "revoked",
        "ref",
        "size",
        "created",
    )
    readonly_fields = fields

    @admin.display(description="owner", ordering="owner__username")
    def person(self, recording: Recording) -> SafeString:
        return link(recording.owner)

    @admin.display(description="sound")
    def sound(self, recording: Recording) -> SafeString:
        return audio(recording.ref)

    @admin.display(description="seconds", ordering="seconds")
    def length(self, recording: Recording) -> str:
        return f"{recording.seconds:.1f}"

    @admin.display(description="words")
    def said(self, recording: Recording) -> SafeString:
        return table(
            ("Word", "From", "To", "Fit"),
            (
                (text, f"{at:.2f}", f"{until:.2f}", f"{fit:.2f}")
                for at, until, text, fit in recording.words
            ),
        )

    @admin.display(description="agreed to")
    def declaration(self, recording: Recording) -> str:
        return WORDINGS.get(recording.wording, "")


admin.site.register(RenderWorker, RenderWorkerAdmin)
admin.site.register(WorkerKey, WorkerKeyAdmin)
admin.site.register(RenderHour, RenderHourAdmin)
admin.site.register(RenderSample, RenderSampleAdmin)


@admin.register(Batch)
class BatchAdmin(Record[Batch]):
    list_display = ("name", "person", "who", "state", "made", "created")
    list_filter = ("state", "created")
    search_fields = ("key", "title", "template", "owner__username")
    date_hierarchy = "created"
    list_select_related = ("owner", "character")
    fields = (
        "key",
        "title",
        "person",
        "who",
        "state",
        "note",
        "made",
        "template",
        "columns",
        "look",
        "created",
        "started",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        rows = Count("rows"), Count("rows__clip")
        return super().get_queryset(request).annotate(of=rows[0], asked=rows[1])

    @admin.display(description="owner", ordering="owner__username")
    def person(self, batch: Batch) -> SafeString:
        return link(batch.owner)

    @admin.display(description="character")
    def who(self, batch: Batch) -> SafeString:
        return link(batch.character)

    @admin.display(description="clips asked for")
    def made(self, batch: Any) -> str:
        return f"{batch.asked} of {batch.of} rows"

"""Scenes, their versions and plays, for staff: looked at, and taken off the stage.

Drafts are their authors' own, and so is what a player chose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import Count, Q

from scenes import services
from scenes.models import Play, PlayRole, Scene, SceneVersion
from socialapp.lib.admin import Record, RecordInline, link

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

LONGEST_LOOK = 40_000
"""Characters of a document that a page shows."""


class VersionInline(RecordInline[SceneVersion, Scene]):
    model = SceneVersion
    fk_name = "scene"
    fields = (
        "number", "approval", "title", "note", "rating", "states", "endings", "words",
        "minutes", "created",
    )  # fmt: skip
    readonly_fields = fields
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[SceneVersion]:
        return super().get_queryset(request).defer("document")


class RoleInline(RecordInline[PlayRole, Play]):
    model = PlayRole
    fields = ("role", "name", "character")
    readonly_fields = fields


@admin.register(Scene)
class SceneAdmin(Record[Scene]):
    list_display = (
        "name", "author", "on_stage", "newest", "rating", "visibility", "plays",
        "withheld", "published",
    )  # fmt: skip
    list_filter = (
        "rating", "visibility", "withheld", "adults_only", "demoted", "remixable",
        "published",
    )  # fmt: skip
    search_fields = ("key", "title", "logline", "owner__username")
    date_hierarchy = "created"
    list_select_related = ("owner", "version")
    inlines = (VersionInline,)
    fields = (
        "key", "title", "logline", "author", "genre", "rating", "languages", "tags",
        "visibility", "remixable", "on_stage", "begun_with", "starter", "withheld",
        "adults_only", "demoted", "draft_rev", "draft_changed", "created",
        "published", "removed",
    )  # fmt: skip
    actions = ("take_off", "limit_age", "allow_all_ages", "show_less", "show_again")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scene]:
        begun = Count("plays", filter=Q(plays__slot=0), distinct=True)
        return (
            super()
            .get_queryset(request)
            .defer("draft", "version__document", "origin__document")
            .annotate(plays_begun=begun, versions_made=Count("versions", distinct=True))
        )

    @admin.display(description="Title", ordering="title")
    def name(self, scene: Scene) -> str:
        return scene.title[:60]

    @admin.display(description="Author", ordering="owner__username")
    def author(self, scene: Scene) -> SafeString:
        return link(scene.owner)

    @admin.display(description="On stage")
    def on_stage(self, scene: Scene) -> str:
        return f"version {scene.version.number}" if scene.version else "–"

    @admin.display(description="Versions", ordering="versions_made")
    def newest(self, scene: Scene) -> int:
        return int(getattr(scene, "versions_made", 0))

    @admin.display(description="Plays", ordering="plays_begun")
    def plays(self, scene: Scene) -> int:
        return int(getattr(scene, "plays_begun", 0))

    @admin.display(description="Begun with")
    def begun_with(self, scene: Scene) -> SafeString:
        return link(scene.origin)

    @admin.action(description="Take off the stage", permissions=["operate"])
    def take_off(self, request: HttpRequest, scenes: QuerySet[Scene]) -> None:
        found = [scene for scene in scenes if scene.version_id is not None]
        for scene in found:
            services.take_off_stage(scene=scene)
        messages.success(request, f"{len(found)} taken off the stage.")

    @admin.action(description="Keep from minors", permissions=["operate"])
    def limit_age(self, request: HttpRequest, scenes: QuerySet[Scene]) -> None:
        self._mark(request, scenes, "kept from minors.", adults_only=True)

    @admin.action(description="Allow for all ages again", permissions=["operate"])
    def allow_all_ages(self, request: HttpRequest, scenes: QuerySet[Scene]) -> None:
        self._mark(request, scenes, "allowed as they are rated.", adults_only=False)

    @admin.action(description="Show in no list", permissions=["operate"])
    def show_less(self, request: HttpRequest, scenes: QuerySet[Scene]) -> None:
        self._mark(request, scenes, "shown in no list.", demoted=True)

    @admin.action(description="Show in lists again", permissions=["operate"])
    def show_again(self, request: HttpRequest, scenes: QuerySet[Scene]) -> None:
        self._mark(request, scenes, "shown in lists again.", demoted=False)

    def _mark(
        self, request: HttpRequest, scenes: QuerySet[Scene], words: str, **marks: bool
    ) -> None:
        found = list(scenes)
        for scene in found:
            services.set_marks(scene=scene, **marks)
        messages.success(request, f"{len(found)} {words}")


@admin.register(SceneVersion)
class SceneVersionAdmin(Record[SceneVersion]):
    """What was published, to be read."""

    list_display = (
        "title",
        "number",
        "story",
        "approval",
        "rating",
        "words",
        "created",
    )
    list_filter = ("approval", "rating", "created")
    search_fields = ("title", "digest", "scene__key", "scene__owner__username")
    date_hierarchy = "created"
    list_select_related = ("scene",)
    fields = (
        "story", "number", "digest", "approval", "note", "title", "rating", "states",
        "endings", "words", "minutes", "created", "text",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[SceneVersion]:
        return super().get_queryset(request).defer("document", "scene__draft")

    @admin.display(description="Scene")
    def story(self, version: SceneVersion) -> SafeString:
        return link(version.scene)

    @admin.display(description="Document")
    def text(self, version: SceneVersion) -> str:
        return version.document[:LONGEST_LOOK]


@admin.register(Play)
class PlayAdmin(Record[Play]):
    """Who plays what."""

    list_display = ("key", "player", "story", "slot", "choices", "ending", "changed")
    list_filter = ("slot", "created", "changed")
    search_fields = ("key", "person__username", "scene__key", "scene__title")
    date_hierarchy = "created"
    list_select_related = ("person", "scene")
    inlines = (RoleInline,)
    fields = (
        "key", "player", "story", "slot", "language", "choices", "ending", "created",
        "changed", "removed",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Play]:
        return super().get_queryset(request).defer("snapshot", "scene__draft")

    @admin.display(description="Player", ordering="person__username")
    def player(self, play: Play) -> SafeString:
        return link(play.person)

    @admin.display(description="Scene", ordering="scene__title")
    def story(self, play: Play) -> SafeString:
        return link(play.scene)

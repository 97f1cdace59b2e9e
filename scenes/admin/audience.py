"""What people gave scenes, for staff. What somebody chose in one is on no page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages

from scenes.models import SceneComment, SceneLike, SceneRating, SceneStat
from scenes.services import audience as services
from socialapp.lib.admin import Record, link

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(SceneComment)
class SceneCommentAdmin(Record[SceneComment]):
    list_display = ("text", "author", "under", "approval", "created", "withheld")
    list_filter = ("withheld", "approval", "created")
    search_fields = ("key", "text", "person__username", "scene__key", "scene__title")
    date_hierarchy = "created"
    list_select_related = ("person", "scene")
    fields = ("key", "text", "author", "under", "approval", "created", "withheld")
    actions = ("take_away", "put_back")

    @admin.display(description="By", ordering="person__username")
    def author(self, comment: SceneComment) -> SafeString:
        return link(comment.person)

    @admin.display(description="Under", ordering="scene__title")
    def under(self, comment: SceneComment) -> str:
        return comment.scene.title

    @admin.action(description="Take away", permissions=["operate"])
    def take_away(self, request: HttpRequest, found: QuerySet[SceneComment]) -> None:
        shown = list(found.filter(withheld=""))
        for comment in shown:
            services.set_comment_withheld(
                comment=comment, level=SceneComment.Level.HIDDEN
            )
        messages.success(request, f"{len(shown)} comments taken away.")

    @admin.action(description="Put back", permissions=["operate"])
    def put_back(self, request: HttpRequest, found: QuerySet[SceneComment]) -> None:
        hidden = list(found.exclude(withheld=""))
        for comment in hidden:
            services.set_comment_withheld(comment=comment, level="")
        messages.success(request, f"{len(hidden)} comments are back.")


@admin.register(SceneStat)
class SceneStatAdmin(Record[SceneStat]):
    list_display = ("title", "plays", "finishes", "likes", "rated", "comments")
    search_fields = ("scene__key", "scene__title", "scene__owner__username")
    list_select_related = ("scene",)
    fields = list_display

    @admin.display(description="Scene", ordering="scene__title")
    def title(self, stat: SceneStat) -> str:
        return stat.scene.title

    @admin.display(description="Stars")
    def rated(self, stat: SceneStat) -> str:
        if stat.average is None:
            return "–"
        return f"{stat.average:.1f} from {stat.ratings}"


class _Given(Record[SceneLike]):
    list_select_related = ("scene", "person")
    search_fields = ("scene__key", "scene__title", "person__username")

    @admin.display(description="Scene", ordering="scene__title")
    def title(self, given: SceneLike | SceneRating) -> str:
        return given.scene.title

    @admin.display(description="By", ordering="person__username")
    def who(self, given: SceneLike | SceneRating) -> SafeString:
        return link(given.person)


@admin.register(SceneLike)
class SceneLikeAdmin(_Given):
    list_display = ("title", "who", "created")
    fields = list_display


@admin.register(SceneRating)
class SceneRatingAdmin(_Given):
    list_display = ("title", "who", "stars", "created", "changed")
    list_filter = ("stars",)
    fields = list_display

"""Posts and their tags, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import Count

from feed import services
from feed.models import (
    Post,
    Tag,
)
from socialapp.lib.admin import Admin, Record, link, picture, video

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Post)
class PostAdmin(Record[Post]):
    list_display = (
        "still",
        "words",
        "person",
        "role",
        "visibility",
        "approval",
        "likes",
        "views",
        "published",
        "gone",
    )
    list_display_links = ("still", "words")
    list_filter = (
        "kind",
        "visibility",
        "approval",
        "published",
        "removed",
        "clip__rung",
    )
    search_fields = ("key", "caption", "author__username", "clip__character__name")
    date_hierarchy = "published"
    list_select_related = ("author", "stat", "clip__character", "snippet__lead")
    fields = (
        "player",
        "said",
        "key",
        "caption",
        "hashtags",
        "person",
        "role",
        "made_of",
        "visibility",
        "embeddable",
        "approval",
        "likes",
        "views",
        "published",
        "edited",
        "removed",
    )
    actions = ("remove", "restore")

    @admin.display(description="Poster")
    def still(self, post: Post) -> SafeString:
        return picture(post.clip.poster if post.clip else "", post.key, side=56)

    @admin.display(description="Clip")
    def player(self, post: Post) -> SafeString:
        clip = post.clip
        if clip is None:
            return video("", "", "")
        return video(clip.video, clip.poster, clip.captions)

    @admin.display(description="Lines of a chat")
    def said(self, post: Post) -> str:
        lines = post.snippet.lines.all() if post.snippet else ()
        return "\n".join(f"{one.name}: {one.text}" for one in lines) or "–"

    @admin.display(description="Caption", ordering="caption")
    def words(self, post: Post) -> str:
        return post.caption[:60] or post.key

    @admin.display(description="Author", ordering="author__username")
    def person(self, post: Post) -> SafeString:
        return link(post.author)

    @admin.display(description="Character", ordering="clip__character__name")
    def role(self, post: Post) -> SafeString:
        return link(post.character)

    @admin.display(description="Made of")
    def made_of(self, post: Post) -> SafeString:
        return link(post.clip)

    @admin.display(description="Tags")
    def hashtags(self, post: Post) -> str:
        return ", ".join(str(tag) for tag in post.tags.all()) or "–"

    @admin.display(description="Likes", ordering="stat__likes")
    def likes(self, post: Post) -> int:
        return post.stat.likes

    @admin.display(description="Views", ordering="stat__views")
    def views(self, post: Post) -> int:
        return post.stat.views

    @admin.display(description="Removed", boolean=True, ordering="removed")
    def gone(self, post: Post) -> bool:
        return post.removed is not None

    @admin.action(description="Take down", permissions=["operate"])
    def remove(self, request: HttpRequest, posts: QuerySet[Post]) -> None:
        found = list(posts.filter(removed__isnull=True))
        for post in found:
            services.remove_post(post=post)
        messages.success(request, f"{len(found)} taken down. Their clips stay.")

    @admin.action(description="Put back", permissions=["operate"])
    def restore(self, request: HttpRequest, posts: QuerySet[Post]) -> None:
        found = list(posts.filter(removed__isnull=False))
        for post in found:
            services.restore_post(post=post)
        messages.success(request, f"{len(found)} are back.")


@admin.register(Tag)
class TagAdmin(Admin[Tag]):
    list_display = ("name", "uses")
    search_fields = ("name",)
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return super().get_queryset(request).annotate(used=Count("posts"))

    @admin.display(description="Posts", ordering="used")
    def uses(self, tag: Tag) -> int:
        used: int = getattr(tag, "used", 0)
        return used

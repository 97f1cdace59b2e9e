"""What came of what, and who asked, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from feed.models import (
    Remix,
    RemixPass,
    RemixRequest,
)
from socialapp.lib.admin import Record, link

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


@admin.register(Remix)
class RemixAdmin(Record[Remix]):
    list_display = ("made", "original", "kind", "outcome", "created")
    list_filter = ("kind", "outcome", "created")
    search_fields = ("child__key", "parent__key", "child__author__username")
    date_hierarchy = "created"
    list_select_related = ("child", "parent")
    fields = (*list_display, "credit")

    @admin.display(description="Remix")
    def made(self, row: Remix) -> SafeString:
        return link(row.child)

    @admin.display(description="Of")
    def original(self, row: Remix) -> SafeString:
        return link(row.parent)


@admin.register(RemixRequest)
class RemixRequestAdmin(Record[RemixRequest]):
    list_display = ("key", "who", "original", "kind", "state", "withheld", "created")
    list_filter = ("kind", "state", "withheld", "created")
    search_fields = ("key", "asker__username", "post__key")
    date_hierarchy = "created"
    list_select_related = ("asker", "post", "character", "clip")
    fields = (
        *list_display,
        "speaker",
        "script",
        "title",
        "caption",
        "made",
        "decided",
        "expires",
    )

    @admin.display(description="Asked by", ordering="asker__username")
    def who(self, row: RemixRequest) -> SafeString:
        return link(row.asker)

    @admin.display(description="Of")
    def original(self, row: RemixRequest) -> SafeString:
        return link(row.post)

    @admin.display(description="Spoken by")
    def speaker(self, row: RemixRequest) -> SafeString:
        return link(row.character)

    @admin.display(description="Clip")
    def made(self, row: RemixRequest) -> SafeString:
        return link(row.clip)


@admin.register(RemixPass)
class RemixPassAdmin(Record[RemixPass]):
    list_display = ("whose", "who", "created")
    search_fields = ("owner__username", "person__username")
    date_hierarchy = "created"
    list_select_related = ("owner", "person")
    fields = list_display

    @admin.display(description="Of", ordering="owner__username")
    def whose(self, row: RemixPass) -> SafeString:
        return link(row.owner)

    @admin.display(description="Need not ask", ordering="person__username")
    def who(self, row: RemixPass) -> SafeString:
        return link(row.person)

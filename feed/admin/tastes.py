"""Whom people follow and hide, and what the ranking made of it, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from feed.models import (
    Follow,
    Hidden,
    RankedList,
    Ranker,
    Unwanted,
)
from socialapp.lib.admin import Record, link

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


@admin.register(Follow)
class FollowAdmin(Record[Follow]):
    list_display = ("who", "whom", "created")
    search_fields = ("person__username", "creator__username", "character__name")
    date_hierarchy = "created"
    list_select_related = ("person", "creator", "character", "post")
    fields = (*list_display, "after")

    @admin.display(description="Person", ordering="person__username")
    def who(self, row: Follow) -> SafeString:
        return link(row.person)

    @admin.display(description="Whom")
    def whom(self, row: Follow) -> SafeString:
        return link(row.creator or row.character)

    @admin.display(description="After seeing")
    def after(self, row: Follow) -> SafeString:
        return link(row.post)


@admin.register(Hidden)
class HiddenAdmin(Record[Hidden]):
    list_display = ("who", "whom", "created")
    search_fields = ("person__username", "character__name")
    date_hierarchy = "created"
    list_select_related = ("person", "character")
    fields = list_display

    @admin.display(description="Person", ordering="person__username")
    def who(self, row: Hidden) -> SafeString:
        return link(row.person)

    @admin.display(description="Whom")
    def whom(self, row: Hidden) -> SafeString:
        return link(row.character)


@admin.register(Unwanted)
class UnwantedAdmin(Record[Unwanted]):
    list_display = ("who", "shown", "created")
    search_fields = ("person__username", "post__key")
    date_hierarchy = "created"
    list_select_related = ("person", "post")
    fields = list_display

    @admin.display(description="Person", ordering="person__username")
    def who(self, row: Unwanted) -> SafeString:
        return link(row.person)

    @admin.display(description="Post")
    def shown(self, row: Unwanted) -> SafeString:
        return link(row.post)


@admin.register(RankedList)
class RankedListAdmin(Record[RankedList]):
    list_display = ("key", "viewer", "created")
    search_fields = ("key", "viewer")
    date_hierarchy = "created"
    fields = (*list_display, "weights", "posts")


@admin.register(Ranker)
class RankerAdmin(Record[Ranker]):
    list_display = ("created", "active")
    list_filter = ("active",)
    fields = ("created", "active", "weights", "report")

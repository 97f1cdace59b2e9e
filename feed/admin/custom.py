"""Feeds that people built, for staff; which words somebody mutes is on no page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages

from feed import services
from feed.models import (
    CustomFeed,
    MutedWord,
    Subscription,
)
from socialapp.lib.admin import Record, link

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(CustomFeed)
class CustomFeedAdmin(Record[CustomFeed]):
    list_display = ("name", "who", "visibility", "changed", "withheld")
    list_filter = ("visibility", "withheld", "changed")
    search_fields = ("key", "name", "note", "owner__username")
    date_hierarchy = "created"
    list_select_related = ("owner",)
    fields = (
        "key",
        "name",
        "note",
        "who",
        "visibility",
        "rules",
        "created",
        "changed",
        "withheld",
    )
    actions = ("take_away", "put_back")

    @admin.display(description="Built by", ordering="owner__username")
    def who(self, feed: CustomFeed) -> SafeString:
        return link(feed.owner)

    @admin.action(description="Take away", permissions=["operate"])
    def take_away(self, request: HttpRequest, found: QuerySet[CustomFeed]) -> None:
        shown = list(found.filter(withheld=""))
        for feed in shown:
            services.set_feed_withheld(feed=feed, level=CustomFeed.Level.HIDDEN)
        messages.success(request, f"{len(shown)} feeds taken away.")

    @admin.action(description="Put back", permissions=["operate"])
    def put_back(self, request: HttpRequest, found: QuerySet[CustomFeed]) -> None:
        hidden = list(found.exclude(withheld=""))
        for feed in hidden:
            services.set_feed_withheld(feed=feed, level="")
        messages.success(request, f"{len(hidden)} feeds are back.")


@admin.register(Subscription)
class SubscriptionAdmin(Record[Subscription]):
    list_display = ("who", "feed", "created")
    search_fields = ("person__username", "feed__key", "feed__name")
    date_hierarchy = "created"
    list_select_related = ("person", "feed")
    fields = list_display

    @admin.display(description="Person", ordering="person__username")
    def who(self, row: Subscription) -> SafeString:
        return link(row.person)


@admin.register(MutedWord)
class MutedWordAdmin(Record[MutedWord]):
    """Which words somebody cannot bear is on no page."""

    list_display = ("who", "until", "created")
    search_fields = ("person__username",)
    date_hierarchy = "created"
    list_select_related = ("person",)
    fields = list_display

    @admin.display(description="Person", ordering="person__username")
    def who(self, row: MutedWord) -> SafeString:
        return link(row.person)

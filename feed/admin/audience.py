"""What people did with posts, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from feed.models import (
    Attention,
    Collection,
    CollectionItem,
    CommentAnswer,
    Impression,
    Like,
    Save,
    Share,
    View,
)
from socialapp.lib.admin import Record, RecordInline, link

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


@admin.register(Like)
class LikeAdmin(Record[Like]):
    list_display = ("shown", "person", "created")
    search_fields = ("post__key", "user__username")
    date_hierarchy = "created"
    list_select_related = ("post", "user")
    fields = list_display

    @admin.display(description="Post")
    def shown(self, like: Like) -> SafeString:
        return link(like.post)

    @admin.display(description="By", ordering="user__username")
    def person(self, like: Like) -> SafeString:
        return link(like.user)


@admin.register(View)
class ViewAdmin(Record[View]):
    list_display = ("shown", "viewer", "day", "seconds", "completed")
    list_filter = ("completed", "day")
    search_fields = ("post__key", "viewer")
    date_hierarchy = "day"
    list_select_related = ("post",)
    fields = list_display

    @admin.display(description="Post")
    def shown(self, view: View) -> SafeString:
        return link(view.post)


@admin.register(Share)
class ShareAdmin(Record[Share]):
    list_display = ("shown", "viewer", "day")
    list_filter = ("day",)
    search_fields = ("post__key", "viewer")
    date_hierarchy = "day"
    list_select_related = ("post",)
    fields = (*list_display, "created")

    @admin.display(description="Post")
    def shown(self, share: Share) -> SafeString:
        return link(share.post)


@admin.register(Impression)
class ImpressionAdmin(Record[Impression]):
    list_display = ("shown", "viewer", "day", "place", "seconds", "watched")
    list_filter = ("day",)
    search_fields = ("post__key", "viewer")
    date_hierarchy = "day"
    list_select_related = ("post",)
    fields = (*list_display, "traits")

    @admin.display(description="Post")
    def shown(self, impression: Impression) -> SafeString:
        return link(impression.post)


@admin.register(Attention)
class AttentionAdmin(Record[Attention]):
    list_display = ("viewer", "watched", "looked")
    search_fields = ("viewer",)
    fields = list_display


@admin.register(Save)
class SaveAdmin(Record[Save]):
    list_display = ("who", "shown", "created")
    search_fields = ("person__username", "post__key")
    date_hierarchy = "created"
    list_select_related = ("person", "post")
    fields = list_display

    @admin.display(description="Person", ordering="person__username")
    def who(self, row: Save) -> SafeString:
        return link(row.person)

    @admin.display(description="Post")
    def shown(self, row: Save) -> SafeString:
        return link(row.post)


class ItemInline(RecordInline[CollectionItem, Collection]):
    model = CollectionItem
    fields = ("shown", "position", "created")
    readonly_fields = fields

    @admin.display(description="Post")
    def shown(self, row: CollectionItem) -> SafeString:
        return link(row.post)


@admin.register(Collection)
class CollectionAdmin(Record[Collection]):
    list_display = ("title", "who", "visibility", "approval", "withheld", "changed")
    list_filter = ("visibility", "approval", "withheld")
    search_fields = ("key", "title", "owner__username")
    date_hierarchy = "created"
    list_select_related = ("owner",)
    fields = ("key", *list_display, "note", "created")
    inlines = (ItemInline,)

    @admin.display(description="Owner", ordering="owner__username")
    def who(self, row: Collection) -> SafeString:
        return link(row.owner)


@admin.register(CommentAnswer)
class CommentAnswerAdmin(Record[CommentAnswer]):
    list_display = ("answered", "shown", "state", "attempts", "why", "created")
    list_filter = ("state", "created")
    search_fields = ("comment__key", "post__key", "why")
    date_hierarchy = "created"
    list_select_related = ("comment", "post")
    ordering = ("-created",)
    fields = (*list_display, "worker", "leased_until")

    @admin.display(description="Comment")
    def answered(self, row: CommentAnswer) -> SafeString:
        return link(row.comment)

    @admin.display(description="Post")
    def shown(self, row: CommentAnswer) -> SafeString:
        return link(row.post)

"""Comments for staff. What somebody does not want to read is on no page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages

from socialapp.comments import services
from socialapp.comments.models import Comment, CommentEdit, CommentLike, Thread
from socialapp.lib.admin import Record, link

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Comment)
class CommentAdmin(Record[Comment]):
    list_display = (
        "words",
        "voice",
        "depth",
        "likes",
        "approval",
        "created",
        "withheld",
    )
    list_filter = ("withheld", "approval", "held", "gone", "created")
    search_fields = ("key", "text", "author__username", "character__name")
    date_hierarchy = "created"
    list_select_related = ("author", "character")
    fields = (
        "key", "text", "voice", "answered", "depth", "likes", "answers", "replies",
        "approval", "change_waits", "held", "gone", "edits", "edited", "created",
        "withheld",
    )  # fmt: skip
    actions = ("take_away", "put_back")

    @admin.display(description="Comment", ordering="text")
    def words(self, comment: Comment) -> str:
        return comment.text[:80] or comment.get_gone_display() or comment.key

    @admin.display(description="By", ordering="author__username")
    def voice(self, comment: Comment) -> SafeString:
        return link(comment.author or comment.character)

    @admin.display(description="Answers")
    def answered(self, comment: Comment) -> SafeString:
        return link(comment.parent)

    @admin.action(description="Take away", permissions=["operate"])
    def take_away(self, request: HttpRequest, found: QuerySet[Comment]) -> None:
        shown = list(found.filter(withheld=""))
        for comment in shown:
            services.set_withheld(comment=comment, level=Comment.Level.HIDDEN)
        messages.success(request, f"{len(shown)} comments taken away.")

    @admin.action(description="Put back", permissions=["operate"])
    def put_back(self, request: HttpRequest, found: QuerySet[Comment]) -> None:
        hidden = list(found.exclude(withheld=""))
        for comment in hidden:
            services.set_withheld(comment=comment, level="")
        messages.success(request, f"{len(hidden)} comments are back.")


@admin.register(Thread)
class ThreadAdmin(Record[Thread]):
    list_display = ("kind", "whose", "who", "answers", "count", "created")
    list_filter = ("kind", "who", "answers")
    search_fields = ("owner__username",)
    date_hierarchy = "created"
    list_select_related = ("owner",)
    fields = list_display

    @admin.display(description="Of", ordering="owner__username")
    def whose(self, thread: Thread) -> SafeString:
        return link(thread.owner)


@admin.register(CommentEdit)
class CommentEditAdmin(Record[CommentEdit]):
    list_display = ("text", "now", "written", "created")
    search_fields = ("text", "comment__key", "comment__author__username")
    date_hierarchy = "created"
    list_select_related = ("comment",)
    fields = list_display

    @admin.display(description="Of the comment")
    def now(self, edit: CommentEdit) -> SafeString:
        return link(edit.comment)


@admin.register(CommentLike)
class CommentLikeAdmin(Record[CommentLike]):
    list_display = ("liked", "who", "created")
    search_fields = ("comment__key", "person__username")
    date_hierarchy = "created"
    list_select_related = ("comment", "person")
    fields = list_display

    @admin.display(description="Comment")
    def liked(self, like: CommentLike) -> SafeString:
        return link(like.comment)

    @admin.display(description="By", ordering="person__username")
    def who(self, like: CommentLike) -> SafeString:
        return link(like.person)

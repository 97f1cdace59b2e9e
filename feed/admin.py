"""Posts and what people did with them, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import Count

from feed import services
from feed.models import (
    Collection,
    CollectionItem,
    CommentAnswer,
    CustomFeed,
    Entry,
    Follow,
    Hidden,
    Impression,
    Like,
    MutedWord,
    Post,
    RankedList,
    Ranker,
    Remix,
    RemixPass,
    RemixRequest,
    Save,
    Share,
    Subscription,
    Tag,
    Unwanted,
    View,
    Word,
)
from socialapp.lib.admin import Admin, Record, RecordInline, link, picture, video

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


@admin.register(Follow)
class FollowAdmin(Record[Follow]):
    list_display = ("who", "whom", "created")
    search_fields = ("person__username", "creator__username", "character__name")
    date_hierarchy = "created"
    list_select_related = ("person", "creator", "character")
    fields = list_display

    @admin.display(description="Person", ordering="person__username")
    def who(self, row: Follow) -> SafeString:
        return link(row.person)

    @admin.display(description="Whom")
    def whom(self, row: Follow) -> SafeString:
        return link(row.creator or row.character)


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


@admin.register(Entry)
class EntryAdmin(Record[Entry]):
    list_display = ("kind", "thing", "title", "weight", "updated")
    list_filter = ("kind", "learnt")
    search_fields = ("title", "words", "said")
    date_hierarchy = "updated"
    fields = (*list_display, "owner", "people", "words", "said", "lines", "learnt")


@admin.register(Word)
class WordAdmin(Record[Word]):
    list_display = ("text", "things")
    search_fields = ("text",)
    fields = list_display


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

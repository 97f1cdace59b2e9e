"""Posts, likes and what was watched, for a person's own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from feed.models import (
    CustomFeed,
    Impression,
    Like,
    Post,
    Remix,
    RemixAnswer,
    RemixOutcome,
    RemixPass,
    RemixRequest,
    Save,
    Share,
    SnippetLine,
    View,
)
from socialapp.accounts.exports import as_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def posts(user: User) -> Iterator[File]:
    mine = Post.objects.filter(author=user).full()
    yield as_json(
        "posts.json",
        [
            {
                "key": post.key,
                "kind": post.kind,
                "clip": post.clip.key if post.clip else None,
                "lines": _lines_of(post),
                "caption": post.caption,
                "visibility": post.visibility,
                "remixing": post.remixing,
                "embeddable": post.embeddable,
                "published": post.published,
                "edited": post.edited,
                "removed": post.removed,
                "likes": post.stat.likes,
                "views": post.stat.views,
                "shares": post.stat.shares,
            }
            for post in mine.order_by("published")
        ],
    )
    said = SnippetLine.objects.filter(person=user).order_by("snippet__created", "pk")
    yield as_json(
        "published_lines.json",
        list(said.values("text", "snippet__post__key", "snippet__created")),
    )
    likes = Like.objects.filter(user=user).order_by("created")
    yield as_json("likes.json", list(likes.values("post__key", "created")))
    seen = View.objects.filter(viewer=f"user:{user.pk}").order_by("day")
    yield as_json(
        "watched.json", list(seen.values("post__key", "day", "seconds", "completed"))
    )
    shared = Share.objects.filter(viewer=f"user:{user.pk}").order_by("created")
    yield as_json("shared.json", list(shared.values("post__key", "day", "created")))
    yield as_json(
        "tastes.json",
        {
            "follows": _whom(user.follows.order_by("created")),
            "hidden": list(
                user.hidden.order_by("created").values("character__name", "created")
            ),
            "less_like": list(
                user.unwanted.order_by("created").values("post__key", "created")
            ),
        },
    )
    saves = Save.objects.filter(person=user).order_by("pk")
    yield as_json(
        "saved.json",
        {
            "saves": list(saves.values("post__key", "created")),
            "collections": [
                {
                    "key": one.key,
                    "title": one.title,
                    "note": one.note,
                    "visibility": one.visibility,
                    "created": one.created,
                    "posts": list(one.items.values_list("post__key", flat=True)),
                }
                for one in user.collections.order_by("pk")
            ],
        },
    )
    shown = Impression.objects.filter(viewer=f"user:{user.pk}").order_by("created")
    yield as_json(
        "shown.json",
        list(shown.values("post__key", "day", "place", "seconds", "watched")),
    )


def custom(user: User) -> Iterator[File]:
    """Feeds that they built and read, and the words they mute."""
    mine = CustomFeed.objects.filter(owner=user).order_by("created")
    told = ("key", "name", "note", "rules", "visibility", "created", "changed")
    read = user.subscriptions.order_by("created")
    muted = user.muted_words.order_by("created")
    yield as_json(
        "feeds.json",
        {
            "feeds": list(mine.values(*told)),
            "subscriptions": list(read.values("feed__key", "feed__name", "created")),
            "muted_words": list(muted.values("words", "until", "created")),
        },
    )


def remixes(user: User) -> Iterator[File]:
    """What they asked for and were asked, what came of theirs, and what they said."""
    asked = RemixRequest.objects.filter(asker=user).order_by("created")
    answers = RemixAnswer.objects.filter(person=user).order_by("request__created")
    wants = RemixOutcome.objects.filter(person=user).order_by("created")
    mine = Remix.objects.filter(child__author=user).order_by("created")
    passes = RemixPass.objects.filter(owner=user).order_by("created")
    held = RemixPass.objects.filter(person=user).order_by("created")
    yield as_json(
        "remixes.json",
        {
            "asked": list(
                asked.values(
                    "key", "post__key", "kind", "character__name", "script", "title",
                    "caption", "state", "created", "decided",
                )
            ),
            "answered": list(
                answers.values("request__key", "agreed", "word", "decided")
            ),
            "made": list(mine.values("child__key", "kind", "credit", "created")),
            "of_mine": list(
                Remix.objects.filter(credited=user)
                .order_by("created")
                .values("child__key", "kind", "outcome", "created")
            ),
            "wanted": list(wants.values("remix__child__key", "choice", "created")),
            "need_not_ask_me": list(passes.values("person__username", "created")),
            "whom_i_need_not_ask": list(held.values("owner__username", "created")),
        },
    )  # fmt: skip


def _whom(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    """And after which post."""
    return list(
        rows.values("creator__username", "character__name", "post__key", "created")
    )


def _lines_of(post: Post) -> list[dict[str, str]]:
    if post.snippet is None:
        return []
    return [{"name": one.name, "text": one.text} for one in post.snippet.lines.all()]


def week(user: User, since: dt.datetime) -> Iterator[tuple[str, int]]:
    """What a guardian is told: how many, never which."""
    yield (
        "Posts published",
        Post.objects.filter(author=user, published__gte=since).count(),
    )
    seen = View.objects.filter(viewer=f"user:{user.pk}", day__gte=since.date())
    yield "Clips watched", seen.count()
    seconds = seen.aggregate(total=Sum("seconds"))["total"] or 0
    yield "Minutes of clips watched, the longest look at each", round(seconds / 60)

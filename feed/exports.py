"""Posts, likes and what was watched, for a person's own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from feed.models import Impression, Like, Post, Save, SnippetLine, View
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
                "published": post.published,
                "edited": post.edited,
                "removed": post.removed,
                "likes": post.stat.likes,
                "views": post.stat.views,
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


def _whom(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    return list(rows.values("creator__username", "character__name", "created"))


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

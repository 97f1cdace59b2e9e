"""What a person wrote, liked and does not want to read, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.accounts.exports import as_json
from socialapp.comments.models import Comment, CommentLike, FilterWord, Thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def comments(user: User) -> Iterator[File]:
    written = Comment.objects.filter(author=user).order_by("pk")
    likes = CommentLike.objects.filter(person=user).order_by("created")
    words = FilterWord.objects.filter(owner=user).order_by("created")
    threads = Thread.objects.filter(owner=user).order_by("created")
    yield as_json(
        "comments.json",
        {
            "written": [
                {
                    "key": one.key,
                    "under": one.thread.kind,
                    "answers": one.parent.key if one.parent else None,
                    "text": one.text,
                    "before": list(one.history.values("text", "written", "created")),
                    "approval": one.approval,
                    "withheld": one.withheld,
                    "held": one.held,
                    "gone": one.gone,
                    "likes": one.likes,
                    "created": one.created,
                    "edited": one.edited,
                }
                for one in written.select_related("thread", "parent")
            ],
            "likes": list(likes.values("comment__key", "created")),
            "filter_words": list(words.values("word", "created")),
            "threads": list(
                threads.values("kind", "who", "answers", "count", "created")
            ),
        },
    )

"""Posts, what people do with them, and what is known of their tastes."""

from feed.models.audience import Like, PostStat, View
from feed.models.posts import (
    READING,
    Post,
    PostQuerySet,
    Snippet,
    SnippetLine,
    SnippetLineQuerySet,
    Tag,
)
from feed.models.talk import CommentAnswer
from feed.models.tastes import (
    Follow,
    Hidden,
    Impression,
    RankedList,
    Ranker,
    Unwanted,
)

__all__ = [
    "READING",
    "CommentAnswer",
    "Follow",
    "Hidden",
    "Impression",
    "Like",
    "Post",
    "PostQuerySet",
    "PostStat",
    "RankedList",
    "Ranker",
    "Snippet",
    "SnippetLine",
    "SnippetLineQuerySet",
    "Tag",
    "Unwanted",
    "View",
]

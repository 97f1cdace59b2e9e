"""Posts, what people do with them, and what is known of their tastes."""

from feed.models.audience import Like, PostStat, Share, View
from feed.models.posts import (
    READING,
    Post,
    PostQuerySet,
    Snippet,
    SnippetLine,
    SnippetLineQuerySet,
    Tag,
)
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
    "Follow",
    "Hidden",
    "Impression",
    "Like",
    "Post",
    "PostQuerySet",
    "PostStat",
    "RankedList",
    "Ranker",
    "Share",
    "Snippet",
    "SnippetLine",
    "SnippetLineQuerySet",
    "Tag",
    "Unwanted",
    "View",
]

"""Posts, what people do with them, and what is known of their tastes."""

from feed.models.audience import Attention, Like, PostStat, Share, View
from feed.models.custom import CustomFeed, MutedWord, Subscription
from feed.models.finding import Entry, Spelling, Word
from feed.models.posts import (
    READING,
    Post,
    PostQuerySet,
    Snippet,
    SnippetLine,
    SnippetLineQuerySet,
    Tag,
)
from feed.models.remixes import (
    Remix,
    RemixAnswer,
    RemixOutcome,
    RemixPass,
    RemixRequest,
)
from feed.models.saves import Collection, CollectionItem, CollectionQuerySet, Save
from feed.models.talk import CommentAnswer
from feed.models.tastes import Follow, Hidden, Impression, RankedList, Ranker, Unwanted

__all__ = [
    "READING",
    "Attention",
    "Collection",
    "CollectionItem",
    "CollectionQuerySet",
    "CommentAnswer",
    "CustomFeed",
    "Entry",
    "Follow",
    "Hidden",
    "Impression",
    "Like",
    "MutedWord",
    "Post",
    "PostQuerySet",
    "PostStat",
    "RankedList",
    "Ranker",
    "Remix",
    "RemixAnswer",
    "RemixOutcome",
    "RemixPass",
    "RemixRequest",
    "Save",
    "Share",
    "Snippet",
    "SnippetLine",
    "SnippetLineQuerySet",
    "Spelling",
    "Subscription",
    "Tag",
    "Unwanted",
    "View",
    "Word",
]

"""Posts as a viewer may see them, page by page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Exists, OuterRef, Q, Value

from avatarfx.models import Clip
from feed.models import Like, Post, PostQuerySet, Save, SnippetLine
from feed.selectors.following import followed_before
from feed.selectors.ranked import without_unwanted
from moderation.models import ApprovalState
from scenes.models import Scene
from socialapp.characters.models import Character
from socialapp.lib.models import on_stage
from streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

MAX_PAGE = 100

HEAVY = (
    "clip__performance",
    "clip__recipe",
    "clip__character__persona",
    "clip__character__card",
    "clip__character__portrait__rig",
    "clip__character__portrait__recipe",
    "clip__character__portrait__hand",
    "snippet__lead__persona",
    "snippet__lead__card",
    "snippet__lead__portrait__rig",
    "snippet__lead__portrait__recipe",
    "snippet__lead__portrait__hand",
)
"""Up to a hundred kilobytes a post that no list shows."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    posts: list[Post]
    """With ``liked`` and ``saved`` set for the viewer."""

    after: str | None
    """Where the next page begins; None on the last one."""

    list: str = ""
    """Key of the order that it was cut from; empty: it was none."""


def cursor_of(post: Post) -> str:
    """Microseconds since 1970 and the row, so that equal times keep their order."""
    since = post.published - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return f"{since // dt.timedelta(microseconds=1)}.{post.pk}"


def moment_of(cursor: str | None) -> tuple[dt.datetime, int] | None:
    """When the post of a cursor was published, and its row. None: a cursor that nobody
    gave out begins at the top."""
    microseconds, _, pk = (cursor or "").partition(".")
    try:
        since = dt.timedelta(microseconds=int(microseconds))
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + since, int(pk)
    except (ValueError, OverflowError):
        return None


def _older_than(cursor: str) -> Q:
    found = moment_of(cursor)
    if found is None:
        return Q()
    moment, pk = found
    return Q(published__lt=moment) | Q(published=moment, pk__lt=pk)


def listed_for(viewer: Viewer) -> PostQuerySet:
    """Public posts that can be played or read, each with ``liked`` and ``saved``."""
    return _with_likes(Post.objects.listed().fit_for(viewer), viewer)


def _with_likes(posts: PostQuerySet, viewer: Viewer) -> PostQuerySet:
    liked: Exists | Value = Value(False, output_field=BooleanField())
    saved: Exists | Value = liked
    if viewer.is_authenticated:
        liked = Exists(Like.objects.filter(post=OuterRef("pk"), user=viewer.pk))
        saved = Exists(Save.objects.filter(post=OuterRef("pk"), person=viewer.pk))
    # Of a clip or a character whose words were approved once and are not any more.
    approved = Q(clip__approval=ApprovalState.APPROVED, clip__character__waits=False)
    off_stage = SnippetLine.objects.filter(
        Q(character__waits=True) | ~Q(character__withheld=""),
        snippet=OuterRef("snippet"),
        character__isnull=False,
    )
    readable = Q(~Exists(off_stage))
    if viewer.is_authenticated:
        approved |= Q(author=viewer.pk)
        readable |= Q(author=viewer.pk)
    clips = Q(clip__state=Clip.State.READY, clip__removed__isnull=True)
    playable = posts.filter(clips & approved | Q(kind=Post.Kind.SNIPPET) & readable)
    return (
        playable.annotate(liked=liked, saved=saved)
        .full()
        .defer(*HEAVY)
        .order_by("-published", "-pk")
    )


def _page(posts: PostQuerySet, after: str | None, limit: int) -> FeedPage:
    limit = min(max(limit, 1), MAX_PAGE)
    if after:
        posts = posts.filter(_older_than(after))
    found = list(posts[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return FeedPage(found, cursor_of(found[-1]) if more else None)


def feed_page(
    *, viewer: Viewer, after: str | None = None, limit: int = 6, tag: str = ""
) -> FeedPage:
    """One page of the feed, or of one hashtag: two queries whatever its size, and one
    for the lines when there are chats among it."""
    posts = without_unwanted(listed_for(viewer).filter(demoted=False), viewer)
    if tag:
        posts = posts.filter(tags__name=tag.lower())
    return _page(posts, after, limit)


def posts_in(*, viewer: Viewer, ids: Sequence[int]) -> list[Post]:
    """Of these, in this order, what this viewer may see now: safety has the last word,
    however long ago the order was made."""
    shown = without_unwanted(listed_for(viewer).filter(demoted=False), viewer)
    found = {post.pk: post for post in shown.filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]


def following_page(
    *, viewer: Viewer, after: str | None = None, limit: int = 6
) -> FeedPage:
    """Of those whom this viewer follows, the newest first."""
    limit = min(max(limit, 1), MAX_PAGE)
    if not viewer.is_authenticated:
        return FeedPage([], None)
    found: list[Post] = []
    before = moment_of(after)
    while len(found) <= limit:
        asked = limit + 1 - len(found)
        rows = followed_before(person=viewer.pk, before=before, most=asked)
        # Safety has the last word: what may not be shown leaves a gap to be filled.
        found += posts_in(viewer=viewer, ids=[pk for _, pk in rows])
        if len(rows) < asked:
            break
        before = rows[-1]
    return FeedPage(
        found[:limit], cursor_of(found[limit - 1]) if len(found) > limit else None
    )


@dataclass(frozen=True, slots=True)
class Credit:
    """Of a clip that was cut out of a show, or of a scene that somebody played."""

    cast: list[Character]
    """Everybody on stage, seat by seat."""

    kind: str
    """``stream`` or ``scene``."""

    show: Stream | None = None
    """None: it is gone, or this viewer may not open it."""

    scene: Scene | None = None
    """The same of the scene."""


def credit_of(clip: Clip, *, viewer: Viewer) -> Credit | None:
    """None for a clip that was written; that costs no query."""
    kind, _, key = clip.recipe.get("source", "").partition(":")
    if kind not in {"stream", "scene"}:
        return None
    actors = clip.actors.select_related("character").order_by("seat")
    cast = [one.character for one in actors]
    if kind == "scene":
        scenes = Scene.objects.visible_to(viewer).full()
        return Credit(cast, kind, scene=scenes.filter(key=key).first())
    seen = Stream.objects.visible_to(viewer).select_related("host")
    return Credit(cast, kind, show=seen.filter(key=key).first())


def openable_by(viewer: Viewer) -> PostQuerySet:
    """What this viewer may open when they know where it is, and can be played or read."""
    return _with_likes(Post.objects.visible_to(viewer), viewer)


def post_for(*, viewer: Viewer, key: str) -> Post:
    """The post, if this viewer may open it; else Post.DoesNotExist."""
    return openable_by(viewer).get(key=key)


def character_met(*, viewer: Viewer, key: str, post: str = "") -> Character:
    """One that this viewer may see, that they met in a post although its page is
    closed, or that they follow or hide. Character.DoesNotExist when there is none."""
    try:
        met = post_for(viewer=viewer, key=post)
    except Post.DoesNotExist:
        met = None
    if met is not None and met.character.key == key:
        return met.character
    if viewer.is_authenticated:
        for chosen in (viewer.follows, viewer.hidden):
            known = chosen.filter(character__key=key).select_related("character")
            if (row := known.first()) and row.character:
                return row.character
    return Character.objects.visible_to(viewer).get(key=key)


def posts_of(
    *,
    viewer: Viewer,
    author: User | None = None,
    character: Character | None = None,
    after: str | None = None,
    limit: int = 24,
) -> FeedPage:
    """The posts of a person, of a character, or of both; authors see all of theirs."""
    shown = Q(visibility=Post.Visibility.PUBLIC, author__leaves__isnull=True)
    if viewer.is_authenticated:
        shown |= Q(author=viewer.pk)
    on_show = Post.objects.fit_for(viewer).filter(on_stage(viewer, "author"))
    posts = on_show.filter(shown, removed__isnull=True)
    if author is not None:
        posts = posts.filter(author=author)
    if character is not None:
        lines = SnippetLine.objects.filter(
            snippet=OuterRef("snippet"), character=character
        )
        posts = posts.filter(Q(clip__character=character) | Exists(lines))
    return _page(_with_likes(posts, viewer), after, limit)

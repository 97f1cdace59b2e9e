"""Posts as a viewer may see them, page by page."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Exists, OuterRef, Q, Value

from avatarfx.models import Clip
from feed import cursors, hashtags
from feed.models import Like, Post, PostQuerySet, Save, SnippetLine
from feed.remixes.chips import may_name_parent
from feed.selectors.custom import chosen, keeping
from feed.selectors.ranked import without_unwanted
from feed.selectors.unseen import UNSEEN
from moderation.models import ApprovalState
from scenes.models import Scene
from socialapp.accounts.circle import heard
from socialapp.lib.models import on_stage
from streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from feed.rules import Rules
    from feed.selectors.custom import Keep
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

    Viewer = User | AnonymousUser

MAX_PAGE = 100

STEP, TRIED = 60, 1200
"""Posts whose words are read at first, and for one page at most."""

WIDER = 4
"""Each time nothing came of it, so many times as many are read: three times at most."""

NEWEST = "newest"
"""Of ``feed.cursors``: the list of everything, which has more than one address."""

_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class FeedPage:
    posts: list[Post]
    """With ``liked`` and ``saved`` set for the viewer."""

    after: str | None
    """Where the next page begins; None on the last one."""

    list: str = ""
    """Key of the order that it was cut from; empty: it was none."""


def place_of(published: dt.datetime, pk: int) -> str:
    """Microseconds since 1970 and the row, so that equal times keep their order."""
    since = published - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return f"{since // dt.timedelta(microseconds=1)}.{pk}"


def newest_after(post: Post) -> str:
    """The cursor of what is older than this one, of everything."""
    return cursors.sealed(NEWEST, place_of(post.published, post.pk))


def place_in(
    after: str | None, of: str, *, strict: bool = False
) -> tuple[dt.datetime, int] | None:
    """Moment and row in a cursor of the list `of`. None, which begins at the top, for no
    cursor and for one that the list did not give out; with `strict` that is a
    CursorError."""
    found = _read(cursors.opened(of, after))
    if found is None and after and strict:
        raise cursors.CursorError
    return found


def _read(place: str) -> tuple[dt.datetime, int] | None:
    match = _CURSOR.fullmatch(place)
    if match is None:
        return None
    try:
        since = dt.timedelta(microseconds=int(match[1]))
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + since, int(match[2])
    except OverflowError:
        return None


def _older_than(moment: dt.datetime, pk: int) -> Q:
    # The first condition says nothing new: databases find their place in an index by
    # it, where they read everything newer for the second.
    return Q(published__lte=moment) & (
        Q(published__lt=moment) | Q(published=moment, pk__lt=pk)
    )


def listed_for(viewer: Viewer) -> PostQuerySet:
    """Public posts that can be played or read, each with ``liked`` and ``saved``."""
    return with_likes(Post.objects.listed().fit_for(viewer), viewer)


def playable(posts: PostQuerySet, viewer: Viewer) -> PostQuerySet:
    """Those that can be played or read, and whose words are approved."""
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
    return posts.filter(clips & approved | Q(kind=Post.Kind.SNIPPET) & readable)


def with_likes(posts: PostQuerySet, viewer: Viewer) -> PostQuerySet:
    """Of these, what can be played or read, with everything that a card shows."""
    liked: Exists | Value = Value(False, output_field=BooleanField())
    saved: Exists | Value = liked
    if viewer.is_authenticated:
        liked = Exists(Like.objects.filter(post=OuterRef("pk"), user=viewer.pk))
        saved = Exists(Save.objects.filter(post=OuterRef("pk"), person=viewer.pk))
    return (
        playable(posts, viewer)
        .annotate(liked=liked, saved=saved, parent_known=may_name_parent(viewer))
        .full()
        .defer(*UNSEEN)
        .order_by("-published", "-pk")
    )


def on_show(viewer: Viewer) -> PostQuerySet:
    """What a list may bring before this viewer unasked, with all that a card shows."""
    posts = listed_for(viewer).filter(heard(viewer, "author"), demoted=False)
    return without_unwanted(posts, viewer)


def page_of(
    posts: PostQuerySet,
    after: str | None,
    limit: int,
    keep: Keep | None = None,
    *,
    of: str,
    strict: bool = False,
    ways: Sequence[Q] = (),
) -> FeedPage:
    """The next posts of the list `of`; `keep` decides about those that no query can. A
    page is short, or empty, and is not the last, when few of `TRIED` posts are kept.
    `ways`: those that fit one of them, each looked for by itself and no two finding the
    same; databases sort ids then, and not whole cards. `strict` as in `place_in`."""
    limit = min(max(limit, 1), MAX_PAGE)
    step = limit if keep is None else max(limit, STEP)
    kept: list[Post] = []
    place = place_in(after, of, strict=strict)
    left = TRIED if keep else step
    while left > 0:
        older = posts.filter(_older_than(*place)) if place else posts
        if ways:
            older = posts.filter(pk__in=_newest(older, ways, step + 1))
        found = list(older[: step + 1])
        more = len(found) > step
        for at, post in enumerate(found[:step], start=1):
            place = post.published, post.pk
            if keep is None or keep(post):
                kept.append(post)
            if len(kept) == limit:
                last = not more and at == len(found)
                return FeedPage(kept, None if last else _after(of, place))
        if not more:
            return FeedPage(kept, None)
        left -= step
        step = min(WIDER * step, max(left, limit))
    return FeedPage(kept, _after(of, place))


def _after(of: str, place: tuple[dt.datetime, int] | None) -> str | None:
    return cursors.sealed(of, place_of(*place)) if place else None


def _newest(posts: PostQuerySet, ways: Sequence[Q], most: int) -> list[int]:
    found = [
        row
        for way in ways
        for row in posts.filter(way).values_list("published", "pk")[:most]
    ]
    return [pk for _, pk in sorted(found, reverse=True)[:most]]


def feed_page(
    *,
    viewer: Viewer,
    after: str | None = None,
    limit: int = 6,
    tag: str = "",
    strict: bool = False,
) -> FeedPage:
    """One page of the feed, or of one hashtag: as many queries whatever its size, and
    one for the lines when there are chats among it. `strict` as in `place_in`."""
    posts = without_unwanted(listed_for(viewer).filter(demoted=False), viewer)
    keep = keeping(viewer)
    if not tag:
        return page_of(posts, after, limit, keep, of=NEWEST, strict=strict)
    name = hashtags.folded(tag)
    ways, of = [Q(tags__name=name)], f"tag:{name}"
    return page_of(posts, after, limit, keep, of=of, strict=strict, ways=ways)


def custom_page(
    *,
    viewer: Viewer,
    rules: Rules,
    of: str = "rules",
    after: str | None = None,
    limit: int = 6,
    strict: bool = False,
) -> FeedPage:
    """The newest that fit the rules and that this viewer may see, as pages of the list
    `of`. `strict` as in `place_in`."""
    posts = without_unwanted(listed_for(viewer).filter(demoted=False), viewer)
    fitting, keep = posts.filter(chosen(rules)), keeping(viewer, rules)
    return page_of(fitting, after, limit, keep, of=of, strict=strict)


def custom_trending(*, viewer: Viewer, rules: Rules, most: int) -> list[int]:
    """Ids of those that fit the rules, the most liked of late first."""
    posts = listed_for(viewer).filter(chosen(rules), demoted=False)
    hot = posts.order_by("-stat__heat", "-published", "-pk")
    keep = keeping(viewer, rules)
    if keep is None:
        return list(hot.values_list("pk", flat=True)[:most])
    return [post.pk for post in hot[:TRIED] if keep(post)][:most]


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
    return with_likes(Post.objects.visible_to(viewer), viewer)


def post_for(*, viewer: Viewer, key: str) -> Post:
    """The post, if this viewer may open it; else Post.DoesNotExist."""
    return openable_by(viewer).get(key=key)


def posts_of(
    *,
    viewer: Viewer,
    author: User | None = None,
    character: Character | None = None,
    after: str | None = None,
    limit: int = 24,
    strict: bool = False,
) -> FeedPage:
    """The posts of a person, of a character, or of both; authors see all of theirs.
    `strict` as in `place_in`."""
    shown = Q(
        visibility=Post.Visibility.PUBLIC, author__leaves__isnull=True, kept_back=False
    )
    if viewer.is_authenticated:
        shown |= Q(author=viewer.pk)
    on_show = Post.objects.fit_for(viewer).filter(on_stage(viewer, "author"))
    posts = on_show.filter(shown, removed__isnull=True)
    if author is not None:
        posts = posts.filter(author=author)
    ways: list[Q] = []
    if character is not None:
        # Each way by its own index: of an "or" of both, a database reads every post.
        lines = SnippetLine.objects.filter(character=character).values("snippet")
        ways = [Q(lead=character), Q(snippet__in=lines) & ~Q(lead=character)]
    shown_to_them = with_likes(posts, viewer)
    of = f"posts:{author.pk if author else ''}:{character.pk if character else ''}"
    return page_of(shown_to_them, after, limit, of=of, strict=strict, ways=ways)

"""The feed of one viewer: an order made once and read page by page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from feed import selectors
from feed.models import RankedList, Ranker
from feed.selectors import MAX_PAGE, FeedPage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from feed.models import Post
    from feed.ranking.learning import Learnt
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

ORDERS = ("ranked", "newest", "trending", "following")

LIVES = timedelta(hours=6)
"""A list is read to its end in one sitting; a later page begins a new one."""

_CURSOR = re.compile(r"l-([a-z0-9]{6,16})-([0-9]{1,6})")


def is_personal(viewer: Viewer) -> bool:
    """Whether what they did counts: never for minors, nor for who has no account."""
    return viewer.is_authenticated and not viewer.is_minor


def order_for(viewer: Viewer, asked: str = "") -> str:
    """What they asked for, else the house's choice: newest first for minors. Who has no
    account follows nobody."""
    if asked in ORDERS and (asked != "following" or viewer.is_authenticated):
        return asked
    return "newest" if viewer.is_authenticated and viewer.is_minor else "ranked"


def read_feed(
    *,
    viewer: Viewer,
    name: str,
    order: str,
    after: str | None = None,
    limit: int = 6,
) -> FeedPage:
    """One page. The first makes the order and keeps it, so that the next ones repeat
    and skip nothing while posts are added; what was hidden or taken down meanwhile is
    left out. `name` is the viewer as in `View`.

    A cursor of a list that is gone, or of somebody else, begins a new one.
    """
    if order == "newest":
        return selectors.feed_page(viewer=viewer, after=after, limit=limit)
    if order == "following":
        return selectors.following_page(viewer=viewer, after=after, limit=limit)
    kept, start = _read_on(name, after)
    if kept is None:
        made = (
            selectors.trending()
            if order == "trending"
            else selectors.ranked(
                viewer=viewer, name=name, personal=is_personal(viewer)
            )
        )
        kept = RankedList.objects.create(
            viewer=name, posts=made.entries, weights=made.weights
        )
    return _page_of(kept, start, viewer, min(max(limit, 1), MAX_PAGE))


def _read_on(name: str, after: str | None) -> tuple[RankedList | None, int]:
    match = _CURSOR.fullmatch(after or "")
    if match is None:
        return None, 0
    kept = selectors.list_of(name=name, key=match[1])
    return (kept, int(match[2])) if kept is not None else (None, 0)


def _page_of(kept: RankedList, start: int, viewer: Viewer, limit: int) -> FeedPage:
    """The next posts that may be shown; pieces of the list are tried until they fill
    a page."""
    found: list[Post] = []
    at = start
    while len(found) < limit and at < len(kept.posts):
        ids = [entry[0] for entry in kept.posts[at : at + limit - len(found)]]
        found += selectors.posts_in(viewer=viewer, ids=ids)
        at += len(ids)
    more = at < len(kept.posts)
    return FeedPage(found, f"l-{kept.key}-{at}" if more else None, kept.key)


@transaction.atomic
def keep_weights(*, learnt: Learnt) -> Ranker:
    """Note what was learnt; it is used from now on when it is better."""
    if learnt.better:
        Ranker.objects.filter(active=True).update(active=False)
    return Ranker.objects.create(
        weights=learnt.weights.to_json(), report=learnt.report, active=learnt.better
    )


def forget_lists(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Delete those that nobody reads any more; called by ``reconcile``."""
    old = RankedList.objects.filter(created__lt=timezone.now() - LIVES)
    gone, _ = old.delete()
    return {"lists forgotten": gone} if gone else {}

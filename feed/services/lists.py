"""The feed of one viewer: an order made once and read page by page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from feed import cursors, selectors
from feed.cursors import CursorError
from feed.models import CustomFeed, RankedList, Ranker
from feed.rules import Rules
from feed.selectors import MAX_PAGE, FeedPage, scrolling
from feed.services.custom import order_custom

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from feed.models import Post
    from feed.ranking.learning import Learnt
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

ORDERS = ("ranked", "newest", "trending", "following")

BUILT = "feed:"
"""Before the key of a feed that somebody built: an order too."""

LIVES = timedelta(hours=6)
"""A list is read to its end in one sitting; a later page begins a new one."""

GAPS = (60, 200)
"""Posts of a list that are looked at, all at once, when of those before too few may be
shown; with the last, any list is at its end."""

GUESTS = 60
"""Seconds for which visitors without a name are given one list: most of them look at
one page and never come back, and a list is some 20 kB."""

FEW, SOON = 20, 5
"""A list of so few posts is given for so many seconds: a young house shows what is new,
and to make it anew costs little."""

_CURSOR = re.compile(r"l-([a-z0-9]{6,16})-([0-9]{1,6})")


class RestError(Exception):
    """The feed rests for today; its text is for whom it rests for."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        """Their next midnight, by their own clock."""

        self.minutes = settings.SCROLL_MINUTES
        super().__init__(
            f"You scrolled for {self.minutes} minutes today. The feed goes on tomorrow,"
            " when your clock says midnight. Scenes and all that you make stay open."
        )


def check_rest(viewer: Viewer) -> None:
    """RestError for somebody under 18 who scrolled for SCROLL_MINUTES today."""
    if until := scrolling.rests_until(viewer):
        raise RestError(until)


def is_personal(viewer: Viewer) -> bool:
    """Whether what they did counts: never for minors, nor for who has no account."""
    return viewer.is_authenticated and not viewer.is_minor


def order_for(viewer: Viewer, asked: str = "") -> str:
    """What they asked for, else the house's choice: newest first for minors. Who has no
    account follows nobody."""
    if asked.startswith(BUILT):
        return asked
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
    strict: bool = False,
) -> FeedPage:
    """One page. The first makes the order and keeps it, so that the next ones repeat
    and skip nothing while posts are added; what was hidden or taken down meanwhile is
    left out. `name` is the viewer as in `View`.

    A cursor of a list that is gone, of somebody else or of another order begins a new
    one, since who scrolls wants to go on; with `strict` it is a CursorError. RestError:
    they are under 18 and scrolled enough for today.
    """
    check_rest(viewer)
    if order in {"newest", "following"}:
        page = selectors.feed_page if order == "newest" else selectors.following_page
        return page(viewer=viewer, after=after, limit=limit, strict=strict)
    if order.startswith(BUILT):
        key = order.removeprefix(BUILT)
        return _read_custom(viewer, name, key, after, limit, strict=strict)
    kept, start = _read_on(name, after, order, strict=strict)
    if kept is None:
        kept = _begun(viewer, order) if not name else _made(viewer, name, order)
    return _page_of(kept, start, viewer, limit, of=order)


def _read_custom(
    viewer: Viewer, name: str, key: str, after: str | None, limit: int, *, strict: bool
) -> FeedPage:
    try:
        feed = selectors.feed_for(viewer=viewer, key=key)
    except CustomFeed.DoesNotExist:
        # It was deleted or closed while somebody read it.
        return FeedPage([], None)
    rules = Rules.from_json(feed.rules)
    of = f"{BUILT}{feed.key}:{rules.order}"
    if rules.order != "trending":
        return selectors.custom_page(
            viewer=viewer, rules=rules, of=of, after=after, limit=limit, strict=strict
        )
    kept, start = _read_on(name, after, of, strict=strict)
    if kept is None:
        kept = order_custom(viewer=viewer, name=name, feed=feed)
    return _page_of(kept, start, viewer, limit, of=of)


def _made(viewer: Viewer, name: str, order: str) -> RankedList:
    made = (
        selectors.trending()
        if order == "trending"
        else selectors.ranked(viewer=viewer, name=name, personal=is_personal(viewer))
    )
    return RankedList.objects.create(
        viewer=name, posts=made.entries, weights=made.weights
    )


def _begun(viewer: Viewer, order: str) -> RankedList:
    """The list of everybody who has no name yet. Each process makes its own."""
    place = f"feed:guests:{order}"
    key = cache.get(place, "")
    kept = selectors.list_of(name="", key=key) if key else None
    if kept is None:
        kept = _made(viewer, "", order)
        if kept.posts:  # a house that has just opened is not empty for a minute
            cache.set(place, kept.key, GUESTS if len(kept.posts) > FEW else SOON)
    return kept


def _read_on(
    name: str, after: str | None, of: str, *, strict: bool
) -> tuple[RankedList | None, int]:
    """The list in a cursor of the order `of`, and where in it. None for no cursor and for
    one that leads nowhere; with `strict` that is a CursorError."""
    match = _CURSOR.fullmatch(cursors.opened(of, after))
    kept = selectors.list_of(name=name, key=match[1]) if match else None
    if kept is None and after and strict:
        raise _gone() if match else CursorError
    return (kept, int(match[2])) if kept is not None and match else (None, 0)


def _gone() -> CursorError:
    hours = LIVES.total_seconds() / 3600
    return CursorError(
        "The list that this cursor belongs to is not kept any more: lists last"
        f" {hours:.0f} hours. Begin again without `after`.",
        gone=True,
    )


def _page_of(
    kept: RankedList, start: int, viewer: Viewer, limit: int, *, of: str
) -> FeedPage:
    """The next posts that may be shown, of a list in the order `of`. Where too few of
    them may, the rest of it is looked at in two more pieces: what was taken down or
    hidden meanwhile makes a page dearer by so much, and never by more."""
    limit = min(max(limit, 1), MAX_PAGE)
    found: list[Post] = []
    at = start
    for most in (limit, *GAPS):
        ids = [entry[0] for entry in kept.posts[at : at + most]]
        if len(found) == limit or not ids:
            break
        shown = selectors.posts_in(viewer=viewer, ids=ids)[: limit - len(found)]
        found += shown
        at += ids.index(shown[-1].pk) + 1 if len(found) == limit else len(ids)
    more = at < len(kept.posts)
    after = cursors.sealed(of, f"l-{kept.key}-{at}") if more else None
    return FeedPage(found, after, kept.key)


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

"""J6.6: the feed is paged through while others go on posting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common import World, after_of, all_of_the_feed, page_of
from troupe_client.models import FeedListOrder
from troupe_client.types import UNSET, Unset

if TYPE_CHECKING:
    from troupe_client import AuthenticatedClient

ADDED = 20


def page_while_others_post(app: AuthenticatedClient, world: World) -> None:
    """What was there is on the pages, each post once; what comes meanwhile is at most
    once, and is there from the beginning the next time."""
    before = [post.key for post in all_of_the_feed(app, FeedListOrder.NEWEST)]
    pages = len(before)
    assert pages >= 5, before
    for order in (FeedListOrder.NEWEST, FeedListOrder.RANKED):
        added: list[str] = []
        read: list[str] = []
        after: str | Unset = UNSET
        while True:
            page = page_of(app, order, after, limit=1)
            read += [post.key for post in page.results]
            after = after_of(page)
            if isinstance(after, Unset):
                break
            while len(added) < min(ADDED, ADDED * len(read) // (pages // 2)):
                added.append(world.somebody_posts())
        assert len(added) == ADDED, added
        assert len(read) == len(set(read)), f"{order}: twice"
        assert set(before) <= set(read), f"{order}: skipped"
        now = {post.key for post in all_of_the_feed(app, order)}
        assert now >= set(before) | set(added), f"{order}: not there afterwards"
        before = [post.key for post in all_of_the_feed(app, FeedListOrder.NEWEST)]
        pages = len(before)
    print(f"read every post once in two orders while {2 * ADDED} were added")

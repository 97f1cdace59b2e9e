"""`make`: a whole crowd, table by table."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from django.utils import timezone

from avatarfx.models import Clip
from feed.crowd import bulk, draws
from feed.crowd.films import Film
from feed.crowd.tables import DOMAIN, WRITTEN, Crowd
from socialapp.accounts.models import User
from socialapp.characters.starters import HOUSE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

FEWEST = 50
"""Posts: fewer are no crowd."""


class CrowdError(Exception):
    """A refusal; its text is for the operator."""


def make(
    *,
    posts: int,
    seed: int = 1,
    sure: bool = False,
    say: Callable[[str], object] = lambda _words: None,
    now: dt.datetime | None = None,
) -> None:
    """`posts` posts and all that belongs to them. The same `seed` and `now` (the end of
    their year) make the same crowd. `sure`: real people live here, and it is meant.

    CrowdError before anything is written: people or a crowd are here, no starter was
    rendered yet, or too few posts.
    """
    check(posts=posts, sure=sure)
    films = _films()
    if not films:
        raise CrowdError(
            "There is no rendered clip of the starters, whose files a crowd's clips"
            " share. Run `manage.py seed` first, or wait until a worker has made them."
        )
    ends = int((now or timezone.now()).timestamp() * 1e6)
    crowd = Crowd(draws.Size(posts), ends, np.random.default_rng(seed), films)
    began = time.monotonic()
    with bulk.quickly():
        for what, step in (
            ("people", crowd.people),
            ("characters", crowd.characters),
            ("clips", crowd.clips),
            ("tags", crowd.tag_names),
            ("posts", crowd.shown),
            ("impressions, views and likes", crowd.looks),
            ("follows", crowd.follows),
        ):
            count = step()
            say(f"{time.monotonic() - began:7.1f} s  {count:>10,} {what}")
        bulk.settle(WRITTEN)
    say(f"{time.monotonic() - began:7.1f} s  settled")


def _films() -> list[Film]:
    """Of the starters, one of each character that has one."""
    ready = Clip.objects.filter(
        owner__username=HOUSE,
        character__starter=True,
        state=Clip.State.READY,
        removed__isnull=True,
        withheld="",
    ).exclude(video="")
    found = ready.select_related("character__portrait").order_by("pk")
    return list({one.character_id: Film(one, one.character) for one in found}.values())


def check(*, posts: int, sure: bool = False) -> None:
    """CrowdError when no crowd of this size may come into this house."""
    if posts < FEWEST:
        raise CrowdError(f"A crowd has {FEWEST} posts at least; you asked for {posts}.")
    if User.objects.filter(email__endswith=f"@{DOMAIN}").exists():
        raise CrowdError(
            "There is a crowd in this database already. Take another DATA_DIR (or"
            " DATABASE_URL) for a second one."
        )
    people = User.objects.exclude(username=HOUSE).count()
    if people and not sure:
        raise CrowdError(
            f"{people} people have accounts here, and a crowd among them cannot be told"
            " apart by who looks, nor be taken out again. Take another DATA_DIR (or"
            " DATABASE_URL), or add --yes-into-this-database."
        )

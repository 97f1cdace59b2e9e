"""What was on whose screen: impressions, told in batches by the pages that show posts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from feed.models import READING, Impression, Post, PostStat
from feed.services import attention

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from feed.models import Attention

MOST = 30
"""Posts in one batch."""

SHORTEST = 0.25
"""Seconds that a post must have been on screen: less is scrolling past it."""

MOST_A_MINUTE = 60
"""New posts that one viewer can look at; what comes on top is no person looking."""


SAVED = 180.0
"""Seconds that a page or an app may wait before it tells what was on screen."""


@dataclass(frozen=True, slots=True)
class Look:
    key: str
    """Of the post."""

    seconds: float
    watched: float = 0.0
    """The longest stretch of it, as a fraction."""

    place: int = 0
    traits: tuple[float, ...] = ()


def note_looks(
    *, viewer: str, looks: Sequence[Look], now: dt.datetime | None = None
) -> int:
    """Keep what is new of a batch; how many posts were counted as shown.

    A viewer counts once a day and post (UTC); later looks only lengthen the first. The
    seconds that are said count as far as the viewer had them since something of theirs
    last counted (at most SAVED), and no more was watched than they give. What is too
    short, or comes faster than a person can look, is dropped.
    """
    now = now or timezone.now()
    best = _longest(looks[:MOST])
    shown = Post.objects.filter(key__in=best).select_related("clip")
    posts = list(shown.only("key", "clip", "clip__seconds").order_by("pk"))
    if not posts:
        return 0
    counted = 0
    with transaction.atomic():
        mine = attention.hold(viewer, now)
        room = MOST_A_MINUTE - _of_late(viewer, now)
        for post in posts:
            counted += _note(mine, post, best[post.key], now, new=counted < room)
    return counted


def _longest(looks: Sequence[Look]) -> Mapping[str, Look]:
    best: dict[str, Look] = {}
    for look in looks:
        if not look.seconds >= SHORTEST:
            continue
        if look.key not in best or best[look.key].seconds < look.seconds:
            best[look.key] = look
    return best


def _of_late(viewer: str, now: dt.datetime) -> int:
    since = now - dt.timedelta(minutes=1)
    return Impression.objects.filter(viewer=viewer, created__gt=since).count()


def _note(
    mine: Attention, post: Post, look: Look, now: dt.datetime, *, new: bool
) -> bool:
    today = {
        "viewer": mine.viewer,
        "post": post,
        "day": now.astimezone(dt.UTC).date(),
    }
    row = Impression.objects.filter(**today).first()
    if row is None and not new:
        return False
    length = post.longest_look or READING
    had = attention.left(mine, "looked", most=SAVED, now=now).total_seconds()
    seconds = min(look.seconds, max(READING, length), had)
    if seconds < SHORTEST:
        return False
    attention.spend(mine, "looked", seconds, most=SAVED, now=now)
    watched = row.watched if row else 0.0
    most = watched + seconds * attention.SPEED / length
    watched = max(watched, min(1.0, look.watched, most))
    stat = PostStat.objects.filter(post=post)
    if row is None:
        Impression.objects.create(
            **today,
            seconds=seconds,
            watched=watched,
            place=min(max(0, look.place), 10**6),
            traits=list(look.traits),
            created=now,
        )
        stat.update(shown=F("shown") + 1, dwell=F("dwell") + seconds)
        return True
    longer = max(0.0, seconds - row.seconds)
    if longer or watched > row.watched:
        row.seconds, row.watched = row.seconds + longer, watched
        row.save(update_fields=["seconds", "watched"])
    if longer:
        stat.update(dwell=F("dwell") + longer)
    return False

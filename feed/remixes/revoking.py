"""What the owners of an original want for the remixes that are there already."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from avatarfx.remixes import RemixKind
from feed.models import Post, Remix, RemixOutcome
from feed.remixes import lineage, news
from feed.remixes.chips import may_name_post
from feed.remixes.errors import RemixError
from moderation import log as audit
from socialapp.lib import blobs, withheld

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from socialapp.accounts.models import User

Outcome = Remix.Outcome

_HOW_FAR = {Outcome.KEEP.value: 0, Outcome.UNLINK.value: 1, Outcome.HIDE.value: 2}

ENDED = (
    "Whoever owns the original does not want its remixes on stage any more, so others do"
    " not see yours. It stays in your clips, and nothing counts against you."
)

MOST_AT_ONCE = 500
"""Remixes that one order is carried out for; the next one goes on."""


def of_mine(person: User) -> QuerySet[Remix]:
    """Remixes that others made of this person's clips, or with words for, or beside, a
    character of theirs. The newest first."""
    cast = Q(
        cast__owner=person,
        cast__starter=False,
        kind__in=[RemixKind.REWRITE, RemixKind.DUET],
    )
    rows = Remix.objects.filter(Q(parent__author=person) | cast, child__isnull=False)
    return (
        rows.exclude(child__author=person)
        .select_related(
            "child__author", "child__clip__character__portrait", "child__stat", "parent"
        )
        .order_by("-pk")
        .distinct()
    )


def shown_of_mine(person: User, *, of: str = "") -> QuerySet[Remix]:
    """Of those, what this person can still see: neither what its maker took back, nor
    what a moderator did. `of`: of one post, by its key. ``parent_named``: whether they
    may read of which post it is, where their part in it is a character; ``chosen``: what
    they want for it."""
    chosen = RemixOutcome.objects.filter(remix=OuterRef("pk"), person=person)
    told = of_mine(person).annotate(
        parent_named=may_name_post(person, "parent"),
        chosen=Coalesce(Subquery(chosen.values("choice")[:1]), Value(Outcome.KEEP)),
    )
    rows = told.filter(
        child__removed__isnull=True,
        child__withheld="",
        child__visibility=Post.Visibility.PUBLIC,
        child__author__leaves__isnull=True,
    )
    return rows.filter(parent__key=of) if of else rows


@transaction.atomic
def decide(*, remix: Remix, person: User, choice: str) -> Remix:
    """``keep``, ``unlink`` or ``hide`` for one remix; each takes the one before it back.
    The furthest counts where several have a say. RemixError when it is not theirs."""
    if choice not in Outcome.values:
        raise RemixError(
            f"Choose one of {', '.join(Outcome.values)}.",
            code="outcome",
            field="outcome",
        )
    if not of_mine(person).filter(pk=remix.pk).exists():
        raise RemixError("This remix is of nothing of yours.", code="not-yours")
    locked = Remix.objects.select_for_update().get(pk=remix.pk)
    RemixOutcome.objects.update_or_create(
        remix=locked, person=person, defaults={"choice": choice}
    )
    return _apply(locked, person)


def decide_all(*, person: User, choice: str, of: str = "") -> int:
    """The same for everything, or for the remixes of one post; how many were changed,
    at most MOST_AT_ONCE."""
    rows = of_mine(person).exclude(
        outcomes__in=RemixOutcome.objects.filter(person=person, choice=choice)
    )
    if choice == Outcome.KEEP:
        rows = rows.filter(outcomes__person=person)
    if of:
        rows = rows.filter(parent__key=of)
    found = list(rows[:MOST_AT_ONCE])
    for one in found:
        decide(remix=one, person=person, choice=choice)
    return len(found)


def _apply(remix: Remix, person: User) -> Remix:
    choices = set(remix.outcomes.values_list("choice", flat=True))
    wanted = max(choices, key=lambda one: _HOW_FAR[one], default=Outcome.KEEP.value)
    before = remix.outcome
    if wanted == before:
        return remix
    remix.outcome = Outcome(wanted)
    remix.save(update_fields=["outcome"])
    children = Post.objects.select_related("author", "clip__character")
    child = children.get(remix=remix)
    if Outcome.HIDE in {wanted, before}:
        _keep_back(remix, child, hidden=wanted == Outcome.HIDE)
    lineage.settle(post=child)
    audit.record(
        person,
        "remix.end" if wanted != Outcome.KEEP else "remix.keep",
        f"post:{child.key}",
        {"outcome": str(wanted), "before": str(before)},
    )
    return remix


def cause_of(remix: Remix) -> str:
    """Why its files are not given out: see ``socialapp.lib.withheld``."""
    return f"remix:{remix.pk}"


def _keep_back(remix: Remix, child: Post, *, hidden: bool) -> None:
    """On the stage or off it, with its files; its author sees it either way."""
    Post.objects.filter(pk=child.pk).update(kept_back=hidden)
    child.kept_back = hidden
    cause = cause_of(remix)
    if not hidden:
        withheld.release(cause=cause)
        news.back(remix)
        return
    clip = child.clip
    withheld.withhold(
        [blobs.name_of(ref) for ref in clip.files] if clip else [],
        cause=cause,
        owner=child.author_id,
        removed=False,
    )
    transaction.on_commit(partial(news.ended, remix, child, ENDED))

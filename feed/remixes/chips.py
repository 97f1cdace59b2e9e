"""The line under a clip that says what it was made of, from rows that the list has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from feed.models import Post, Remix
from socialapp.accounts.circle import not_apart
from socialapp.lib.models import on_stage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from feed.models import PostQuerySet
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser


@dataclass(frozen=True, slots=True)
class Chip:
    handle: str
    """Empty: this viewer may not know, or the account is gone."""

    kind: str
    parent: str = ""
    """Key of the original, while this viewer may open it."""


def chip_of(post: Post) -> Chip | None:
    """None for what is no remix, or no longer says of whom. `post` comes out of
    ``feed.selectors``, which notes whether the viewer may know its original."""
    remix: Remix | None = getattr(post, "remix", None)
    if remix is None or remix.outcome == Remix.Outcome.UNLINK:
        return None
    gone = bool(remix.credit.get("gone"))
    handle = "" if gone else str(remix.credit.get("handle", ""))
    if remix.parent is None:
        return Chip(handle, remix.kind)
    if not getattr(post, "parent_known", False):
        return Chip("", remix.kind)
    off = remix.parent.removed is not None
    return Chip(handle, remix.kind, "" if off else remix.parent.key)


def named_to(viewer: Viewer) -> PostQuerySet:
    """Posts whose author and title this viewer may read: their own, and what is public,
    also when its author took it down since. What became unlisted is for those who have
    its address: no page gives it to others."""
    named = Q(
        visibility=Post.Visibility.PUBLIC,
        author__leaves__isnull=True,
        withheld="",
        kept_back=False,
    )
    if viewer.is_authenticated:
        named |= Q(on_stage(viewer, "author"), author=viewer.pk)
    return Post.objects.fit_for(viewer).filter(named, not_apart(viewer, "author"))


def may_name_parent(viewer: Viewer) -> Exists:
    """For lists of posts: whether the chip of a remix may say of whom it is."""
    return Exists(named_to(viewer).filter(pk=OuterRef("remix__parent")))


def may_name_post(viewer: Viewer, which: str = "post") -> Exists:
    """For lists of rows that are about a post, in their column `which`."""
    return Exists(named_to(viewer).filter(pk=OuterRef(which)))

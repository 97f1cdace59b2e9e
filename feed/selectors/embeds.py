"""What of a post may be shown on other sites, to whomever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from feed.models import Post
from feed.selectors.pages import playable
from feed.selectors.unseen import UNSEEN

if TYPE_CHECKING:
    from feed.models import PostQuerySet


def embeddable_post(*, key: str) -> Post:
    """A public clip, for all ages, that its author lets others show; else
    Post.DoesNotExist."""
    return _embeddable().full().defer(*UNSEEN).get(key=key)


def may_embed(*, key: str) -> bool:
    """The same question alone."""
    return _embeddable().filter(key=key).exists()


def _embeddable() -> PostQuerySet:
    # Nobody is known there: neither who looks nor how old they are.
    nobody = AnonymousUser()
    public = Post.objects.listed().fit_for(nobody).filter(embeddable=True)
    return playable(public.filter(kind=Post.Kind.CLIP), nobody)


def is_known(*, key: str) -> bool:
    """Whether somebody without an account may know that there is such a post: those
    who have its address can open it."""
    nobody = AnonymousUser()
    return playable(Post.objects.visible_to(nobody), nobody).filter(key=key).exists()

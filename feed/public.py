"""What the verifier may say of a clip: what its public post says, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from avatarfx.models import Clip
from feed.models import Post
from moderation.models import ApprovalState
from socialapp.lib import withheld
from socialapp.provenance.subjects import Description

if TYPE_CHECKING:
    from feed.models import PostQuerySet
    from socialapp.accounts.models import User

PATH = re.compile(r"/?(?:(p|clips)/)?([a-z0-9]{6,16})/?")


def describe(key: str) -> Description | None:
    post = _posts().filter(clip__key=key).first()
    clip = post.clip if post else None
    if post is None or clip is None:
        return None
    return Description(
        title=clip.name,
        by=f"@{post.author.username} with {clip.character.name}",
        url=post.get_absolute_url(),
        poster=clip.poster,
        file=clip.video,
        made=clip.finished,
    )


def known_to(key: str, viewer: User | AnonymousUser) -> bool:
    """Whose clip it is, and moderators, although nobody else may know of it."""
    if not viewer.is_authenticated:
        return False
    if viewer.has_perm(withheld.PERMISSION):
        return True
    return Clip.objects.of(viewer).filter(key=key).exists()


def find(path: str) -> str:
    """``/p/<key of the post>/``, ``/clips/<key>/`` or either key alone."""
    match = PATH.fullmatch(path)
    if match is None:
        return ""
    place, key = match.groups()
    if place != "clips":
        post = _posts().filter(key=key).first()
        if post is not None and post.clip is not None:
            return post.clip.key
    known = place != "p" and _posts().filter(clip__key=key).exists()
    return key if known else ""


def _posts() -> PostQuerySet:
    return (
        # Whoever asks may have no account, so this is what no age needs to be known for.
        Post.objects.listed()
        .fit_for(AnonymousUser())
        .filter(
            clip__state=Clip.State.READY,
            clip__removed__isnull=True,
            clip__approval=ApprovalState.APPROVED,
            clip__character__waits=False,
        )
        .select_related("author", "clip__character")
    )

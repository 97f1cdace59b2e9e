"""What the verifier may say of a clip: what its public post says, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from avatarfx.models import Clip
from feed.models import Post
from moderation.models import ApprovalState
from socialapp.provenance.subjects import Description

if TYPE_CHECKING:
    from feed.models import PostQuerySet

PATH = re.compile(r"/?(?:(p|clips)/)?([a-z0-9]{6,16})/?")


def describe(key: str) -> Description | None:
    post = _posts().filter(clip__key=key).first()
    if post is None:
        return None
    clip = post.clip
    return Description(
        title=clip.name,
        by=f"@{post.author.username} with {clip.character.name}",
        url=post.get_absolute_url(),
        poster=clip.poster,
        file=clip.video,
        made=clip.finished,
    )


def find(path: str) -> str:
    """``/p/<key of the post>/``, ``/clips/<key>/`` or either key alone."""
    match = PATH.fullmatch(path)
    if match is None:
        return ""
    place, key = match.groups()
    if place != "clips":
        post = _posts().filter(key=key).first()
        if post is not None:
            return post.clip.key
    known = place != "p" and _posts().filter(clip__key=key).exists()
    return key if known else ""


def _posts() -> PostQuerySet:
    return (
        Post.objects.listed()
        .filter(
            clip__state=Clip.State.READY,
            clip__removed__isnull=True,
            clip__approval=ApprovalState.APPROVED,
            clip__character__waits=False,
        )
        .select_related("author", "clip__character")
    )

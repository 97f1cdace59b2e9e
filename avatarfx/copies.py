"""Clips and portraits with the very same file as another: what anybody can prove."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Q

from avatarfx.models import Clip
from moderation import lookalikes
from moderation.lookalikes import Copy
from socialapp.characters.models import Portrait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

_BLOB = re.compile(r"blobs/[0-9a-f]{2}/([0-9a-f]{64})\.([a-z0-9]{1,8})")
SAME = "the same file"


def register() -> None:
    lookalikes.register("avatarfx", find=same_files, locate=owner_of)


def same_files(kind: str, key: str) -> Iterator[Copy]:
    """Clips with the same video or picture, portraits with the same drawing."""
    if kind == "post":
        clips = Clip.objects.filter(post__key=key)
    elif kind == "clip":
        clips = Clip.objects.filter(key=key)
    else:
        clips = Clip.objects.none()
    for clip in clips:
        others = Clip.objects.exclude(pk=clip.pk).exclude(video="")
        for other in others.filter(video=clip.video):
            yield Copy("clip", other.key, SAME, exact=True)
    for ref in _portraits(kind, key).values_list("ref", flat=True):
        for other_key in Portrait.objects.filter(ref=ref).values_list("key", flat=True):
            if (kind, key) != ("portrait", other_key):
                yield Copy("portrait", other_key, SAME, exact=True)


def owner_of(file: str) -> tuple[str, str] | None:
    """Whose stored file this is; the first clip, else the first portrait."""
    match = _BLOB.fullmatch(file)
    if match is None:
        return None
    ref = f"sha256:{match[1]}.{match[2]}"
    clips = Clip.objects.filter(Q(video=ref) | Q(poster=ref) | Q(captions=ref))
    if clip := clips.order_by("created").first():
        return "clip", clip.key
    portraits = Portrait.objects.filter(Q(ref=ref) | Q(thumb=ref))
    portrait = portraits.order_by("created").first()
    return ("portrait", portrait.key) if portrait else None


def _portraits(kind: str, key: str) -> QuerySet[Portrait]:
    """The portrait that this kind of thing shows and that is not in its own files."""
    if kind == "portrait":
        return Portrait.objects.filter(key=key)
    if kind == "character":
        return Portrait.objects.filter(characters__key=key)
    return Portrait.objects.none()

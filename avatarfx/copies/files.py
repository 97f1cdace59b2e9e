"""Clips and portraits with the very same file as another: what anybody can prove."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Q

from avatarfx.models import Clip
from moderation.lookalikes import Copy
from socialapp.characters.models import Portrait

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

    from socialapp.lib.models import Withheld

_BLOB = re.compile(r"blobs/[0-9a-f]{2}/([0-9a-f]{64})\.([a-z0-9]{1,8})")
SAME = "the same file"


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
    clips = Clip.objects.with_file(ref)
    if clip := clips.order_by("created").first():
        return "clip", clip.key
    portraits = Portrait.objects.filter(Q(ref=ref) | Q(thumb=ref))
    portrait = portraits.order_by("created").first()
    return ("portrait", portrait.key) if portrait else None


def in_use(name: str, causes: Sequence[Withheld]) -> bool:
    """Whether somebody else than those whose things are withheld shows this file."""
    match = _BLOB.fullmatch(name)
    if match is None:
        return False
    ref = f"sha256:{match[1]}.{match[2]}"
    owners = {one.owner for one in causes if one.owner is not None}
    clips = Clip.objects.filter(withheld="", removed__isnull=True)
    clips = clips.exclude(owner__in=owners)
    portraits = Portrait.objects.filter(withheld="").exclude(owner__in=owners)
    direct = (
        clips.with_file(ref),
        portraits.filter(Q(ref=ref) | Q(thumb=ref)),
    )
    if any(found.exists() for found in direct):
        return True
    for one in causes:
        kind, _, key = one.cause.partition(":")
        # Cut from a portrait that both of them have: layers, matte.
        refs = [portrait.ref for portrait in _portraits(kind, key)]
        if portraits.filter(ref__in=refs).exists():
            return True
        # Speech follows from the script, so only an equal script has an equal recording.
        scripts = Clip.objects.filter(key=key).values("script")
        if kind == "clip" and any(
            ref in _sounds(clip) for clip in clips.filter(script__in=scripts)
        ):
            return True
    return False


def _sounds(clip: Clip) -> list[str]:
    performance = clip.as_performance()
    parts = performance.parts if performance else ()
    return [part.sound.ref for part in parts if part.sound]


def _portraits(kind: str, key: str) -> QuerySet[Portrait]:
    """The portrait that this kind of thing shows and that is not in its own files."""
    if kind == "portrait":
        return Portrait.objects.filter(key=key)
    if kind == "character":
        return Portrait.objects.filter(characters__key=key)
    return Portrait.objects.none()

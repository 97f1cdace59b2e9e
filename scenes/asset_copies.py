"""Copies of backgrounds and sounds: the same file elsewhere, and kept from coming back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from avatarfx import sound
from moderation import lookalikes
from moderation.lookalikes import Copy
from moderation.pictures import blocked as block_list
from moderation.pictures.blocked import Traces
from scenes.models import SceneAsset
from socialapp.lib import blobs, withheld
from socialapp.provenance.fingerprints import sounds, stills

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialapp.lib.models import Withheld

KIND = "scene-asset"
_BLOB = re.compile(r"blobs/[0-9a-f]{2}/([0-9a-f]{64})\.([a-z0-9]{1,8})")


def register() -> None:
    lookalikes.register(KIND, find=same_files, block=keep_away, locate=owner_of)
    withheld.register_use("scenes", in_use)


def same_files(kind: str, key: str) -> Iterator[Copy]:
    """What others brought that is the very same file."""
    if kind != KIND:
        return
    for ref in SceneAsset.objects.filter(key=key).values_list("ref", flat=True):
        others = SceneAsset.objects.filter(ref=ref).exclude(key=key)
        for other in others.values_list("key", flat=True):
            yield Copy(KIND, other, "the same file", exact=True)


def keep_away(kind: str, key: str, blocked: bool) -> None:
    """Put it on the block list, or take it off."""
    if kind != KIND:
        return
    if not blocked:
        block_list.unblock(kind=kind, key=key)
        return
    asset = SceneAsset.objects.filter(key=key).first()
    if asset is not None and (traces := traces_of(asset)):
        block_list.block(kind=kind, key=key, traces=traces)


def traces_of(asset: SceneAsset) -> Traces:
    """What it looks or sounds like; nothing when its file is gone."""
    try:
        data = blobs.get(asset.ref)
    except FileNotFoundError:
        return Traces()
    if asset.kind == SceneAsset.Kind.SOUND:
        return Traces(sound=words_of(*sound.read(data)))
    return Traces(stills=[stills.prints_of(block_list.opened(data))])


def words_of(samples: sound.Samples, rate: int) -> bytes:
    """What mono samples are known again by."""
    return sounds.words_of(sound.resample(samples, rate, sounds.RATE))


def owner_of(file: str) -> tuple[str, str] | None:
    """Whose stored file this is: the first who brought it."""
    ref = _ref_of(file)
    asset = SceneAsset.objects.filter(ref=ref).order_by("created").first()
    return (KIND, asset.key) if ref and asset else None


def in_use(name: str, causes: Sequence[Withheld]) -> bool:
    """Whether somebody else than those whose things are withheld shows this file."""
    owners = {one.owner for one in causes if one.owner is not None}
    shown = SceneAsset.objects.showable().exclude(owner__in=owners)
    ref = _ref_of(name)
    return bool(ref) and shown.filter(ref=ref).exists()


def _ref_of(name: str) -> str:
    """Empty: the file is no blob."""
    match = _BLOB.fullmatch(name)
    return f"sha256:{match[1]}.{match[2]}" if match else ""

"""Copies of uploaded backgrounds: the same file elsewhere, and kept from coming back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from avatarfx.models import Backdrop
from moderation.lookalikes import Copy
from moderation.pictures import blocked as block_list
from moderation.pictures.blocked import Traces
from socialapp.lib import blobs
from socialapp.provenance.fingerprints import stills

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialapp.lib.models import Withheld

KIND = "backdrop"
_BLOB = re.compile(r"blobs/[0-9a-f]{2}/([0-9a-f]{64})\.([a-z0-9]{1,8})")


def same_files(kind: str, key: str) -> Iterator[Copy]:
    """What others brought that is the very same picture."""
    if kind != KIND:
        return
    for ref in Backdrop.objects.filter(key=key).values_list("ref", flat=True):
        others = Backdrop.objects.filter(ref=ref).exclude(key=key)
        for other in others.values_list("key", flat=True):
            yield Copy(KIND, other, "the same file", exact=True)


def keep_away(kind: str, key: str, blocked: bool) -> None:
    """Put it on the block list, or take it off."""
    if kind != KIND:
        return
    if not blocked:
        block_list.unblock(kind=kind, key=key)
        return
    backdrop = Backdrop.objects.filter(key=key).first()
    if backdrop is None:
        return
    try:
        data = blobs.get(backdrop.ref)
    except FileNotFoundError:
        return
    traces = Traces(stills=[stills.prints_of(block_list.opened(data))])
    block_list.block(kind=kind, key=key, traces=traces)


def owner_of(file: str) -> tuple[str, str] | None:
    """Whose stored file this is: the first who brought it."""
    ref = _ref_of(file)
    backdrop = Backdrop.objects.filter(ref=ref).order_by("created").first()
    return (KIND, backdrop.key) if ref and backdrop else None


def in_use(name: str, causes: Sequence[Withheld]) -> bool:
    """Whether somebody else than those whose things are withheld has it by right."""
    owners = {one.owner for one in causes if one.owner is not None}
    shown = Backdrop.objects.showable().exclude(owner__in=owners)
    ref = _ref_of(name)
    return bool(ref) and shown.filter(ref=ref).exists()


def _ref_of(name: str) -> str:
    """Empty: the file is no blob."""
    match = _BLOB.fullmatch(name)
    return f"sha256:{match[1]}.{match[2]}" if match else ""

"""Handles: which may be taken, which look alike, and what is free instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MIN_LENGTH = 3
MAX_LENGTH = 30
SHAPE = re.compile(r"[a-z0-9][a-z0-9._]{1,28}[a-z0-9]")
SHAPE_MESSAGE = (
    "Use 3 to 30 lowercase letters, digits, dots and underscores,"
    " starting and ending with a letter or digit."
)

# What speaks for the house, what is a place in it, and what programs trip over.
_RESERVED = (
    "about account accounts admin administrator anonymous api app apps billing blog"
    " care cast chat clips contact create dev developer everyone explore feed guest"
    " healthz help here home house info jobs legal live login logout mail me media"
    " mod moderation moderator moderators news nobody null official outbox owner"
    " password people post postmaster privacy profile readyz reports robot root"
    " safety scenes search security settings signin signup staff stage static status"
    " streams studio support sysadmin system team terms troupe troupe.official trust"
    " undefined user users verified verify webmaster www you"
)
RESERVED = frozenset(_RESERVED.split())

SUFFIXES = ("writes", "plays", "speaks", "onstage", "acts")
"""Tried before numbers: a free handle should still read like a name."""

_FOLDS = (("rn", "m"), ("vv", "w"))
_LOOKALIKES = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", ".": "", "_": ""})


def skeleton(handle: str) -> str:
    """Two handles with the same skeleton look alike: ``a1ice``, ``al.ice``, ``alice``."""
    bones = handle.lower().translate(_LOOKALIKES)
    for pair, letter in _FOLDS:
        bones = bones.replace(pair, letter)
    return bones


_RESERVED_BONES = frozenset(skeleton(word) for word in RESERVED)


def well_formed(handle: str) -> bool:
    return SHAPE.fullmatch(handle) is not None and ".." not in handle


def reserved(handle: str) -> bool:
    return handle in RESERVED or skeleton(handle) in _RESERVED_BONES


def suggest(handle: str, *, free: Callable[[str], bool]) -> str | None:
    """A handle near `handle` for which `free` is true; None when all were taken."""
    return next((h for h in _candidates(handle) if free(h)), None)


def _candidates(handle: str) -> Iterator[str]:
    stem = re.sub(r"[^a-z0-9._]", "", handle.lower()).strip("._")[:22] or "player"
    for ending in (
        *(f".{word}" for word in SUFFIXES),
        *(str(n) for n in range(2, 100)),
    ):
        candidate = f"{stem}{ending}"
        if well_formed(candidate) and not reserved(candidate):
            yield candidate

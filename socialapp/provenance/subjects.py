"""What a subject such as ``clip:<key>`` is called in public, as the apps above say it.

Provenance lies below the apps that make things, so they register here, in their
``ready``. What nobody describes, or what its app does not want to be seen, is "made
here, not public".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser


@dataclass(frozen=True, slots=True)
class Description:
    """Nothing in here is for its owner alone."""

    title: str
    by: str = ""
    """For example ``@odile.k with Beacon``."""

    url: str = ""
    poster: str = ""
    """Blob ref of a picture."""

    file: str = ""
    """Blob ref of the thing itself."""

    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    describe: Callable[[str], Description | None]
    """From the key to what is public of it; None: not public."""

    parent: Callable[[str], str]
    """From the key to the subject that it was made from; empty: an original."""

    find: Callable[[str], str]
    """From the path of an address to a key; empty: none of this kind."""

    known_to: Callable[[str, Viewer], bool]
    """Whether this viewer knows of it although it is not public: whose it is, and
    moderators."""


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    describe: Callable[[str], Description | None],
    parent: Callable[[str], str] = lambda _: "",
    find: Callable[[str], str] = lambda _: "",
    known_to: Callable[[str, Viewer], bool] = lambda *_: False,
) -> None:
    """The last one who registers a kind describes it."""
    _kinds[kind] = Kind(describe, parent, find, known_to)


def describe(subject: str) -> Description | None:
    """None: not public, or nobody describes it."""
    kind, _, key = subject.partition(":")
    return _kinds[kind].describe(key) if kind in _kinds else None


def known_to(subject: str, viewer: Viewer) -> bool:
    """Whether this viewer may hear that there is such a thing."""
    kind, _, key = subject.partition(":")
    if kind not in _kinds:
        return False
    return describe(subject) is not None or _kinds[kind].known_to(key, viewer)


def parent_of(subject: str) -> str:
    kind, _, key = subject.partition(":")
    return _kinds[kind].parent(key) if kind in _kinds else ""


def find(path: str) -> str:
    """The subject that a path of ours leads to, such as ``/p/<key>/``; or empty."""
    for name, kind in _kinds.items():
        if key := kind.find(path):
            return f"{name}:{key}"
    return ""

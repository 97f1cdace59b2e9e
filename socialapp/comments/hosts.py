"""What threads hang under. Apps above register their kinds when they start: comments
know no post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User
    from socialapp.comments.models import Thread

    Viewer = User | AnonymousUser


class HostError(Exception):
    """The code registered a kind twice, or asks for one that nobody registered."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thread hangs."""

    mark: str
    """``post:<key>``: what is said there is counted there."""

    title: str
    url: str
    """Of its page with all comments."""


@dataclass(frozen=True, slots=True)
class Host:
    """One kind of thing that has threads."""

    place: Callable[[Thread], Place | None]
    """None: the thing is gone."""

    visible: Callable[[Thread, Viewer], bool]
    """Whether this viewer may open the thing now."""

    follows: Callable[[User, User], bool]
    """Whether the first of them follows the second."""


_hosts: dict[str, Host] = {}


def register(kind: str, host: Host) -> None:
    """HostError for a kind that is registered already."""
    if kind in _hosts:
        raise HostError(f"Threads of the kind {kind!r} have a host already.")
    _hosts[kind] = host


def forget(kind: str) -> None:
    """For tests that register a kind of their own."""
    _hosts.pop(kind, None)


def _of(thread: Thread) -> Host:
    try:
        return _hosts[thread.kind]
    except KeyError:
        raise HostError(f"Nobody registered a host for {thread.kind!r}.") from None


def place_of(thread: Thread) -> Place | None:
    return _of(thread).place(thread)


def is_visible(thread: Thread, viewer: Viewer) -> bool:
    return _of(thread).visible(thread, viewer)


def follows(thread: Thread, person: User) -> bool:
    return _of(thread).follows(thread.owner, person)

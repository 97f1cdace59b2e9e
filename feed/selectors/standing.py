"""Which posts on an open page may still be shown."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from feed.models import Post
from feed.selectors.pages import playable
from feed.selectors.ranked import without_unwanted
from socialapp.accounts.circle import heard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

KEY = re.compile(r"[a-z0-9]{6,16}")

MOST = 12
"""Posts that one page asks about at once."""

SHARED = 0.5
"""Seconds for which strangers share an answer: a hundred of their pages are looked up
twice a second, not twenty-five times."""

WATCHED = 10.0
"""Seconds since a key was last asked for, after which no page shows it any more."""

MOST_WATCHED = 300
"""Keys in one shared look-up; who asks beyond that is looked up alone."""


@dataclass(frozen=True, slots=True)
class Standing:
    gone: list[str]
    """Taken down, by whomever."""

    hidden: list[str]
    """Still there for others: this viewer wants nothing of it, or its author nothing of
    this viewer."""


class _Strangers:
    """What every stranger's page asks, answered together: they all may see the same.
    One for each process, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[str, float] = {}
        self._here: set[str] = set()
        self._looked = -SHARED

    def missing(self, keys: Sequence[str], *, now: float) -> list[str]:
        """Of these, those that may not be shown."""
        with self._lock:
            news = [key for key in keys if key not in self._asked]
            if self._has_room(len(news), now):
                self._asked.update(dict.fromkeys(keys, now))
                if news or now - self._looked >= SHARED:
                    self._look(now)
                return [key for key in keys if key not in self._here]
        return _missing(keys)

    def _has_room(self, number: int, now: float) -> bool:
        if len(self._asked) + number > MOST_WATCHED:
            self._forget(now)
        return len(self._asked) + number <= MOST_WATCHED

    def _forget(self, now: float) -> None:
        for key in [key for key, at in self._asked.items() if now - at > WATCHED]:
            del self._asked[key]

    def _look(self, now: float) -> None:
        self._forget(now)
        self._here = self._asked.keys() - set(_missing(list(self._asked)))
        self._looked = now


def _missing(keys: Sequence[str]) -> list[str]:
    nobody = AnonymousUser()
    there = playable(Post.objects.visible_to(nobody), nobody).filter(key__in=keys)
    here = set(there.values_list("key", flat=True))
    return [key for key in keys if key not in here]


_strangers = _Strangers()


def standing_of(*, viewer: Viewer, keys: Sequence[str]) -> Standing:
    """Of these keys, those that may not be shown to this viewer any more. One query
    while all is well, two when something went; strangers share theirs for SHARED."""
    asked = list(dict.fromkeys(keys))[:MOST]
    if not viewer.is_authenticated:
        return Standing(_strangers.missing(asked, now=time.monotonic()), [])
    there = playable(Post.objects.visible_to(viewer), viewer).filter(key__in=asked)
    wanted = without_unwanted(there, viewer).filter(heard(viewer, "author"))
    here = set(wanted.values_list("key", flat=True))
    missing = [key for key in asked if key not in here]
    if not missing:
        return Standing([], [])
    left = set(there.filter(key__in=missing).values_list("key", flat=True))
    return Standing(
        [key for key in missing if key not in left],
        [key for key in missing if key in left],
    )

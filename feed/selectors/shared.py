"""What is the same for everybody is looked up once in a while, by each process.

For ``settings.FEED_SHARED_SECONDS`` at most, and never past the newest post: what was
just published is there at the next page.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

from django.conf import settings

from feed.models import Post
from feed.selectors.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST = 256
"""Keys of one `Shared`; who was asked for longest ago goes."""

_newest_post = Kept(
    lambda: (
        Post.objects.listed()
        .order_by("-published", "-pk")
        .values_list("pk", flat=True)[:1]
    )
)


def newest_post() -> int:
    """0: there is none."""
    return next(iter(_newest_post()), 0)


class Shared(Generic[T]):
    """Values by key. Two threads that miss one at once both make it."""

    _all: list[Shared[object]] = []

    def __init__(self, times: float = 1.0) -> None:
        """`times`: so many times as long as others, for what changes slowly."""
        self._times = times
        self._kept: OrderedDict[str, tuple[float, int, T]] = OrderedDict()
        Shared._all.append(self)  # type: ignore[arg-type]

    def get(self, key: str, newest: int, make: Callable[[], T]) -> T:
        """`newest`: the post that was newest when the page was asked for."""
        seconds = settings.FEED_SHARED_SECONDS * self._times
        clock = time.monotonic()
        known = self._kept.get(key)
        if known is not None and clock - known[0] < seconds and known[1] == newest:
            return known[2]
        made = make()
        if seconds:
            self._kept[key] = (clock, newest, made)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return made

    @classmethod
    def forget(cls) -> None:
        """All of this process; for tests, whose rows come and go."""
        for one in cls._all:
            one._kept.clear()

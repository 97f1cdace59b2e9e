"""Which posts on an open page may still be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feed.models import Post
from feed.selectors.pages import playable
from feed.selectors.ranked import without_unwanted
from socialapp.accounts.circle import heard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

MOST = 12
"""Posts that one page asks about at once."""


@dataclass(frozen=True, slots=True)
class Standing:
    gone: list[str]
    """Taken down, by whomever."""

    hidden: list[str]
    """Still there for others: this viewer wants nothing of it, or its author nothing of
    this viewer."""


def standing_of(*, viewer: Viewer, keys: Sequence[str]) -> Standing:
    """Of these keys, those that may not be shown to this viewer any more. One query
    while all is well, two when something went."""
    asked = list(dict.fromkeys(keys))[:MOST]
    there = playable(Post.objects.visible_to(viewer), viewer).filter(key__in=asked)
    wanted = without_unwanted(there, viewer).filter(heard(viewer, "author"))
    here = set(wanted.values_list("key", flat=True))
    missing = [key for key in asked if key not in here]
    if not missing or not viewer.is_authenticated:
        return Standing(missing, [])
    left = set(there.filter(key__in=missing).values_list("key", flat=True))
    return Standing(
        [key for key in missing if key not in left],
        [key for key in missing if key in left],
    )

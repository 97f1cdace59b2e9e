"""The orders of the feed as tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feed import services

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

PLACES = ("following", "ranked", "newest", "trending")
"""From left to right, those of them that there are."""

ROOM = 3
"""As many fit above a clip on a phone; the others are in its menu."""


@dataclass(frozen=True, slots=True)
class Tab:
    value: str
    label: str
    wide: bool
    """Shown where there is room alone."""


def tabs_for(viewer: Viewer) -> list[Tab]:
    labels = {
        "following": "Following",
        "ranked": "For you" if services.is_personal(viewer) else "Best",
        "newest": "Newest",
        "trending": "Trending",
    }
    orders = [one for one in PLACES if one in services.ORDERS]
    if not viewer.is_authenticated:
        orders = [one for one in orders if one != "following"]
    return [Tab(one, labels[one], at >= ROOM) for at, one in enumerate(orders)]

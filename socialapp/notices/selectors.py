"""What a person reads of their notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from socialapp.accounts.models import User

MOST_COUNTED = 100
"""The badge says 99+ from here on."""

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "all": ("All", ()),
    "shows": (
        "Shows",
        (
            Notice.Kind.STREAM_STARTED,
            Notice.Kind.STREAM_CANCELLED,
            Notice.Kind.STREAM_ENDED,
        ),
    ),
    "scenes": (
        "Scenes",
        (
            Notice.Kind.SCENE_ON_STAGE,
            Notice.Kind.SCENE_REFUSED,
            Notice.Kind.SCENE_COMMENT,
            Notice.Kind.SCENE_LIKED,
        ),
    ),
    "comments": (
        "Comments",
        (
            Notice.Kind.POST_COMMENTED,
            Notice.Kind.COMMENT_REPLIED,
            Notice.Kind.COMMENT_LIKED,
        ),
    ),
    "clips": ("Clips", (Notice.Kind.CLIP_READY, Notice.Kind.CLIP_FAILED)),
}
"""Name in the address, label, and kinds; none: every kind."""


def notices_of(user: User, *, group: str = "all") -> QuerySet[Notice]:
    """The newest first."""
    found = Notice.objects.filter(person=user).order_by("-created", "-pk")
    kinds = GROUPS.get(group, GROUPS["all"])[1]
    return found.filter(kind__in=kinds) if kinds else found


def unseen_of(user: User | AnonymousUser) -> int:
    """How many are new, counted up to MOST_COUNTED: one look into a small index."""
    if not user.is_authenticated:
        return 0
    unseen = Notice.objects.filter(person=user, seen__isnull=True)
    return len(unseen.values_list("pk")[:MOST_COUNTED])

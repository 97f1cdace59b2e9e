"""Who may read how a clip was made: its owner, moderators and operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avatarfx.models import Clip
from moderation.roles import WORK

if TYPE_CHECKING:
    from socialapp.accounts.models import User

OPERATE = "avatarfx.view_render"
"""Whoever may look at attempts in the admin."""


def is_staff(user: User) -> bool:
    """They read the traces of everybody's clips."""
    return user.is_active and (user.has_perm(WORK) or user.has_perm(OPERATE))


def clip_for(user: User, key: str) -> Clip | None:
    """The clip, if this person may read its trace; its owner may as long as it is in
    their library, staff also when it was taken away."""
    clips = Clip.objects.all() if is_staff(user) else Clip.objects.of(user)
    return clips.filter(key=key).first()

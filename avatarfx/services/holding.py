"""Clips that are taken out of sight until somebody looked at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from avatarfx.models import Clip
from avatarfx.services import news
from avatarfx.services.requests import ticket_key
from socialapp.accounts import quotas

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@transaction.atomic
def hold_clip(*, clip: Clip, reason: str) -> bool:
    """Take it out of every list; False when its state does not allow it.

    One that was still being made stops, and its ticket goes back.
    """
    fresh = Clip.objects.select_for_update().get(pk=clip.pk)
    if Clip.State.BLOCKED not in Clip.MOVES.get(fresh.state, frozenset()):
        return False
    unfinished = not fresh.finished_for_good
    if unfinished:
        fresh.renders.filter(fence=fresh.fence, ended__isnull=True).update(
            ended=timezone.now(), outcome="cancelled", error=reason
        )
    moved = fresh.move(
        Clip.State.BLOCKED,
        error=reason[:300],
        leased_until=None,
        detail="",
        finished=fresh.finished or timezone.now(),
    )
    if not moved:
        return False
    if unfinished:
        quotas.give_back(ticket_key(fresh))
    news.tell(fresh)
    return True


def hold_clips_with(*, owner: User, sha256: str, reason: str) -> int:
    """Hold every clip that was made with this picture of `owner`; how many were."""
    made = Clip.objects.filter(
        actors__portrait__owner=owner,
        actors__portrait__ref__startswith=f"sha256:{sha256}.",
        state__in=[Clip.State.QUEUED, Clip.State.RENDERING, Clip.State.READY],
    ).distinct()
    return sum(hold_clip(clip=clip, reason=reason) for clip in made)

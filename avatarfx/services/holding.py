"""Clips that are taken out of sight until somebody looked at them."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from avatarfx.errors import NotNowError
from avatarfx.models import Clip
from avatarfx.services import judging, leases, news
from avatarfx.services.requests import ticket_key
from socialapp.accounts import quotas
from socialapp.jobs.queue import enqueue
from socialapp.lib import blobs
from socialapp.provenance.selectors import fingerprint_of, prints_of

if TYPE_CHECKING:
    from socialapp.accounts.models import User

JOB = "avatarfx.jobs.check_again"

PAUSE = timedelta(minutes=1)
"""Before a clip that nobody could look at is looked at again."""

MOST_AT_ONCE = 10


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


@transaction.atomic
def release_clip(*, clip: Clip) -> Clip:
    """Give a held clip to its owner, and announce it. NotNowError when it is not held,
    or when nothing was kept of it."""
    fresh = Clip.objects.select_for_update().get(pk=clip.pk)
    if fresh.state != Clip.State.BLOCKED:
        raise NotNowError("This clip is not held.")
    if not fresh.video:
        raise NotNowError("Nothing was kept of this clip, so it cannot be shown.")
    fresh.move(Clip.State.READY, error="", unchecked=False)
    news.tell(fresh)
    transaction.on_commit(partial(leases.announce, fresh))
    return fresh


def recheck(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  workers are not ours
    """Ask for another look at clips that no detector could look at."""
    now = timezone.now()
    asked = 0
    for clip in Clip.objects.filter(
        state=Clip.State.BLOCKED, unchecked=True, state_changed__lt=now - PAUSE
    )[:MOST_AT_ONCE]:
        # Whoever moves the time asks: two reconcilers do not ask twice.
        asked += Clip.objects.filter(
            pk=clip.pk, state_changed=clip.state_changed
        ).update(state_changed=now)
        enqueue(JOB, clip.pk)
    return {"clips": asked}


def check_again(clip_id: int) -> None:
    """Look once more at a clip that waits; it is released, held, or waits on."""
    clip = Clip.objects.select_related("owner").filter(pk=clip_id).first()
    if clip is None or clip.state != Clip.State.BLOCKED or not clip.unchecked:
        return
    # By name: it loads FFmpeg, which web processes do without.
    samples = import_string("avatarfx.encode.samples")
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "clip.mp4"
        film.write_bytes(blobs.get(clip.video))
        screened = judging.screen(clip, samples(film))
    known = fingerprint_of(f"clip:{clip.key}")
    if known is not None:
        screened = judging.compared(screened, prints_of(known))
    if screened.unchecked:
        return
    if not screened.held:
        release_clip(clip=clip)
        return
    Clip.objects.filter(pk=clip.pk, unchecked=True).update(
        unchecked=False, error=screened.held[:300]
    )


def hold_clips_with(*, owner: User, sha256: str, reason: str) -> int:
    """Hold every clip that was made with this picture of `owner`; how many were."""
    made = Clip.objects.filter(
        actors__portrait__owner=owner,
        actors__portrait__ref__startswith=f"sha256:{sha256}.",
        state__in=[Clip.State.QUEUED, Clip.State.RENDERING, Clip.State.READY],
    ).distinct()
    return sum(hold_clip(clip=clip, reason=reason) for clip in made)

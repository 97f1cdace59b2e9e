"""Who may write a clip's result: lease, fence and attempts, by the database's clock.

A worker claims the clip whose turn it is, keeps its lease alive while it works and
commits only while its fence number is the newest. Everything here is one short
transaction; nothing that a dead or stalled worker leaves behind needs its cooperation.
"""

from __future__ import annotations

import logging
import re
import shutil
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, Q
from django.db.models.functions import Greatest, Now
from django.utils.module_loading import import_string

from avatarfx.abilities import EVERYTHING
from avatarfx.line import needs, turns
from avatarfx.models import Clip, Render
from avatarfx.services import moves, news
from avatarfx.services.requests import JOB, ticket_key
from avatarfx.signals import clip_failed, clip_ready
from socialapp.accounts import quotas
from socialapp.jobs import horse
from socialapp.jobs.queue import BackendDownError, enqueue, waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.dispatch import Signal

    from avatarfx.abilities import Abilities
    from avatarfx.models import ClipQuerySet
    from avatarfx.pipeline import Screened

log = logging.getLogger(__name__)

WHY_LOST = "avatarfx.services.losses.why_lost"
"""By name: it asks for leases itself."""

SETTLE = "avatarfx.services.again.settle_take"
"""By name: it asks for takes as this does."""

LEASE = timedelta(seconds=20)
BEAT_SECONDS = 5.0
MAX_ATTEMPTS = 3

LONGEST_RENEWAL = 3600.0
"""Seconds; twice what the queue gives a job. Of other machines nobody here can tell
whether the process lives."""

MOST_WAKE_UPS = 50
"""Sent again in one round; the next round sends more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a clip: worthless once somebody claimed it anew."""

    clip_id: int
    fence: int


def claim(*, worker: str, can: Abilities = EVERYTHING) -> Clip | None:
    """The clip whose turn it is, now this worker's; None when none waits that it can
    make."""
    return next(iter(claim_batch(worker=worker, can=can, most=1)), None)


def claim_batch(
    *, worker: str, can: Abilities = EVERYTHING, most: int = 1
) -> list[Clip]:
    """The clip whose turn it is, and up to `most` - 1 others that come next in its lane
    and are made with what is loaded for it: animators, rung and shape are the same.

    People take turns within a batch as between batches. Each clip has its own lease. Of
    a worker that makes several at once each has its part of the memory, or is alone. A
    clip whose attempt failed, or went down with its process, is claimed alone from then
    on: it may have been the one that took the others along.
    """
    with transaction.atomic():
        first = _first(can, most)
        if first is None:
            return []
        chosen = [first]
        share = replace(can, memory_mb=can.memory_mb // can.at_once)
        if most > 1 and not first.attempts and _fits(first, share):
            chosen += (
                _head(first.lane, share)
                .exclude(pk=first.pk)
                .filter(
                    needs=first.needs, aim=first.aim, shape=first.shape, attempts=0
                )[: most - 1]
            )
        taken = [clip.pk for clip in chosen if _take(clip, worker[:80])]
    clips = Clip.objects.full().in_bulk(taken)
    return [clips[pk] for pk in taken]


def _fits(clip: Clip, share: Abilities) -> bool:
    """Whether it leaves those that are made at the same time their memory."""
    return share.at_once == 1 or (
        Clip.objects.filter(needs.within(share), pk=clip.pk).exists()
    )


def _first(can: Abilities, most: int) -> Clip | None:
    lanes = [Clip.Lane.NOW, Clip.Lane.LATER]
    if _background_is_due(turns.PATIENCE * most):
        lanes.reverse()
    for lane in lanes:
        clip = _head(lane, can).first()
        if clip is not None:
            return clip
    return None


def _head(lane: str, can: Abilities) -> ClipQuerySet:
    """What waits in a lane, but for what another worker is claiming right now."""
    return (
        turns.waiting(lane)
        .filter(needs.within(can))
        .only("state", "fence", "attempts", "lane", "needs", "aim", "shape")
        .select_for_update(skip_locked=True)
    )


def _background_is_due(patience: int) -> bool:
    """The last claims all passed a waiting background by."""
    waits = Clip.objects.filter(state=Clip.State.QUEUED, lane=Clip.Lane.LATER)
    since = waits.aggregate(since=Min("queued_at"))["since"]
    if since is None:
        return False
    last = Render.objects.order_by("-id").values_list("started", "clip__lane")
    passed = [
        started >= since and lane == Clip.Lane.NOW for started, lane in last[:patience]
    ]
    return len(passed) == patience and all(passed)


def _take(clip: Clip, worker: str) -> bool:
    fence = clip.fence + 1
    moved = clip.move(
        Clip.State.RENDERING,
        fence=fence,
        attempts=clip.attempts + 1,
        leased_until=Now() + LEASE,
        state_changed=Now(),
        worker=worker,
    )
    if moved:
        Render.objects.create(clip=clip, fence=fence, worker=worker, started=Now())
    return moved


def beat(lease: Lease, *, stage: str = "", percent: int = 0, detail: str = "") -> bool:
    """Renew the lease and note the progress; False when the clip is not ours any more.

    A percent lower than the one on record is not written: it only rises.
    """
    return bool(
        Clip.objects.filter(
            pk=lease.clip_id, fence=lease.fence, state=Clip.State.RENDERING
        ).update(
            leased_until=Now() + LEASE,
            stage=stage[:16],
            percent=Greatest(F("percent"), min(99, max(0, percent))),
            detail=detail[:80],
        )
    )


def keep_performance(lease: Lease, performance: dict[str, Any]) -> bool:
    """Store what was said at once, so that another attempt does not speak again."""
    return bool(
        Clip.objects.filter(pk=lease.clip_id, fence=lease.fence).update(
            performance=performance
        )
    )


def finish(
    lease: Lease,
    *,
    result: dict[str, Any],
    trace: Sequence[dict[str, Any]],
    screened: Screened | None = None,
) -> bool:
    """Result, charge and end of the attempt in one transaction; False: fenced off.

    A clip on a lower rung than asked is given, not sold: its ticket goes back. So is
    one that `screened` says must wait; nobody is told of it before it is released.
    """
    held = screened.held if screened else ""
    with transaction.atomic():
        clip = _held(lease)
        if clip is None:
            return False
        moves.settle(
            clip,
            Clip.State.BLOCKED if held else Clip.State.READY,
            **result,
            leased_until=None,
            stage="",
            percent=100,
            detail="",
            error=held[:300],
            unchecked=bool(screened and screened.unchecked),
            finished=Now(),
        )
        _end(lease, "held" if held else "ready", trace=trace)
        if clip.rung == Clip.Rung.FULL and not held:
            quotas.spend(ticket_key(clip))
        else:
            quotas.give_back(ticket_key(clip))
        news.tell(clip)
        if not held:
            transaction.on_commit(lambda: announce(clip))
    return True


def hold(lease: Lease, reason: str, *, trace: Sequence[dict[str, Any]] = ()) -> bool:
    """End this attempt for good: what it made may not be shown and is not kept."""
    with transaction.atomic():
        clip = _held(lease)
        if clip is None:
            return False
        _end(lease, "held", error=reason, trace=trace)
        moves.settle(
            clip,
            Clip.State.BLOCKED,
            leased_until=None,
            error=reason[:300],
            detail="",
            finished=Now(),
        )
        quotas.give_back(ticket_key(clip))
        news.tell(clip)
    return True


def fail(
    lease: Lease,
    message: str,
    *,
    permanent: bool,
    trace: Sequence[dict[str, Any]] = (),
) -> bool:
    """End this attempt. It is tried again unless that is useless or was done thrice."""
    with transaction.atomic():
        clip = _held(lease)
        if clip is None:
            return False
        _end(lease, "failed", error=message, trace=trace)
        if permanent or clip.attempts >= MAX_ATTEMPTS:
            _give_up(clip, message)
        else:
            _requeue(clip)
    return True


def reconcile(*, lost: str = "") -> dict[str, int]:
    """Return the leases of dead workers, wake sleeping clips, sweep what they left.

    `lost` names a worker that is known to be dead; its lease need not run out.
    """
    done = {"returned": 0, "woken": 0, "swept": 0}
    for lease in _dead(lost):
        done["returned"] += _lose(lease, lost)
    done["woken"] = _wake()
    done["swept"] = sweep()
    return done


def scratch_root() -> Path:
    return Path(settings.DATA_DIR) / "scratch"


def scratch_of(lease: Lease) -> Path:
    """The folder of one attempt; its name says whose it is, for the sweeper."""
    return scratch_root() / f"clip-{lease.clip_id}-{lease.fence}"


def renewal_prefix() -> str:
    """How the folder of a renewal begins, which has no lease: by whose process it is."""
    return f"renew-{horse.name()}-"


def sweep() -> int:
    """Remove the scratch folders of attempts and renewals that are over."""
    root = scratch_root()
    if not root.is_dir():
        return 0
    left = [folder for folder in root.iterdir() if _is_left(folder)]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def _is_left(folder: Path) -> bool:
    if match := re.fullmatch(r"clip-(\d+)-(\d+)", folder.name):
        # The folder was listed first: an attempt has its row before its folder.
        return not _holders(Lease(int(match[1]), int(match[2]))).exists()
    if not folder.name.startswith("renew-"):
        return False
    worker = folder.name.removeprefix("renew-").rpartition("-")[0]
    return horse.gone(worker) or _age(folder) > LONGEST_RENEWAL


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _dead(lost: str) -> list[Lease]:
    rendering = Clip.objects.filter(state=Clip.State.RENDERING)
    dead = Q(leased_until__lt=Now()) | Q(leased_until__isnull=True)
    if lost:
        dead |= Q(worker=lost)
    found = {
        Lease(pk, f) for pk, f in rendering.filter(dead).values_list("pk", "fence")
    }
    for pk, fence, worker in rendering.values_list("pk", "fence", "worker"):
        if horse.gone(worker):
            found.add(Lease(pk, fence))
    return sorted(found, key=lambda lease: lease.clip_id)


def _lose(lease: Lease, told: str = "") -> bool:
    with transaction.atomic():
        clip = _held(lease)
        if clip is None:
            return False
        why = import_string(WHY_LOST)(clip, lease, told)
        _end(lease, "lost", error=why, trace=None)
        if clip.attempts >= MAX_ATTEMPTS:
            _give_up(clip, "The renderer stopped three times before it was done.")
        else:
            _requeue(clip)
    log.warning("Clip %s: its worker is gone (attempt %s)", clip.key, clip.attempts)
    return True


def _wake() -> int:
    queued = Clip.objects.filter(state=Clip.State.QUEUED).order_by("turn")
    count = queued.count()
    if not count:
        return 0
    try:
        missing = min(count - waiting(), MOST_WAKE_UPS)
    except BackendDownError:
        return 0
    if missing <= 0:
        return 0
    for pk in queued.values_list("pk", flat=True)[:missing]:
        enqueue(JOB, pk)
    return missing


def _holders(lease: Lease) -> Any:
    return Clip.objects.filter(
        pk=lease.clip_id, fence=lease.fence, state=Clip.State.RENDERING
    )


def _held(lease: Lease) -> Clip | None:
    """The locked row, as long as the lease is good."""
    held: Clip | None = _holders(lease).select_for_update().first()
    return held


def _end(
    lease: Lease,
    outcome: str,
    *,
    error: str = "",
    trace: Sequence[dict[str, Any]] | None = (),
) -> None:
    """`trace` None: what was noted while it ran stays."""
    said = {} if trace is None else {"trace": list(trace)}
    Render.objects.filter(clip_id=lease.clip_id, fence=lease.fence).update(
        ended=Now(), outcome=outcome, error=error, **said
    )


def _requeue(clip: Clip) -> None:
    # Its place in line stays: it waited already.
    moves.settle(clip, Clip.State.QUEUED, leased_until=None, worker="", detail="")
    enqueue(JOB, clip.pk)
    news.tell(clip)


def _give_up(clip: Clip, message: str) -> None:
    moves.settle(
        clip,
        Clip.State.FAILED,
        leased_until=None,
        error=f"{message} Nothing was spent and your script is safe."[:300],
        detail="",
        finished=Now(),
    )
    quotas.give_back(ticket_key(clip))
    news.tell(clip)
    transaction.on_commit(lambda: announce(clip, clip_failed))


def announce(clip: Clip, news_of: Signal = clip_ready) -> None:
    """Send the news that it is ready; call it when the transaction committed. A take has
    none of its own: it is put in its place, or away."""
    if clip.replaces_id:
        import_string(SETTLE)(take=clip)
        return
    for receiver, answer in news_of.send_robust(sender=Clip, clip=clip):
        if isinstance(answer, Exception):
            log.error("%r failed for clip %s", receiver, clip.key, exc_info=answer)

"""Who may write a take: lease, fence and attempts, by the database's clock.

As with clips: whoever claims a take anew makes the older claim worthless, and what a
dead worker leaves behind needs nobody's help.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from scenes.models import LineTake, TakeUse
from socialapp.jobs import horse
from socialapp.jobs.queue import BackendDownError, enqueue, waiting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

log = logging.getLogger(__name__)

JOB = "scenes.jobs.make_takes"

LEASE = timedelta(seconds=20)
MAX_ATTEMPTS = 3

BATCH = 8
"""Claimed at once: a quarter of a second of work, so nobody waits long behind it."""


@dataclass(frozen=True, slots=True)
class TakeLease:
    take_id: int
    fence: int


def lease_of(take: LineTake) -> TakeLease:
    return TakeLease(take.pk, take.fence)


@transaction.atomic
def claim(
    *, worker: str, most: int = BATCH, among: Collection[str] | None = None
) -> list[LineTake]:
    """The next ones in line, now this worker's: what somebody waits for comes first.

    `among`: digests; only of these.
    """
    line = LineTake.objects.select_for_update(skip_locked=True).filter(
        state=LineTake.State.WAITING
    )
    if among is not None:
        line = line.filter(digest__in=among)
    found = list(line.order_by("-wanted", "queued_at", "id")[:most])
    return [
        take
        for take in found
        if take.move(
            LineTake.State.MAKING,
            fence=take.fence + 1,
            attempts=take.attempts + 1,
            leased_until=Now() + LEASE,
            worker=worker[:80],
        )
    ]


def renew(leases: Iterable[TakeLease]) -> None:
    """Before each take of a batch, for it and those that come after it."""
    mine = Q(pk__in=[])
    for lease in leases:
        mine |= Q(pk=lease.take_id, fence=lease.fence)
    LineTake.objects.filter(mine, state=LineTake.State.MAKING).update(
        leased_until=Now() + LEASE
    )


def finish(lease: TakeLease, *, silent: bool, **result: Any) -> bool:
    """False: fenced off, and nothing was written."""
    with transaction.atomic():
        take = _held(lease)
        if take is None:
            return False
        state = LineTake.State.SILENT if silent else LineTake.State.READY
        return take.move(state, **result, leased_until=None, worker="")


def fail(lease: TakeLease, message: str, *, permanent: bool = False) -> bool:
    """End this attempt. It is tried again unless that is useless or was done thrice."""
    with transaction.atomic():
        take = _held(lease)
        if take is None:
            return False
        if permanent or take.attempts >= MAX_ATTEMPTS:
            return take.move(
                LineTake.State.FAILED,
                leased_until=None,
                worker="",
                error=message[:300],
            )
        return take.move(LineTake.State.WAITING, leased_until=None, worker="")


def give_back(leases: Iterable[TakeLease]) -> None:
    """Not begun after all; it does not count as an attempt."""
    for lease in leases:
        with transaction.atomic():
            take = _held(lease)
            if take is not None:
                take.move(
                    LineTake.State.WAITING,
                    leased_until=None,
                    worker="",
                    attempts=max(0, take.attempts - 1),
                )


def reconcile(*, lost: str = "") -> dict[str, int]:
    """Put back what dead workers dropped, and wake somebody when takes wait.

    `lost` names a worker that is known to be dead; its leases need not run out.
    """
    returned = sum(
        fail(lease, "The worker stopped three times before it was done.")
        for lease in _dead(lost)
    )
    woken = 0
    if LineTake.objects.filter(state=LineTake.State.WAITING).exists() or unscreened():
        try:
            woken = int(not waiting())
        except BackendDownError:
            woken = 0
        if woken:
            enqueue(JOB)
    return {"takes_returned": returned, "takes_woken": woken}


def unscreened() -> bool:
    """Whether a take that is made waits for a look at who says it."""
    made = [LineTake.State.READY, LineTake.State.SILENT]
    return TakeUse.objects.filter(verdict="", take__state__in=made).exists()


def _dead(lost: str) -> list[TakeLease]:
    making = LineTake.objects.filter(state=LineTake.State.MAKING)
    over = Q(leased_until__lt=Now()) | Q(leased_until__isnull=True)
    if lost:
        over |= Q(worker=lost)
    found = {
        TakeLease(pk, fence)
        for pk, fence in making.filter(over).values_list("pk", "fence")
    }
    for pk, fence, worker in making.values_list("pk", "fence", "worker"):
        if horse.gone(worker):
            found.add(TakeLease(pk, fence))
    return sorted(found, key=lambda lease: lease.take_id)


def _held(lease: TakeLease) -> LineTake | None:
    return (
        LineTake.objects.select_for_update()
        .filter(pk=lease.take_id, fence=lease.fence, state=LineTake.State.MAKING)
        .first()
    )

"""Who directs a stream: a lease with an end and a fence, by the database's clock.

One director holds it and renews it; one that dies is followed by another, who reads the
log and goes on. A director that comes late with an old fence writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from streams.models import Stream, StreamQuerySet

if TYPE_CHECKING:
    from collections.abc import Collection

LEASE = timedelta(seconds=4)
"""A stream without a director is found within this and one look of another process."""

BEAT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to direct: worthless once somebody claimed the stream anew."""

    stream_id: int
    fence: int


@transaction.atomic
def claim(*, director: str, dead: Collection[str] = ()) -> Lease | None:
    """The stream on air that has waited longest for a director; None: all have one.

    `dead`: directors that are known to be gone, whose leases need not run out.
    """
    free = Q(leased_until__lt=Now()) | Q(leased_until__isnull=True)
    free |= Q(director__in=dead)
    stream = (
        Stream.objects.select_for_update(skip_locked=True)
        .on_air()
        .filter(free)
        .order_by("leased_until", "started", "id")
        .first()
    )
    if stream is None:
        return None
    stream.fence += 1
    Stream.objects.filter(pk=stream.pk).update(
        fence=stream.fence, director=director[:80], leased_until=Now() + LEASE
    )
    return Lease(stream.pk, stream.fence)


def beat(lease: Lease) -> bool:
    """Renew; False when the stream is not ours any more, or is over."""
    return bool(_held(lease).update(leased_until=Now() + LEASE))


def release(lease: Lease) -> bool:
    """Give it back, for another to take at once."""
    return bool(_held(lease).update(leased_until=None, director=""))


def _held(lease: Lease) -> StreamQuerySet:
    return Stream.objects.on_air().filter(pk=lease.stream_id, fence=lease.fence)

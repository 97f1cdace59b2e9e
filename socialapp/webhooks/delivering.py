"""Sending what is due: a worker has one at a time, for as long as it lives and no longer.

What is on its way is a row. Whoever takes it has it until its lease ends and writes what
came of it only if nobody took it since; after a crash it goes out again, with the same
id. So everything arrives at least once.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from socialapp.jobs.queue import enqueue
from socialapp.lib import outgoing
from socialapp.webhooks import sealing, signals
from socialapp.webhooks.models import Delivery, Webhook
from socialapp.webhooks.services import DELIVER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than an attempt can take: `outgoing.LONGEST_SECONDS`, and a slow name server."""

PAUSES = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
]
"""After each attempt that failed, as Standard Webhooks has it: a little more than three
days in all; then it is dead."""

MOST_FAILURES = 20
FAILS_FOR = timedelta(days=1)
"""A webhook that failed as often, for as long, is off."""

MOST_AT_ONCE = 100
"""By one job; others want to work too."""

KEPT = timedelta(days=30)
"""After that, nothing is known of what was sent."""

HOUR = 3600
State = Delivery.State


def deliver_due() -> int:
    """Send what is due; how many arrived."""
    return sum(_attempt(delivery) for delivery in take())


def open_ones(now: datetime) -> QuerySet[Delivery]:
    """Due, and nobody's."""
    free = Q(lease__isnull=True) | Q(lease__lt=now)
    return Delivery.objects.filter(free, state=State.WAITING, due__lte=now)


def take() -> Iterator[Delivery]:
    """Those that are due, the oldest first, each leased to the caller: of two workers
    that reach for one, the database gives it to one."""
    tried: set[int] = set()
    while len(tried) < MOST_AT_ONCE:
        now = timezone.now()
        ours = open_ones(now).exclude(pk__in=tried).order_by("due", "pk")
        found = ours.first()
        if found is None:
            return
        tried.add(found.pk)
        mine = open_ones(now).filter(pk=found.pk, fence=found.fence)
        # Counted before it is tried: one that kills its worker comes to an end too.
        if mine.update(
            lease=now + LEASE, fence=F("fence") + 1, tries=F("tries") + 1, attempted=now
        ):
            found.refresh_from_db()
            yield found


def _attempt(delivery: Delivery) -> bool:
    webhook = delivery.webhook
    person = webhook.person
    if not webhook.active or not person.is_active or person.leaves is not None:
        settle(delivery, state=State.DEAD, note="The webhook is off.")
        return False
    body = delivery.body.encode()
    stamp = int(timezone.now().timestamp())
    try:
        signed = sealing.signature(
            secret=sealing.unseal(webhook.secret),
            key=delivery.key,
            timestamp=stamp,
            body=body,
        )
        answer = outgoing.post(
            webhook.url,
            body,
            {
                "Content-Type": "application/json",
                "User-Agent": "Troupe-Webhooks/1",
                "webhook-id": delivery.key,
                "webhook-timestamp": str(stamp),
                "webhook-signature": signed,
            },
            private=settings.WEBHOOKS_PRIVATE,
        )
    except InvalidToken:
        return _failed(delivery, None, "Its secret cannot be read: make a new webhook.")
    except (OSError, outgoing.AddressError) as error:
        return _failed(delivery, None, f"{error}" or type(error).__name__)
    if 200 <= answer.status < 300:
        return _arrived(delivery, answer.status)
    return _failed(delivery, answer.status, f"HTTP {answer.status}")


def settle(delivery: Delivery, **fields: Any) -> bool:
    """Write what came of it; False when somebody else took it since."""
    mine = Delivery.objects.filter(pk=delivery.pk, fence=delivery.fence)
    return bool(mine.filter(state=State.WAITING).update(lease=None, **fields))


@transaction.atomic
def _arrived(delivery: Delivery, status: int) -> bool:
    settled = settle(delivery, state=State.DELIVERED, status=status, note="")
    failing = Webhook.objects.filter(pk=delivery.webhook_id, failures__gt=0)
    if failing.update(failures=0, failing_since=None):
        signals.webhook_works.send(sender=Webhook, webhook=delivery.webhook)
    return settled


@transaction.atomic
def _failed(delivery: Delivery, status: int | None, note: str) -> bool:
    """Later again, or never. Always False: it did not arrive."""
    log.info("Webhook delivery %s did not arrive: %s", delivery.key, note)
    left = PAUSES[delivery.tries - 1 :]
    fields: dict[str, Any] = {"status": status, "note": note[:200]}
    fields |= {"due": timezone.now() + left[0]} if left else {"state": State.DEAD}
    if not settle(delivery, **fields):
        return False
    off = _count_failure(delivery.webhook_id, gone=status == 410)
    if off or not left:
        signals.webhook_failed.send(sender=Webhook, webhook=delivery.webhook, off=off)
    return False


def _count_failure(pk: int, *, gone: bool) -> bool:
    """Whether this one turned the webhook off."""
    now = timezone.now()
    mine = Webhook.objects.filter(pk=pk)
    mine.filter(failing_since__isnull=True).update(failing_since=now)
    mine.update(failures=F("failures") + 1)
    tired = mine.filter(active=True)
    if not gone:  # 410: it says itself that it wants no more
        tired = tired.filter(
            failures__gte=MOST_FAILURES, failing_since__lt=now - FAILS_FOR
        )
    return bool(tired.update(active=False))


def reconcile(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Ask again for what is due and nobody does: `manage.py reconcile` calls this."""
    now = timezone.now()
    due = open_ones(now).count()
    if due:
        enqueue(DELIVER)
    if cache.add("webhooks.sweep", True, HOUR):
        old = Delivery.objects.filter(created__lt=now - KEPT)
        old.exclude(state=State.WAITING).delete()
    return {"webhooks": due}

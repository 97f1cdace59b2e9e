"""News to browsers that are not open: written down with the news, sent by a worker."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from socialapp.notices import clocks, kinds
from socialapp.notices.models import Notice, NoticeSettings, Push, PushSubscription
from socialapp.notices.pushers import Arrival, Parcel, Target, pusher
from socialapp.notices.services import errands
from socialapp.notices.services.choosing import settings_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

log = logging.getLogger(__name__)

MOST_FAILURES = 20
"""In a row; then the browser is forgotten."""

SHORTEST_WORDS = 160
"""Characters of the rest of the news: a lock screen shows two lines."""


def ring(rung: Sequence[Notice], chosen: Mapping[int, NoticeSettings]) -> None:
    """Write down what goes to which device; one query when nobody has one. Each of
    `rung` comes with its person."""
    wanted = [
        one for one in rung if kinds.ways(one.kind, chosen[one.person_id].switches).push
    ]
    if not wanted:
        return
    people = {one.person_id for one in wanted}
    devices: dict[int, list[PushSubscription]] = {}
    for device in PushSubscription.objects.filter(person__in=people):
        devices.setdefault(device.person_id, []).append(device)
    if not devices:
        return
    now = timezone.now()
    pushes = []
    for one in wanted:
        due = clocks.quiet_until(one.person, chosen[one.person_id], now) or now
        until = due + kinds.sort_of(one.kind).keeps
        for device in devices.get(one.person_id, []):
            push = Push(subscription=device, notice=one, due=due, good_until=until)
            push.woken = now if due == now else None
            pushes.append(push)
    # One that has not left yet says the newest anyway; one that is late is due anew.
    Push.objects.bulk_create(
        pushes,
        update_conflicts=True,
        unique_fields=["subscription", "notice"],
        update_fields=["due", "woken", "good_until"],
    )
    if any(push.woken for push in pushes):
        errands.wake(Push)


def send_pushes() -> int:
    """Send what is due; how many arrived."""
    return sum(_send(push) for push in errands.take(Push))


def _send(push: Push) -> bool:
    now = timezone.now()
    device, notice = push.subscription, push.notice
    person = device.person
    chosen = settings_for([person])[person.pk]
    sort = kinds.sort_of(notice.kind)
    late = now > push.good_until
    unwanted = not kinds.ways(notice.kind, chosen.switches).push
    if notice.seen or not notice.people or late or unwanted or not _is_here(push):
        push.delete()
        return False
    if until := clocks.quiet_until(person, chosen, now):
        # No reason to drop it: its time begins when they are over.
        errands.put_off(push, until, good_until=until + sort.keeps)
        return False
    outcome = pusher().push(
        Target(device.endpoint, device.p256dh, device.auth),
        Parcel(
            payload=_payload(notice),
            seconds=int(sort.keeps.total_seconds()),
            topic=hashlib.sha256(notice.key.encode()).hexdigest()[:32],
        ),
    )
    match outcome.arrival:
        case Arrival.DELIVERED:
            push.delete()
            PushSubscription.objects.filter(pk=device.pk).update(
                failures=0, last_ok=timezone.now()
            )
            return True
        case Arrival.GONE:
            device.delete()
        case Arrival.LATER:
            wait = max(errands.pause(push.tries), outcome.wait or errands.FIRST_PAUSE)
            errands.put_off(push, now + wait, tries=push.tries + 1)
            _failed(device, outcome.note)
        case Arrival.REFUSED:
            push.delete()
            _failed(device, outcome.note)
    return False


def _is_here(push: Push) -> bool:
    person = push.subscription.person
    return person.is_active and person.leaves is None


def _failed(device: PushSubscription, note: str) -> None:
    log.info("A push to %s did not arrive: %s", device.key, note)
    PushSubscription.objects.filter(pk=device.pk).update(failures=F("failures") + 1)
    PushSubscription.objects.filter(pk=device.pk, failures__gte=MOST_FAILURES).delete()


def _payload(notice: Notice) -> bytes:
    """What the service worker shows; ``tag`` makes a newer one take its place."""
    told = {
        "title": notice.lead,
        "body": notice.words[:SHORTEST_WORDS],
        "url": notice.url or "/notices/",
        "tag": notice.key,
    }
    return json.dumps(told, ensure_ascii=False).encode()

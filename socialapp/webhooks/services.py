"""The writes to webhooks: made, changed, told, tried, sent again, forgotten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from socialapp.jobs.queue import enqueue
from socialapp.lib import outgoing
from socialapp.lib.ids import new_key
from socialapp.webhooks import sealing, signals
from socialapp.webhooks.models import Delivery, Webhook

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from socialapp.accounts.models import User

MOST = 10
"""Webhooks of one person."""

TRY = "webhook.try"
"""Sent when its owner asks for it, whatever else was chosen."""

DELIVER = "socialapp.webhooks.jobs.deliver"


class WebhookError(Exception):
    """``errors``: what is wrong, by the name of the field."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.errors = {field: [detail]}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that `person` was told. `data`: JSON values."""

    person: int
    name: str
    data: dict[str, Any]


@transaction.atomic
def create_webhook(
    *, person: User, url: str, events: Collection[str]
) -> tuple[Webhook, str]:
    """A webhook and its secret, which is shown once. The names of `events` are looked
    at by whoever knows them. WebhookError when nothing could be sent there."""
    url = url.strip()
    _check(url)
    if person.webhooks.count() >= MOST:
        raise WebhookError("url", f"You have {MOST} webhooks. Delete one first.")
    if person.webhooks.filter(url=url).exists():
        raise WebhookError("url", "You have a webhook with this address.")
    secret = sealing.new_secret()
    made = Webhook.objects.create(
        person=person, url=url, events=sorted(set(events)), secret=sealing.seal(secret)
    )
    return made, secret


@transaction.atomic
def change_webhook(
    *,
    webhook: Webhook,
    events: Collection[str] | None = None,
    active: bool | None = None,
) -> Webhook:
    """Other events, off, or on again: then it has all its chances anew."""
    if events is not None:
        webhook.events = sorted(set(events))
    if active is not None:
        webhook.active = active
    if active:
        webhook.failures, webhook.failing_since = 0, None
        signals.webhook_works.send(sender=Webhook, webhook=webhook)
    webhook.save(update_fields=["events", "active", "failures", "failing_since"])
    return webhook


def delete_webhook(*, webhook: Webhook) -> None:
    signals.webhook_works.send(sender=Webhook, webhook=webhook)
    webhook.delete()


def announce(events: Sequence[Event]) -> int:
    """Write down what goes where, with the news itself: both are kept, or neither. One
    query when nobody has a webhook. How many leave."""
    people = {event.person for event in events}
    hooks = list(Webhook.objects.filter(person__in=people, active=True))
    rows = [
        _row(hook, event.name, event.data)
        for event in events
        for hook in hooks
        if hook.person_id == event.person and event.name in hook.events
    ]
    if rows:
        Delivery.objects.bulk_create(rows)
        enqueue(DELIVER)
    return len(rows)


def try_webhook(*, webhook: Webhook) -> Delivery:
    """Send it something now; WebhookError when it is off."""
    if not webhook.active:
        raise WebhookError("active", "This webhook is off. Turn it on first.")
    row = _row(webhook, TRY, {"lead": "It works.", "about": f"webhook:{webhook.key}"})
    row.save()
    enqueue(DELIVER)
    return row


@transaction.atomic
def send_again(*, delivery: Delivery) -> Delivery:
    """Once more, with the same id. WebhookError when it is on its way already."""
    if not delivery.webhook.active:
        raise WebhookError("active", "This webhook is off. Turn it on first.")
    over = Delivery.objects.filter(pk=delivery.pk).exclude(state=Delivery.State.WAITING)
    if not over.update(
        state=Delivery.State.WAITING, tries=0, due=timezone.now(), lease=None
    ):
        raise WebhookError("state", "This one is on its way already.")
    enqueue(DELIVER)
    delivery.refresh_from_db()
    return delivery


def leave_with_person(*, person: User) -> None:
    Webhook.objects.filter(person=person).delete()


def _row(webhook: Webhook, name: str, data: dict[str, Any]) -> Delivery:
    now = timezone.now()
    told = {"type": name, "timestamp": now.isoformat(), "data": data}
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return Delivery(
        key=new_key(), webhook=webhook, event=name, body=body, due=now, created=now
    )


def _check(url: str) -> None:
    if len(url) > 500:
        raise WebhookError("url", "An address has at most 500 characters.")
    try:
        outgoing.check(url, private=settings.WEBHOOKS_PRIVATE)
    except outgoing.AddressError as error:
        raise WebhookError("url", str(error)) from None

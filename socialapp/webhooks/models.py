"""Where programs of people are told of their news, and what is on its way there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from socialapp.lib.ids import new_key


class Webhook(models.Model):
    """An address that its owner gave, and what it is told of."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhooks"
    )
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    """Names as ``clip.ready``; empty: nothing but tries."""

    secret = models.CharField(max_length=300, editable=False)
    """Encrypted: see ``sealing``."""

    active = models.BooleanField(default=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    """In a row."""

    failing_since = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """An event on its way to one webhook, kept a while after it has arrived."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        DEAD = "dead"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    """``webhook-id``: the same at every attempt, so that receivers know repeats."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    body = models.TextField()
    """JSON, byte for byte what is signed and sent."""

    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    created = models.DateTimeField(default=timezone.now, editable=False)
    due = models.DateTimeField(default=timezone.now)
    lease = models.DateTimeField(null=True, editable=False)
    """Until then it is a worker's; afterwards, whoever had it died."""

    fence = models.PositiveIntegerField(default=0, editable=False)
    """How often it was taken: whoever had it before may write nothing any more."""

    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    status = models.PositiveSmallIntegerField(null=True, editable=False)
    """Of the last answer; null: there was none."""

    note = models.CharField(max_length=200, blank=True, editable=False)
    attempted = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["due"],
                name="delivery_due",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["webhook", "-created", "-id"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}"

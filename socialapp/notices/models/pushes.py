"""Devices that ring, and what they are yet to be told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from socialapp.lib.ids import new_key
from socialapp.notices.models.errands import Errand
from socialapp.notices.models.notice import Notice


class PushSubscription(models.Model):
    """A browser that its owner allowed to ring: where to send, and its public key."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_subscriptions"
    )
    endpoint = models.URLField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=90)
    """The browser's point on P-256, uncompressed, base64url."""

    auth = models.CharField(max_length=24)
    """16 bytes that only the browser and we have, base64url."""

    label = models.CharField(max_length=60, blank=True)
    """``Chromium on Android``, for the list in the settings."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    """In a row."""

    last_ok = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.label or self.key


class Push(Errand):
    """A piece of news on its way to a device; gone once it has arrived."""

    subscription = models.ForeignKey(
        PushSubscription, models.CASCADE, related_name="pushes"
    )
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="pushes")
    good_until = models.DateTimeField()
    """Nobody is rung for it afterwards."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "notice"], name="push_once")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} to {self.subscription_id}"

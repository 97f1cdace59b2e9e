"""Mails about news: each is written when it leaves, and leaves once."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from socialapp.notices.models.errands import Errand
from socialapp.notices.models.notice import Notice


class Letter(Errand):
    """``name`` is the day of a digest or the key of a notice: one mail for each."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="letters"
    )
    name = models.CharField(max_length=40)
    notice = models.ForeignKey(
        Notice, models.CASCADE, null=True, blank=True, related_name="letters"
    )
    """What it tells; null: it is a digest."""

    handed = models.DateTimeField(null=True, editable=False)
    """Set before the mail server is spoken to. A worker that dies after that may have
    sent it, and nobody sends it again; what it held is in the next digest."""

    closed = models.DateTimeField(null=True, editable=False)
    """Sent, or there was nothing to send."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="letter_once")
        ]
        indexes = [
            models.Index(
                fields=["due"],
                name="letter_open",
                condition=models.Q(closed__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} to {self.person_id}"

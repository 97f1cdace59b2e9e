"""What a person wants to be told, and which way."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models


def _hour(default: int) -> models.PositiveSmallIntegerField:  # type: ignore[type-arg]
    return models.PositiveSmallIntegerField(
        default=default, validators=[MaxValueValidator(23)]
    )


class NoticeSettings(models.Model):
    """Made with a person's first news; only what differs from the defaults is kept."""

    class Every(models.TextChoices):
        NEVER = "never", "Never"
        DAY = "daily", "Every day"
        WEEK = "weekly", "On Sundays"

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_settings"
    )
    switches = models.JSONField(default=dict, blank=True)
    """``{kind: {"house" | "mail" | "push": bool}}``."""

    digest = models.CharField(max_length=6, choices=Every, default=Every.WEEK)
    digest_hour = _hour(18)
    """Hours are those of the person's own clock."""

    mails = models.BooleanField(default=True)
    """Off: no mail tells single news either."""

    quiet = models.BooleanField(default=True)
    quiet_from = _hour(22)
    quiet_until = _hour(7)
    next_digest = models.DateTimeField(null=True, editable=False)
    """When it is looked whether there is something to mail; null: never."""

    digested = models.DateTimeField(null=True, editable=False)
    """When the last digest was sent: the next one has what came since."""

    class Meta:
        indexes = [
            models.Index(
                fields=["next_digest"],
                name="notice_digest_due",
                condition=models.Q(next_digest__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Notice settings of {self.person_id}"

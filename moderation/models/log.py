"""The audit log: rows that are added and never changed, each sealed onto the last."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone


class SealedError(Exception):
    """Somebody tried to change or delete what was logged."""

    def __init__(self) -> None:
        super().__init__(
            "The audit log only grows. To correct an entry, record another one."
        )


class LogQuerySet(models.QuerySet["LogEntry"]):
    def update(self, **_kwargs: Any) -> NoReturn:
        raise SealedError

    def delete(self) -> NoReturn:
        raise SealedError

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise SealedError

    def bulk_create(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise SealedError


class LogEntry(models.Model):
    """Written by ``moderation.log.record`` alone; the database refuses changes too."""

    number = models.PositiveBigIntegerField(unique=True)
    """1, 2, 3 and so on, without gaps."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    """``user:<id>``, ``system`` or ``anonymous``: a pseudonym, never a name."""

    action = models.CharField(max_length=60)
    """Noun and verb: ``case.decide``."""

    subject = models.CharField(max_length=120)
    """Kind and key: ``clip:2k3...``."""

    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    """Digest of the row before; of the first row: zeros."""

    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 in hex of `previous` and the canonical JSON of this row."""

    objects = models.Manager.from_queryset(LogQuerySet)()

    class Meta:
        ordering = ["number"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["subject", "number"], name="log_subject"),
            models.Index(fields=["actor", "number"], name="log_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise SealedError
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise SealedError


class LogHead(models.Model):
    """The end of the chain: one row, locked by whoever appends."""

    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Head {self.number}"

"""Pictures of a person's own to stand before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable

if TYPE_CHECKING:
    from socialapp.accounts.models import User


class BackdropQuerySet(models.QuerySet["Backdrop"]):
    def of(self, owner: User) -> BackdropQuerySet:
        """What they have, the newest first, also what waits or is hidden."""
        kept = self.filter(owner=owner).exclude(withheld=Backdrop.Level.REMOVED)
        return kept.order_by("-created", "-pk")

    def showable(self) -> BackdropQuerySet:
        return self.filter(withheld="", state=Backdrop.State.APPROVED)


class Backdrop(Withholdable):
    """Only its owner makes clips with it; others see it in those."""

    class State(models.TextChoices):
        """Of its check; those of ``moderation.models.PictureCheck``."""

        APPROVED = "approved", "May be shown"
        PENDING = "pending", "Waits for a check"
        REFUSED = "refused", "May not be shown"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="backdrops"
    )
    name = models.CharField(max_length=60)
    """What its owner calls it; nobody else reads it."""

    ref = models.CharField(max_length=80, db_index=True)
    """Blob of the picture, and what recipes call it."""

    size = models.PositiveIntegerField()
    """Bytes."""

    width = models.PositiveSmallIntegerField()
    """Pixels; so is the next one."""

    height = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(BackdropQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["owner", "-created"], name="backdrop_owner")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "ref"], name="backdrop_once")
        ]

    def __str__(self) -> str:
        return f"Background {self.name}"

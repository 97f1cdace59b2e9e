"""What belongs to no app: which stored files and which rows are withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser


class Withheld(models.Model):
    """One reason why a stored file is not given out."""

    name = models.CharField(max_length=300, db_index=True)
    """In the default storage."""

    cause = models.CharField(max_length=120, db_index=True)
    """What it belongs to, ``clip:<key>``: a file of two things needs both back."""

    removed = models.BooleanField(default=False)
    """Kept even from its owner."""

    content = models.BooleanField(default=False)
    """Whoever else has the same file may not show it either."""

    owner = models.BigIntegerField(null=True)
    """User id of who may still open it while it is only hidden."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "cause"], name="withheld_once")
        ]
        default_permissions = ()
        permissions = [("see_withheld", "May open withheld files")]

    def __str__(self) -> str:
        return f"{self.name} by {self.cause}"


class Withholdable(models.Model):
    """A row that moderation can take off the stage and put back exactly as it was."""

    class Level(models.TextChoices):
        HIDDEN = "hidden", "Hidden from others"
        REMOVED = "removed", "Removed"

    withheld = models.CharField(
        max_length=8, choices=Level, default="", blank=True, editable=False
    )
    """Empty: on stage. Set by moderation alone; what its author did stays apart."""

    class Meta:
        abstract = True


def on_stage(
    viewer: AbstractBaseUser | AnonymousUser | None, owner: str, *, prefix: str = ""
) -> Q:
    """Rows that this viewer may see as far as moderation goes.

    `owner` is the lookup of whom the row belongs to: they still see what is hidden.
    """
    shown = Q(**{f"{prefix}withheld": ""})
    if viewer is not None and viewer.is_authenticated:
        shown |= Q(**{f"{prefix}withheld": "hidden", owner: viewer.pk})
    return shown

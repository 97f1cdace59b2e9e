"""What a person brings along for their scenes: pictures to stand before, and sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from scenes.models.story import SceneVersion
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable

if TYPE_CHECKING:
    from socialapp.accounts.models import User


class SceneAssetQuerySet(models.QuerySet["SceneAsset"]):
    def kept_by(self, owner: User) -> SceneAssetQuerySet:
        """What they have and did not delete, the newest first."""
        kept = self.filter(owner=owner, removed__isnull=True)
        return kept.exclude(withheld=SceneAsset.Level.REMOVED).order_by("-created")

    def showable(self) -> SceneAssetQuerySet:
        """Given out to whoever plays: deleted ones too, which a version may still name."""
        return self.filter(withheld="", state=SceneAsset.State.APPROVED)


class SceneAsset(Withholdable):
    class Kind(models.TextChoices):
        BACKGROUND = "background", "Background"
        SOUND = "sound", "Sound"

    class State(models.TextChoices):
        """Of the check of a picture. Sounds are compared with the block list and are
        approved at once."""

        APPROVED = "approved", "May be shown"
        PENDING = "pending", "Waits for a check"
        REFUSED = "refused", "May not be shown"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="scene_assets"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=60)
    """What its owner calls it; nobody else reads it."""

    ref = models.CharField(max_length=80, db_index=True)
    """Blob of the file, and the name by which documents call it."""

    size = models.PositiveIntegerField()
    """Bytes."""

    width = models.PositiveIntegerField(default=0)
    """Pixels; 0 for sounds. So is the next one."""

    height = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    """Of a sound."""

    state = models.CharField(max_length=8, choices=State, default=State.APPROVED)
    created = models.DateTimeField(default=timezone.now, editable=False)
    removed = models.DateTimeField(null=True, blank=True, editable=False)
    """When its owner deleted it: no new version may name it from then on. The row and
    the file stay as long as a published version does."""

    objects = models.Manager.from_queryset(SceneAssetQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["owner", "-created"], name="scene_asset_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "ref"], name="scene_asset_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    @property
    def in_use(self) -> bool:
        """Whether a published version of a scene names it. Reads the documents."""
        return self.versions().exists()

    def versions(self) -> models.QuerySet[SceneVersion]:
        """That name it, of scenes that were not deleted."""
        return versions_with(self.ref)


def versions_with(ref: str) -> models.QuerySet[SceneVersion]:
    """The versions, of scenes that were not deleted, whose document names this file."""
    found = SceneVersion.objects.filter(scene__removed__isnull=True)
    # Quotes: the name in full, and no other string of a document has this many digits.
    return found.filter(document__contains=f'"{ref}"')

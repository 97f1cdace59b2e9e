"""What the checks of pictures know: figures, known files, consents, results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    from socialapp.accounts.models import User

DESCRIPTOR_BYTES = 512
"""128 float32."""


class Figure(models.Model):
    """A public figure whom nobody may pass for; no picture of them is kept."""

    name = models.CharField(max_length=80, unique=True)
    note = models.CharField(max_length=200, blank=True)
    """Why they are on the list; moderators read it."""

    block = models.FloatField(default=0.45)
    """Distance up to which a face is theirs, and refused."""

    review = models.FloatField(default=0.60)
    """Distance up to which a person looks at it."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="figure_thresholds",
                condition=Q(block__gt=0, review__gte=models.F("block"), review__lt=1),
            )
        ]

    def __str__(self) -> str:
        return self.name


class FigureFace(models.Model):
    """The description of one photograph's face, from which none can be drawn again."""

    figure = models.ForeignKey(Figure, models.CASCADE, related_name="faces")
    descriptor = models.BinaryField(max_length=DESCRIPTOR_BYTES)
    """128 little-endian float32."""

    source = models.CharField(max_length=64)
    """SHA-256 of the file it was read from, hex: the same one is not counted twice."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["figure", "source"], name="figure_photograph_once"
            )
        ]

    def __str__(self) -> str:
        return f"A face of {self.figure_id}"


class KnownBad(models.Model):
    """A picture that does not come back: its hashes, never the picture."""

    pdq = models.CharField(max_length=64, unique=True)
    """PDQ of the whole picture, hex."""

    crops = models.JSONField(default=list, blank=True)
    """PDQ of its cuts, hex; empty when it came from a list without the picture."""

    list_name = models.CharField(max_length=60, default="own")
    reason = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "known bad pictures"

    def __str__(self) -> str:
        return f"{self.list_name} {self.pdq[:12]}"


class Blocked(models.Model):
    """What was taken down and may not come back: hashes, never a picture or a sound.

    It stays as long as the decision that took it down stands.
    """

    kind = models.CharField(max_length=24)
    subject_key = models.CharField(max_length=80)
    pictures = models.BinaryField(default=bytes, blank=True)
    """PDQ of its single pictures, 32 bytes each."""

    crops = models.BinaryField(default=bytes, blank=True)
    """PDQ of their parts."""

    colours = models.BinaryField(default=bytes, blank=True)
    """32 bytes for each of both."""

    frames = models.BinaryField(default=bytes, blank=True)
    """PDQ of a film, one a second."""

    sound = models.BinaryField(default=bytes, blank=True)
    """Words of 4 bytes: see ``provenance.fingerprints.sounds``."""

    payloads = models.JSONField(default=list, blank=True)
    """Numbers of its watermarks."""

    due = models.BooleanField(default=False)
    """What it is known by has to be worked out; set with the decision, cleared by whoever
    did it."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "blocked looks"
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_key"], name="blocked_once")
        ]

    def __str__(self) -> str:
        return f"Blocked {self.kind}:{self.subject_key}"


class LikenessConsentQuerySet(models.QuerySet["LikenessConsent"]):
    def valid(self) -> LikenessConsentQuerySet:
        return self.filter(captured__isnull=False, revoked__isnull=True)


class LikenessConsent(models.Model):
    """A person says that a portrait shows themselves, and a camera agreed.

    Of the capture nothing is kept but that it passed, and when.
    """

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="likenesses"
    )
    sha256 = models.CharField(max_length=64)
    """Of the portrait as we keep it, hex."""

    declared = models.DateTimeField(default=timezone.now)
    """When the declaration was ticked; its words are ``likeness.DECLARATION``."""

    captured = models.DateTimeField(null=True, blank=True)
    """When the live capture passed; null: it did not."""

    revoked = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(LikenessConsentQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["owner", "sha256"], name="likeness_owner")]

    def __str__(self) -> str:
        return f"Likeness {self.key}"


class PictureCheckQuerySet(models.QuerySet["PictureCheck"]):
    def of(self, owner: User) -> PictureCheckQuerySet:
        return self.filter(owner=owner)

    def waiting(self) -> PictureCheckQuerySet:
        return self.filter(state=PictureCheck.State.PENDING)


class PictureCheck(models.Model):
    """What became of checking a person's picture; the hash says which bytes it is of."""

    class State(models.TextChoices):
        APPROVED = "approved", "May be shown"
        PENDING = "pending", "Waits"
        REFUSED = "refused", "Refused"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="picture_checks"
    )
    ref = models.CharField(max_length=80)
    """Blob of the picture."""

    sha256 = models.CharField(max_length=64)
    """Of its bytes, hex; what is served must have the hash that was approved."""

    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    unchecked = models.BooleanField(default=False)
    """It waits because a detector could not look, and is tried again."""

    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    findings = models.JSONField(default=list, blank=True)
    scores = models.JSONField(default=dict, blank=True)
    version = models.CharField(max_length=120, blank=True)
    """Of every detector that looked."""

    consent = models.ForeignKey(
        LikenessConsent, models.SET_NULL, null=True, blank=True, related_name="checks"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    """The moderator; null: the rules decided."""

    decided = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(PictureCheckQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "sha256"], name="picture_check_once"
            ),
            models.CheckConstraint(
                name="picture_check_state_known",
                condition=Q(state__in=["approved", "pending", "refused"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["created"],
                name="picture_check_waiting",
                condition=Q(state="pending"),
            )
        ]

    def __str__(self) -> str:
        return f"Check {self.key}: {self.state}"

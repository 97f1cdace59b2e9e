"""Files on their way in, piece by piece."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from socialapp.lib.cards import MAX_FILE
from socialapp.lib.ids import new_key


class Kind(models.TextChoices):
    """What a file is to become: who takes it checks that it is."""

    PICTURE = "picture", "Picture"
    RECORDING = "recording", "Recording of a voice"
    SOUND = "sound", "Sound of a scene"
    CARD = "card", "Character card"

    def most(self) -> int:
        """Bytes, the same as for a file that is sent at once."""
        most = {
            Kind.PICTURE: settings.MAX_PICTURE_BYTES,
            Kind.RECORDING: settings.MAX_RECORDING_BYTES,
            Kind.SOUND: settings.MAX_SOUND_BYTES,
            Kind.CARD: MAX_FILE,
        }
        return most[self]


class Upload(models.Model):
    """A file of announced length, of which the first `offset` bytes are kept.

    The row is changed after the bytes are stored, so `offset` is true whenever the
    process dies.
    """

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="uploads"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=200, blank=True)
    """What its owner calls the file."""

    metadata = models.CharField(max_length=1000)
    """``Upload-Metadata`` as it was sent: the protocol has it repeated."""

    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    """Of the whole, in hexadecimal; empty until all of it is here."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    expires = models.DateTimeField(db_index=True)
    """It is removed then, finished or not; every piece that arrives puts it off."""

    taken = models.DateTimeField(null=True, editable=False)
    """Since when it is being made into something."""

    class Meta:
        ordering = ["-created", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(offset__lte=models.F("length")),
                name="upload_not_longer",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}, {self.offset} of {self.length}"

    @property
    def finished(self) -> bool:
        return self.offset == self.length


class UploadPart(models.Model):
    """One piece, stored in a file of its own."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    at = models.PositiveBigIntegerField()
    """Bytes before it."""

    file = models.CharField(max_length=120)
    """In the default storage."""

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "at"], name="upload_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.upload_id} from {self.at}"

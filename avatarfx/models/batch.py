"""One text for many: a template, and a clip for each row of a table."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from avatarfx.models.clip import Clip
from socialapp.characters.models import Character
from socialapp.lib.ids import new_key


class Batch(models.Model):
    class State(models.TextChoices):
        CHECKING = "checking", "Its rows are being read"
        CHECKED = "checked", "Ready to start"
        RUNNING = "running", "Being made"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Stopped"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="batches"
    )
    character = models.ForeignKey(Character, models.CASCADE, related_name="+")
    title = models.CharField(max_length=80, blank=True)
    template = models.TextField(max_length=2000)
    """The script, with names of columns in braces."""

    look = models.JSONField(default=dict)
    """Arguments of ``request_clip`` that are the same for all rows."""

    columns = models.JSONField(default=list)
    state = models.CharField(
        max_length=9, choices=State, default=State.CHECKING, db_index=True
    )
    note = models.CharField(max_length=300, blank=True)
    """Why it does not go on just now, in words for its owner."""

    fed = models.DateTimeField(default=timezone.now, editable=False)
    """When a job last looked after it."""

    idempotency_key = models.CharField(max_length=80, blank=True)
    request_hash = models.CharField(max_length=64, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    started = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["owner", "-created"], name="batch_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "idempotency_key"],
                name="batch_idempotency",
                condition=~Q(idempotency_key=""),
            )
        ]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"Batch {self.key} ({self.state})"

    def get_absolute_url(self) -> str:
        return f"/batches/{self.key}/"

    @property
    def name(self) -> str:
        return self.title or f"Batch of {self.created:%d %B}"


class BatchRow(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", "Not asked for yet"
        BAD = "bad", "Cannot be made"
        ASKED = "asked", "Asked for"
        REFUSED = "refused", "Was refused"
        CANCELLED = "cancelled", "Stopped"

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    """In the table as a spreadsheet counts; the row with the names is 1."""

    values = models.JSONField()
    script = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    column = models.CharField(max_length=40, blank=True)
    """In which of them the problem lies; empty: in no single one."""

    reason = models.CharField(max_length=300, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    clip = models.ForeignKey(
        Clip, models.SET_NULL, null=True, blank=True, related_name="batch_rows"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="batch_row_once")
        ]
        indexes = [models.Index(fields=["batch", "state"], name="batch_row_state")]

    def __str__(self) -> str:
        return f"Row {self.number} of batch {self.batch_id}"

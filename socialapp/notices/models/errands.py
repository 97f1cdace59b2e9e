"""What leaves the house: rows that a worker takes, one worker at a time."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Errand(models.Model):
    """Wake-ups may be lost and workers may die; the row says what is still to do."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    due = models.DateTimeField(default=timezone.now, db_index=True)
    """Not before."""

    woken = models.DateTimeField(null=True, editable=False)
    """When a worker was last asked to see to it."""

    lease = models.DateTimeField(null=True, editable=False)
    """Until then it is somebody's; afterwards, whoever had it died."""

    tries = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

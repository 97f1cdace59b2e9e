"""Who renders: the worker processes, and the keys that they sign receipts with."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from avatarfx.abilities import Abilities


class WorkerKey(models.Model):
    """Receipts that it signed count until it is withdrawn; a machine has one."""

    public = models.CharField(max_length=64, unique=True)
    """Ed25519, hexadecimal."""

    host = models.CharField(max_length=60)
    first_used = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn = models.DateTimeField(null=True, blank=True)
    """It was stolen, or its machine lied."""

    def __str__(self) -> str:
        return f"Key of {self.host} ({self.public[:12]})"


SILENT = dt.timedelta(seconds=30)
"""Longer than a worker ever keeps quiet that lives: it reports every five seconds, and
while a horse works every ten."""


SILENCE = models.ExpressionWrapper(Now() - models.F("seen"), models.DurationField())


class RenderWorkerQuerySet(models.QuerySet["RenderWorker"]):
    """Ages are the database's: nobody's clock but its own is asked."""

    def alive(self) -> RenderWorkerQuerySet:
        return self.filter(seen__gte=Now() - SILENT)

    def taking(self) -> RenderWorkerQuerySet:
        """Those that a clip which waits now may hope for."""
        return self.alive().filter(draining=False)

    def aged(self) -> RenderWorkerQuerySet:
        """With `silent`, how long each gave no sign of life."""
        return self.annotate(silent=SILENCE)


class RenderWorker(models.Model):
    """One process that takes clips. It writes the row; `draining` is others' wish."""

    name = models.CharField(max_length=80, unique=True)
    """Machine and process id."""

    host = models.CharField(max_length=60)
    queue = models.CharField(max_length=40)
    resident = models.BooleanField(default=False)
    """It renders in its own process, without a fork."""

    abilities = models.JSONField()
    """See ``avatarfx.abilities``."""

    key = models.CharField(max_length=64)
    """Of its machine, as in WorkerKey."""

    started = models.DateTimeField()
    seen = models.DateTimeField()
    """Its last sign of life; both by the database's clock."""

    draining = models.BooleanField(default=False)
    """It ends what it has begun and takes nothing new."""

    jobs = models.JSONField(default=list, blank=True)
    """Keys of the clips that it holds."""

    done = models.PositiveIntegerField(default=0)
    """Attempts that it ended."""

    objects = models.Manager.from_queryset(RenderWorkerQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["host", "queue"], name="worker_place")]

    def __str__(self) -> str:
        return f"Worker {self.name}"

    @property
    def silence(self) -> dt.timedelta:
        """Since its last sign of life, of a row that was read with `aged`."""
        silent: dt.timedelta = vars(self)["silent"]
        return silent

    @property
    def state(self) -> str:
        """In a word, of such a row."""
        if self.silence > SILENT:
            return "silent"
        if self.jobs:
            return "draining" if self.draining else "working"
        return "drained" if self.draining else "idle"

    def can(self) -> Abilities:
        return Abilities.from_json(self.abilities)

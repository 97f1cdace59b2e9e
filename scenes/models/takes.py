"""Lines with a voice, each made once and shared; and who plays them where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from scenes.models.story import Scene
from socialapp.characters.models import Character
from socialapp.lib.states import Stateful
from socialapp.performance import Performance

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser


class LineTake(Stateful):
    """What one voice makes of some words; the row is the truth, the queue only wakes."""

    class State(models.TextChoices):
        WAITING = "waiting", "In line"
        MAKING = "making", "Being made"
        READY = "ready", "Ready"
        SILENT = "silent", "Without a voice"
        FAILED = "failed", "Failed"

    MOVES = {
        State.WAITING: frozenset({State.MAKING}),
        State.MAKING: frozenset(
            {State.READY, State.SILENT, State.FAILED, State.WAITING}
        ),
        State.SILENT: frozenset({State.WAITING}),
        State.FAILED: frozenset({State.WAITING}),
    }

    digest = models.CharField(max_length=64, unique=True, editable=False)
    """SHA-256 of `recipe` as canonical JSON: see ``scenes.recipes``."""

    recipe = models.JSONField()
    """Voice, motion, words, emotion, and the ladder of voices."""

    performance = models.JSONField(null=True, blank=True)
    """Of one seat, ``a``; null: not made, or nothing in it can be said."""

    sound = models.CharField(max_length=80, blank=True)
    """Blob; empty: nothing is heard."""

    seconds = models.FloatField(null=True, blank=True)
    voice = models.CharField(max_length=60, blank=True)
    """Alias of the engine that spoke."""

    error = models.CharField(max_length=300, blank=True)
    """Why it is silent or failed."""

    state = models.CharField(max_length=16, choices=State, default=State.WAITING)

    wanted = models.BooleanField(default=False)
    """Somebody waits for it; else it is made ahead, when nobody waits."""

    queued_at = models.DateTimeField(default=timezone.now)
    fence = models.PositiveIntegerField(default=0)
    """Counts claims; only the holder of the newest may write a result."""

    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=80, blank=True)
    used = models.DateTimeField(default=timezone.now)
    """When somebody asked for it last, to the day."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["-wanted", "queued_at", "id"],
                name="take_line",
                condition=Q(state="waiting"),
            ),
            models.Index(
                fields=["leased_until"],
                name="take_leases",
                condition=Q(state="making"),
            ),
            models.Index(fields=["used"], name="take_used"),
            models.Index(fields=["sound"], name="take_sound"),
        ]
        constraints = [
            models.CheckConstraint(
                name="take_state_known",
                condition=Q(
                    state__in=["waiting", "making", "ready", "silent", "failed"]
                ),
            )
        ]

    def __str__(self) -> str:
        return f"Take {self.digest[:12]} ({self.state})"

    @property
    def made(self) -> bool:
        return self.state in {self.State.READY, self.State.SILENT}

    def as_performance(self) -> Performance | None:
        return None if not self.performance else Performance.from_json(self.performance)


class TakeUseQuerySet(models.QuerySet["TakeUse"]):
    def on_stage(self) -> TakeUseQuerySet:
        """Screened, and neither scene nor character is taken down or gone."""
        return self.filter(
            verdict=TakeUse.Verdict.PASSED,
            scene__withheld="",
            scene__removed__isnull=True,
            character__withheld="",
            character__removed__isnull=True,
        )

    def visible_to(self, viewer: Viewer) -> TakeUseQuerySet:
        seen = Scene.objects.visible_to(viewer)
        return self.on_stage().filter(scene__in=seen.values("pk"))


class TakeUse(models.Model):
    """A character says it in a scene. Words are judged beside who says them, so each of
    these has a verdict of its own."""

    class Verdict(models.TextChoices):
        OPEN = "", "Not screened yet"
        PASSED = "passed", "May be said"
        REFUSED = "refused", "May not be said"

    take = models.ForeignKey(LineTake, models.CASCADE, related_name="uses")
    scene = models.ForeignKey(Scene, models.CASCADE, related_name="take_uses")
    character = models.ForeignKey(Character, models.CASCADE, related_name="take_uses")
    verdict = models.CharField(
        max_length=8, choices=Verdict, default="", blank=True, editable=False
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(TakeUseQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["take", "scene", "character"], name="take_use_once"
            )
        ]

    def __str__(self) -> str:
        return f"Take {self.take_id} in scene {self.scene_id}"

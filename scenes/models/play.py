"""Somebody plays a scene: a log on the version that it began with, and who is cast."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from scenes.models.story import Scene, SceneVersion
from socialapp.characters.models import Character
from socialapp.lib.ids import new_key


class Play(models.Model):
    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="plays"
    )
    scene = models.ForeignKey(Scene, models.CASCADE, related_name="plays")
    version = models.ForeignKey(SceneVersion, models.CASCADE, related_name="plays")
    slot = models.PositiveSmallIntegerField(default=0)
    """0: saves itself at each choice. 1 and more: a copy that the player keeps."""

    name = models.CharField(max_length=60, blank=True)
    """Of a kept copy."""

    rev = models.PositiveIntegerField(default=1)
    """Grows with each save; who saves names the one that they went on from."""

    seed = models.PositiveBigIntegerField(default=0)
    language = models.CharField(max_length=35, blank=True)
    snapshot = models.JSONField(default=dict)
    """As in docs/scenes.md: the log and where it led."""

    choices = models.PositiveIntegerField(default=0)
    """Taken so far."""

    ending = models.CharField(max_length=64, blank=True)
    """Id of the final state that it came to; empty: it goes on."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(default=timezone.now, editable=False)
    removed = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-changed"], name="play_person"),
            models.Index(fields=["version"], name="play_version"),
        ]

    def __str__(self) -> str:
        return f"Play {self.key} of {self.scene_id}"


class PlayRole(models.Model):
    """Who plays a role; null: the character is gone, and the name stays."""

    play = models.ForeignKey(Play, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=64)
    character = models.ForeignKey(
        Character, models.SET_NULL, related_name="scene_roles", null=True, blank=True
    )
    name = models.CharField(max_length=50)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["play", "role"], name="play_role_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} as {self.role}"

"""How a scene was played: who came how far, and how many took which choice.

What a person chose is kept apart from how many did: when the person leaves, their row
goes and the numbers stay.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from scenes.models.story import Scene, SceneVersion


class ScenePlayer(models.Model):
    """Somebody has played a scene, however often: what was counted of them already."""

    scene = models.ForeignKey(Scene, models.CASCADE, related_name="players")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="scenes_played"
    )
    begun = models.DateTimeField(default=timezone.now, editable=False)
    finished = models.DateTimeField(null=True, blank=True, editable=False)
    """When they first came to an ending."""

    chosen = models.JSONField(default=dict, blank=True)
    """By the number of a version: the choices taken in it, as ``state.choice``."""

    ended = models.JSONField(default=dict, blank=True)
    """By the number of a version: the endings come to in it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scene", "person"], name="scene_player_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} played scene {self.scene_id}"


class ChoiceCount(models.Model):
    """How many people took a choice in a version, each once."""

    version = models.ForeignKey(
        SceneVersion, models.CASCADE, related_name="choice_counts"
    )
    state = models.CharField(max_length=64)
    choice = models.CharField(max_length=64)
    people = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "state", "choice"], name="choice_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.people} chose {self.state}.{self.choice}"


class EndingCount(models.Model):
    """How many people came to an ending in a version, each once."""

    version = models.ForeignKey(
        SceneVersion, models.CASCADE, related_name="ending_counts"
    )
    state = models.CharField(max_length=64)
    people = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "state"], name="ending_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.people} came to {self.state}"


class EndingFound(models.Model):
    """An ending that somebody has seen, in whichever version."""

    scene = models.ForeignKey(Scene, models.CASCADE, related_name="endings_found")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="endings_found"
    )
    ending = models.CharField(max_length=64)
    """Id of the final state."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "scene", "ending"], name="ending_found_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} found {self.ending}"

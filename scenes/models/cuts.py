"""A clip of what somebody played."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from avatarfx.models import Clip
from scenes.models.play import Play
from scenes.models.story import Scene, SceneVersion


class SceneCut(models.Model):
    """The recipe of the clip names the scene too."""

    clip = models.OneToOneField(
        Clip, models.CASCADE, related_name="scene_cut", primary_key=True
    )
    play = models.ForeignKey(
        Play, models.SET_NULL, related_name="cuts", null=True, blank=True
    )
    """Null: the player deleted it."""

    scene = models.ForeignKey(
        Scene, models.SET_NULL, related_name="cuts", null=True, blank=True
    )
    version = models.ForeignKey(
        SceneVersion, models.SET_NULL, related_name="cuts", null=True, blank=True
    )
    ending = models.CharField(max_length=64, blank=True)
    """Id of the final state that it shows; empty: it ends before one."""

    start = models.PositiveIntegerField()
    """Number of its first beat in the play."""

    end = models.PositiveIntegerField()
    """Of the first one that is not in it any more."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"Clip {self.clip_id} of a play of scene {self.scene_id}"

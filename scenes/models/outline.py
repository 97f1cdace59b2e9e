"""What lists and posters say of a version, so that they need not read the document."""

from __future__ import annotations

from django.db import models

from scenes.models.story import SceneVersion


class SceneOutline(models.Model):
    """Made of the document, and made again from it whenever it is missing."""

    version = models.OneToOneField(
        SceneVersion, models.CASCADE, primary_key=True, related_name="outline"
    )
    background = models.CharField(max_length=100, blank=True)
    """Of the first state, by its name in the document; empty: it has none."""

    player = models.TextField(blank=True)
    """Who the player is in it."""

    roles = models.JSONField(default=list)
    """``{id, label, suits}`` of each, in the author's order."""

    endings = models.JSONField(default=list)
    """``{id, title, mood}`` of each, in the author's order."""

    def __str__(self) -> str:
        return f"Outline of version {self.version_id}"

"""Scenes: the stories and their versions, the plays of them, and their voices."""

from scenes.models.cuts import SceneCut
from scenes.models.play import Play, PlayRole
from scenes.models.story import Scene, SceneQuerySet, SceneVersion
from scenes.models.takes import LineTake, TakeUse, TakeUseQuerySet

__all__ = [
    "LineTake",
    "Play",
    "PlayRole",
    "Scene",
    "SceneCut",
    "SceneQuerySet",
    "SceneVersion",
    "TakeUse",
    "TakeUseQuerySet",
]

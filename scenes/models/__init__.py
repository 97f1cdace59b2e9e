"""Scenes: the stories and their versions, and the plays of them."""

from scenes.models.improv import ImprovTurn
from scenes.models.play import Play, PlayRole
from scenes.models.story import Scene, SceneQuerySet, SceneVersion

__all__ = [
    "ImprovTurn",
    "Play",
    "PlayRole",
    "Scene",
    "SceneQuerySet",
    "SceneVersion",
]

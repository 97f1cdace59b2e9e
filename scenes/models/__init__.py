"""Scenes: the stories and their versions, the plays of them, and what they are set in."""

from scenes.models.assets import SceneAsset, SceneAssetQuerySet, versions_with
from scenes.models.play import Play, PlayRole
from scenes.models.story import Scene, SceneQuerySet, SceneVersion

__all__ = [
    "Play",
    "PlayRole",
    "Scene",
    "SceneAsset",
    "SceneAssetQuerySet",
    "SceneQuerySet",
    "SceneVersion",
    "versions_with",
]

"""Scenes: the stories and their versions, and the plays of them."""

from scenes.models.company import Company, CompanySeat, CompanyVote
from scenes.models.improv import ImprovTurn
from scenes.models.play import Play, PlayRole
from scenes.models.story import Scene, SceneQuerySet, SceneVersion

__all__ = [
    "Company",
    "CompanySeat",
    "CompanyVote",
    "ImprovTurn",
    "Play",
    "PlayRole",
    "Scene",
    "SceneQuerySet",
    "SceneVersion",
]

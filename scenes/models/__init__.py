"""Scenes: the stories and their versions, the plays of them, and what they are set in."""

from scenes.models.assets import SceneAsset, SceneAssetQuerySet, versions_with
from scenes.models.audience import SceneComment, SceneLike, SceneRating, SceneStat
from scenes.models.company import Company, CompanySeat, CompanyVote
from scenes.models.counts import ChoiceCount, EndingCount, EndingFound, ScenePlayer
from scenes.models.improv import ImprovTurn
from scenes.models.outline import SceneOutline
from scenes.models.play import Play, PlayRole
from scenes.models.story import Scene, SceneQuerySet, SceneVersion

__all__ = [
    "ChoiceCount",
    "Company",
    "CompanySeat",
    "CompanyVote",
    "EndingCount",
    "EndingFound",
    "ImprovTurn",
    "Play",
    "PlayRole",
    "Scene",
    "SceneAsset",
    "SceneAssetQuerySet",
    "SceneComment",
    "SceneLike",
    "SceneOutline",
    "ScenePlayer",
    "SceneQuerySet",
    "SceneRating",
    "SceneStat",
    "SceneVersion",
    "versions_with",
]

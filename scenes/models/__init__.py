"""Scenes: the stories and their versions, plays, assets and voices."""

from scenes.models.assets import SceneAsset, SceneAssetQuerySet, versions_with
from scenes.models.audience import SceneComment, SceneLike, SceneRating, SceneStat
from scenes.models.company import Company, CompanySeat, CompanyVote
from scenes.models.counts import ChoiceCount, EndingCount, EndingFound, ScenePlayer
from scenes.models.cuts import SceneCut
from scenes.models.improv import ImprovTurn
from scenes.models.outline import SceneOutline
from scenes.models.play import Play, PlayRole
from scenes.models.story import Scene, SceneQuerySet, SceneVersion
from scenes.models.takes import LineTake, TakeUse, TakeUseQuerySet

__all__ = [
    "ChoiceCount",
    "Company",
    "CompanySeat",
    "CompanyVote",
    "EndingCount",
    "EndingFound",
    "ImprovTurn",
    "LineTake",
    "Play",
    "PlayRole",
    "Scene",
    "SceneAsset",
    "SceneAssetQuerySet",
    "SceneComment",
    "SceneCut",
    "SceneLike",
    "SceneOutline",
    "ScenePlayer",
    "SceneQuerySet",
    "SceneRating",
    "SceneStat",
    "SceneVersion",
    "TakeUse",
    "TakeUseQuerySet",
    "versions_with",
]

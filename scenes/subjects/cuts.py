"""Clips of plays go with the scene that they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation import subjects
from scenes.models import SceneCut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenes.models import Scene


def register() -> None:
    subjects.add_descendants("scene", _cut_from)


def _cut_from(scene: Scene) -> Iterator[tuple[str, Any]]:
    """What was taken off the stage is not shown as a clip either."""
    cuts = SceneCut.objects.filter(scene=scene).select_related("clip__owner")
    return (("clip", cut.clip) for cut in cuts)

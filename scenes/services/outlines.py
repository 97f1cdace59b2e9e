"""Outlines of versions: written when one is published, and again where one is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.machine import read_scene
from scenes.models import SceneOutline, SceneVersion
from scenes.selectors.outlines import outline_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scenes.machine.model import Scene


def keep_outline(*, version: SceneVersion, scene: Scene | None = None) -> SceneOutline:
    """`scene`: the document of the version as it was read already, if it was. A second
    call writes the same again."""
    document = scene or read_scene(version.document)
    made, _ = SceneOutline.objects.update_or_create(
        version=version, defaults=outline_of(document)
    )
    return made


def outlines_of(*, versions: Iterable[SceneVersion]) -> dict[int, SceneOutline]:
    """By the id of the version; those that were never written are now."""
    wanted = {version.pk: version for version in versions}
    found = SceneOutline.objects.in_bulk(list(wanted))
    for pk in wanted.keys() - found.keys():
        found[pk] = keep_outline(version=wanted[pk])
    return found

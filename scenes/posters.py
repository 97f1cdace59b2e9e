"""Scenes as they hang in lists, with what their outlines say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.selectors.backdrops import backdrop_url
from scenes.selectors.browsing import endings_found
from scenes.services.outlines import outlines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scenes.models import Scene, SceneOutline
    from scenes.models.story import Viewer


@dataclass(frozen=True, slots=True)
class Poster:
    """A scene as it hangs in a list."""

    scene: Scene
    backdrop: str
    roles: int
    endings: int
    found: int
    """Of the endings, how many the viewer has seen."""


def posters(scenes: Iterable[Scene], viewer: Viewer) -> list[Poster]:
    """Two queries, however many there are."""
    shown = list(scenes)
    outlines = outlines_of(versions=[one.version for one in shown if one.version])
    found = endings_found(viewer, shown)
    return [_poster(one, outlines.get(one.version_id or 0), found) for one in shown]


def _poster(
    scene: Scene, outline: SceneOutline | None, found: Mapping[int, int]
) -> Poster:
    endings = len(outline.endings) if outline else 0
    return Poster(
        scene,
        backdrop_url(outline.background if outline else ""),
        len(outline.roles) if outline else 0,
        endings,
        min(found.get(scene.pk, 0), endings),
    )

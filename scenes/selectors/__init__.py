"""What pages and the API read of scenes."""

from scenes.selectors.stories import (
    Ancestor,
    Wanted,
    ancestry,
    plays_of,
    scene_for,
    scenes_for,
    version_for,
    versions_for,
)

__all__ = [
    "Ancestor",
    "Wanted",
    "ancestry",
    "plays_of",
    "scene_for",
    "scenes_for",
    "version_for",
    "versions_for",
]

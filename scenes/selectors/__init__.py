"""What pages and the API read of scenes."""

from scenes.selectors.stories import (
    Ancestor,
    Draft,
    Wanted,
    ancestry,
    draft_of,
    plays_of,
    scene_for,
    scenes_for,
    version_for,
    versions_for,
)

__all__ = [
    "Ancestor",
    "Draft",
    "Wanted",
    "ancestry",
    "draft_of",
    "plays_of",
    "scene_for",
    "scenes_for",
    "version_for",
    "versions_for",
]

"""Of which plays a person made clips, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.models import SceneCut
from socialapp.accounts.exports import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def scene_clips(user: User) -> Iterator[File]:
    mine = SceneCut.objects.filter(clip__owner=user).order_by("created")
    rows = mine.values(
        "clip__key", "scene__key", "version__number", "play__key", "ending", "start",
        "end", "created",
    )  # fmt: skip
    yield as_json(
        "scene_clips.json",
        [
            {
                "clip": row["clip__key"],
                "scene": row["scene__key"],
                "version": row["version__number"],
                "play": row["play__key"],
                "ending": row["ending"],
                "beats": [row["start"], row["end"]],
                "created": row["created"],
            }
            for row in rows
        ],
    )

"""What a person gave scenes and found in them, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.models import EndingFound, SceneComment, SceneLike, ScenePlayer, SceneRating
from socialapp.accounts.exports import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def audience(user: User) -> Iterator[File]:
    likes = SceneLike.objects.filter(person=user).order_by("created")
    stars = SceneRating.objects.filter(person=user).order_by("created")
    comments = SceneComment.objects.filter(person=user).order_by("created")
    found = EndingFound.objects.filter(person=user).order_by("created")
    played = ScenePlayer.objects.filter(person=user).order_by("begun")
    yield as_json(
        "scene_audience.json",
        {
            "likes": list(likes.values("scene__key", "created")),
            "ratings": list(stars.values("scene__key", "stars", "created", "changed")),
            "comments": list(
                comments.values("scene__key", "text", "approval", "withheld", "created")
            ),
            "endings": list(found.values("scene__key", "ending", "created")),
            "played": list(
                played.values("scene__key", "begun", "finished", "chosen", "ended")
            ),
        },
    )

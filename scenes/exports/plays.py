"""What a person improvised and whom they played with, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.models import Company, CompanySeat, ImprovTurn
from socialapp.accounts.exports import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def played(user: User) -> Iterator[File]:
    """Plays themselves are with the scenes."""
    turns = ImprovTurn.objects.filter(play__person=user).order_by("pk")
    hosted = Company.objects.filter(host=user).order_by("created")
    seats = CompanySeat.objects.filter(person=user).order_by("joined")
    yield as_json(
        "playing.json",
        {
            "improvised": list(
                turns.values(
                    "play__key", "state", "role", "heard", "said", "emotion", "created"
                )
            ),
            "hosted": list(hosted.values("key", "play__key", "open", "created")),
            "seats": list(
                seats.values("company__key", "joined", "left", "vote__choice")
            ),
        },
    )

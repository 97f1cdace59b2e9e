"""Conversations and personas, for a person's own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.accounts.exports import as_json
from socialapp.chat import selectors
from socialapp.chat.models import Conversation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def conversations(user: User) -> Iterator[File]:
    """Every branch of every conversation, as their own export gives them."""
    mine = Conversation.objects.of(user).full().order_by("created", "pk")
    yield as_json(
        "conversations.json", [selectors.as_archive(one) for one in mine.iterator(50)]
    )
    yield as_json(
        "personas.json",
        [
            {"name": one.name, "about": one.about, "created": one.created}
            for one in selectors.personas_of(user)
        ],
    )

"""Conversations and personas, for a person's own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.accounts.exports import as_json
from socialapp.chat import archives, selectors
from socialapp.chat.models import Invitation, Participant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def conversations(user: User) -> Iterator[File]:
    """Every branch of every conversation, as far as they were there, and what others let
    them know."""
    seats = Participant.objects.filter(person=user).select_related(
        "conversation__owner", "conversation__persona"
    )
    yield as_json(
        "conversations.json",
        [
            archives.as_archive(seat.conversation, seat)
            for seat in seats.order_by("joined", "pk").iterator(50)
        ],
    )
    asked = Invitation.objects.filter(guest=user).select_related("conversation__owner")
    yield as_json(
        "invitations.json",
        [
            {
                "from": one.conversation.owner.username,
                "created": one.created,
                "expires": one.expires,
                "answer": one.answer,
            }
            for one in asked.order_by("pk")
        ],
    )
    yield as_json(
        "personas.json",
        [
            {"name": one.name, "about": one.about, "created": one.created}
            for one in selectors.personas_of(user)
        ],
    )

"""Chats between people who keep apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from socialapp.accounts import keeping_apart
from socialapp.chat import selectors, services
from socialapp.chat.errors import ChatError
from socialapp.chat.models import Conversation, Invitation

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.parametrize("blocker", ["bob", "mallory"])
def test_neither_asks_the_other_into_a_chat(
    conversation: Conversation, bob: User, mallory: User, blocker: str
) -> None:
    asked = services.invite_person(
        conversation=conversation, person=bob, handle="mallory"
    )
    pair = (bob, mallory) if blocker == "bob" else (mallory, bob)
    keeping_apart.block(person=pair[0], whom=pair[1])
    asked.refresh_from_db()
    assert asked.answer == Invitation.Answer.REVOKED
    assert selectors.invitations_to(mallory) == []
    words = "You blocked @mallory" if blocker == "bob" else "There is nobody called"
    with pytest.raises(ChatError, match=words):
        services.invite_person(conversation=conversation, person=bob, handle="mallory")


def test_a_link_lets_nobody_in_to_whom_they_keep_apart_from(
    conversation: Conversation, bob: User, mallory: User, client_of: ClientOf
) -> None:
    link = services.invite_by_link(conversation=conversation, person=bob)
    keeping_apart.block(person=bob, whom=mallory)
    with pytest.raises(ChatError, match="not open to you"):
        services.accept_invitation(invitation=link, person=mallory)
    assert client_of(mallory).get(link.get_absolute_url()).status_code == 404
    api = f"/api/v1/invitations/{link.key}/accept/"
    assert client_of(mallory).post(api).status_code == 404


def test_in_a_room_that_both_share_the_words_of_the_blocked_are_folded(
    conversation: Conversation, bob: User, mallory: User, client_of: ClientOf
) -> None:
    link = services.invite_by_link(conversation=conversation, person=bob)
    seat = services.accept_invitation(invitation=link, person=mallory)
    services.send_message(
        conversation=conversation, person=mallory, text="Quillfish for everybody."
    )
    keeping_apart.block(person=bob, whom=mallory)
    url = conversation.get_absolute_url()
    page = client_of(bob).get(url).content.decode()
    assert "A line of somebody you keep away" in page
    theirs = client_of(mallory).get(url).content.decode()
    assert "A line of somebody you keep away" not in theirs
    api = f"/api/v1/conversations/{conversation.key}/messages/"
    assert [one["folded"] for one in client_of(bob).get(api).json()][-1]
    assert not [one["folded"] for one in client_of(mallory).get(api).json()][-1]
    assert selectors.search(bob, "Quillfish") == []
    assert selectors.hearing(bob, conversation.key) == (0, frozenset({seat.pk}))


def test_a_character_of_a_blocked_person_is_not_talked_to(
    conversation: Conversation, alice: User, bob: User
) -> None:
    keeping_apart.block(person=alice, whom=bob)
    hob = conversation.participants.get(character__isnull=False)
    assert not selectors.can_speak(hob, bob)
    assert hob.character is not None
    with pytest.raises(ChatError):
        services.start(person=bob, character=hob.character)

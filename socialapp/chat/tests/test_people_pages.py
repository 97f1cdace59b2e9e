"""Asking people in and going, on pages and over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from socialapp.chat import services
from socialapp.chat.models import Conversation, Invitation, Participant

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.chat.tests.players import Player

pytestmark = pytest.mark.django_db

API = "/api/v1/conversations"


def test_a_link_is_made_opened_and_used(
    conversation: Conversation, bob: User, mallory: User, client_of: ClientOf
) -> None:
    host, guest = client_of(bob), client_of(mallory)
    host.post(f"/chats/{conversation.key}/invite/", {"do": "link", "hours": "48"})
    link = Invitation.objects.get()
    url = link.get_absolute_url()
    assert (
        f"http://testserver{url}"
        in host.get(f"/chats/{conversation.key}/").content.decode()
    )
    page = guest.get(url).content.decode()
    assert "Bob asks you into a chat" in page
    assert "nothing of before" in page
    assert "I am Hob." not in page
    there = guest.post(f"{url}answer/", {"come": "1"})["Location"]
    assert there == f"/chats/{conversation.key}/"
    shown = guest.get(there).content.decode()
    assert "All of this is made up" in shown
    assert "I am Hob." not in shown
    assert "Ask people in" not in shown
    assert "You are in already" in guest.get(url).content.decode()
    services.revoke_invitation(invitation=link, person=bob)
    services.leave(conversation=conversation, person=mallory)
    assert guest.get(url).status_code == 410
    assert guest.get(there).status_code == 404


def test_an_invitation_by_name_stands_among_the_chats_of_that_person_alone(
    conversation: Conversation,
    bob: User,
    alice: User,
    mallory: User,
    client_of: ClientOf,
) -> None:
    client_of(bob).post(
        f"/chats/{conversation.key}/invite/", {"do": "person", "handle": "alice"}
    )
    asked = Invitation.objects.get()
    guest = client_of(alice)
    assert "Bob asks you into a chat" in guest.get("/chats/").content.decode()
    assert client_of(mallory).get(asked.get_absolute_url()).status_code == 404
    guest.post(f"{asked.get_absolute_url()}answer/", {"come": "0"})
    assert "asks you" not in guest.get("/chats/").content.decode()


def test_a_guest_sees_no_tools_of_the_owner_and_cannot_use_them(
    conversation: Conversation,
    bob: User,
    mallory: User,
    client_of: ClientOf,
    speaks: Callable[..., Player],
) -> None:
    speaks(["Flat."])
    link = services.invite_by_link(conversation=conversation, person=bob)
    services.accept_invitation(invitation=link, person=mallory)
    guest, url = client_of(mallory), f"/chats/{conversation.key}/"
    guest.post(f"{url}say/", {"text": "Hello, all."})
    assert conversation.messages.filter(author__person=mallory).exists()
    page = client_of(bob).get(url).content.decode()
    assert "Mallory<span" in page
    assert "Send Mallory away" in page
    page = guest.get(url).content.decode()
    for words in ("Rewind to here", "Branch off", "Delete", "Send Bob away"):
        assert words not in page
    json = {"Accept": "application/json"}
    for path, fields in (
        ("remove/", {}),
        ("change/", {"title": "Mine"}),
        ("invite/", {"do": "link"}),
        ("people/", {"do": "send-away", "seat": str(_seat(conversation, bob).pk)}),
    ):
        answer = guest.post(f"{url}{path}", fields, headers=json)
        assert answer.status_code == 403, path
        assert "Only Bob" in answer.json()["detail"]
    answer = guest.post(f"{url}people/", {"do": "leave"}, headers=json)
    assert answer.json() == {"go": "/chats/"}


def _seat(conversation: Conversation, person: User) -> Participant:
    return conversation.participants.get(person=person)


def test_people_over_the_api(
    conversation: Conversation, bob: User, mallory: User, client_of: ClientOf
) -> None:
    host, guest = client_of(bob), client_of(mallory)
    url = f"{API}/{conversation.key}"
    made = host.post(
        f"{url}/invitations/", {"handle": "mallory"}, content_type="application/json"
    )
    assert made.status_code == 201
    assert made.json()["handle"] == "mallory"
    (asked,) = guest.get("/api/v1/invitations/").json()
    assert asked["sender"] == "bob"
    came = guest.post(f"/api/v1/invitations/{asked['key']}/accept/")
    assert came.status_code == 201
    body = came.json()
    assert (body["owner"], body["head"], body["persona"]) == ("bob", None, None)
    assert [(p["name"], p["mine"]) for p in body["participants"]] == [
        ("Bob", False),
        ("Hob", False),
        ("Mallory", True),
    ]
    assert guest.get(f"{url}/messages/").json() == []
    refused = guest.post(f"{url}/invitations/", {}, content_type="application/json")
    assert refused.status_code == 403
    shared = guest.put(
        f"{url}/sharing/", {"shares": True}, content_type="application/json"
    )
    assert shared.status_code == 204
    seat = _seat(conversation, mallory)
    assert seat.shares
    assert (
        guest.delete(f"{url}/people/{_seat(conversation, bob).pk}/").status_code == 403
    )
    assert host.delete(f"{url}/people/{seat.pk}/").status_code == 204
    assert guest.get(f"{url}/").status_code == 404
    link = host.post(f"{url}/invitations/", {}, content_type="application/json").json()
    assert link["handle"] is None
    assert host.delete(f"{url}/invitations/{link['key']}/").status_code == 204
    refused = guest.post(f"/api/v1/invitations/{link['key']}/accept/")
    assert refused.status_code == 400

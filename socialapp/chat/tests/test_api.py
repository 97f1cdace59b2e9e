"""Conversations over HTTP: the same rules, told to programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from socialapp.chat.models import Conversation, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character
    from socialapp.chat.tests.players import Player

pytestmark = pytest.mark.django_db

KIND = "application/json"


@pytest.fixture
def api(bob: User, client_of: ClientOf) -> Client:
    return client_of(bob)


def made(answer: Any, status: int = 201) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def test_a_conversation_from_the_first_word_to_the_last(
    api: Client, hob: Character, speaks: Callable[..., Player]
) -> None:
    speaks(["Flat."], ["Rough."], ["Seven."])
    persona = made(api.post("/api/v1/personas/", {"name": "Wren"}, KIND))
    begun = made(
        api.post(
            "/api/v1/conversations/",
            {"characters": [hob.key], "persona": persona["key"]},
            KIND,
        )
    )
    assert [one["name"] for one in begun["participants"]] == ["Bob", "Hob"]
    base = f"/api/v1/conversations/{begun['key']}/"
    once = {"Idempotency-Key": "abc"}
    ask = {"text": "How is the sea? I hate mint tea."}
    said = made(api.post(f"{base}messages/", ask, KIND, headers=once))
    again = made(api.post(f"{base}messages/", ask, KIND, headers=once))
    assert again == said
    assert said["replies"][0]["text"] == "Flat."
    assert said["replies"][0]["ai_generated"] is True
    path = made(api.get(f"{base}messages/"), 200)
    assert [one["text"] for one in path] == ["I am Hob.", ask["text"], "Flat."]
    reply = f"/api/v1/messages/{said['replies'][0]['key']}/"
    other = made(api.post(f"{reply}alternatives/"))["replies"][0]
    assert len(made(api.get(f"{reply}alternatives/"), 200)) == 2
    made(api.post(f"{reply}choose/"), 200)
    assert made(api.get(base), 200)["head"] == said["replies"][0]["key"]
    mine = f"/api/v1/messages/{said['message']['key']}/"
    new = made(api.patch(mine, {"text": "How many gulls?"}, KIND), 200)
    assert new["replies"][0]["text"] == "Seven."
    assert made(api.patch(reply, {"pinned": True}, KIND), 200)["message"]["pinned"]
    made(api.post(f"/api/v1/messages/{other['key']}/rewind/"), 200)
    (fact,) = made(api.get(f"{base}facts/"), 200)
    assert fact["message"] == said["message"]["key"]
    where = f"/api/v1/facts/{fact['key']}/"
    assert made(api.patch(where, {"text": "Tea."}, KIND), 200)["text"] == "Tea."
    made(api.delete(where), 204)
    made(api.post(f"{base}facts/", {"text": "Wren climbs."}, KIND))
    spoken = made(api.post(f"{reply}speech/", {"n": 0}, KIND), 200)
    assert spoken["performance"]["format"] == "performance"
    branch = made(api.post(f"{reply}branch/"))
    assert branch["key"] != begun["key"]
    assert len(made(api.get(f"{base}export/"), 200)["messages"]) == 6
    made(api.patch(base, {"title": "At sea", "persona": None}, KIND), 200)
    listed = made(api.get("/api/v1/conversations/"), 200)["results"]
    assert {one["title"] for one in listed} >= {"At sea"}
    made(api.delete(base), 204)
    assert Conversation.objects.count() == 1


def test_a_crisis_and_a_refusal_have_names(
    api: Client, conversation: Conversation
) -> None:
    url = f"/api/v1/conversations/{conversation.key}/messages/"
    care = made(api.post(url, {"text": "I want to kill myself."}, KIND), 422)
    assert care["type"] == "urn:troupe:care"
    assert care["screening"]["help"]
    threat = "I know where you live, and I will find you and kill you."
    refused = made(api.post(url, {"text": threat}, KIND), 422)
    assert refused["type"] == "urn:troupe:text-refused"
    long = made(api.post(url, {"text": "a" * 2500}, KIND), 400)
    assert long["type"] == "urn:troupe:chat-refused"
    assert Message.objects.count() == 1


def test_others_find_nothing(
    conversation: Conversation, alice: User, client_of: ClientOf
) -> None:
    other = client_of(alice)
    greeting = Message.objects.get()
    for url in (
        f"/api/v1/conversations/{conversation.key}/",
        f"/api/v1/conversations/{conversation.key}/messages/",
        f"/api/v1/messages/{greeting.key}/alternatives/",
    ):
        made(other.get(url), 404)
    assert made(other.get("/api/v1/conversations/"), 200)["results"] == []

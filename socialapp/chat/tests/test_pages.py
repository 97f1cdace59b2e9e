"""Pages and sockets of conversations, with and without scripts."""

from __future__ import annotations

import base64
import datetime as dt
from typing import TYPE_CHECKING, Any, cast

import pytest
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from django.test import Client
from django.utils import timezone

from moderation.services import decide_case, report_subject
from socialapp.accounts.models import User
from socialapp.chat.models import Conversation, Fact, Message, Participant
from socialapp.chat.routing import websocket_urlpatterns
from socialapp.chat.services import news
from tests.sockets import Socket

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import ClientOf
    from socialapp.characters.models import Character
    from socialapp.chat.tests.players import Player

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture
def browser(bob: User, client_of: ClientOf) -> Client:
    return client_of(bob)


def test_talk_opens_where_one_left_off_or_a_new_one(
    browser: Client, bob: User, hob: Character
) -> None:
    url = f"/c/{hob.key}/talk/"
    first = browser.post(url)["Location"]
    assert browser.post(url)["Location"] == first
    assert browser.post(url, {"new": "1"})["Location"] != first
    page = browser.get(first).content.decode()
    assert "I am Hob." in page
    assert "All of this is made up" in page


def test_a_stranger_is_sent_to_the_door(hob: Character) -> None:
    answer = Client().post(f"/c/{hob.key}/talk/")
    assert answer["Location"].startswith("/accounts/login/")
    assert 'aria-label="Talk to Hob"' in Client().get(f"/c/{hob.key}/").content.decode()


def test_people_under_18_are_told_why_and_where_to_go(
    hob: Character, client_of: ClientOf
) -> None:
    teen = User.objects.create_user(
        username="tim",
        email="tim@example.com",
        password=None,
        birth_date=timezone.now().date() - dt.timedelta(days=15 * 366),
    )
    client = client_of(teen)
    for answer in (client.get("/chats/"), client.post(f"/c/{hob.key}/talk/")):
        assert answer.status_code == 403
        assert "18 and over" in answer.content.decode()
    assert not Conversation.objects.exists()
    assert "Talk to" not in client.get(f"/c/{hob.key}/").content.decode()


def test_a_line_is_answered_and_both_are_on_the_page(
    browser: Client, conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["The sea is flat. <b>Bring</b> a lamp."])
    answer = browser.post(
        f"/chats/{conversation.key}/say/",
        {"text": "How is the <i>sea</i>?", "once": "a"},
        headers=JSON,
    )
    data = answer.json()
    assert data["replies"][0]["ai_generated"] is True
    assert data["message"]["ai_generated"] is False
    page = browser.get(conversation.get_absolute_url()).content.decode()
    assert "How is the &lt;i&gt;sea&lt;/i&gt;?" in page
    assert "The sea is flat." in page
    assert "<b>Bring" not in page


def test_without_a_script_a_form_does_the_same(
    browser: Client, conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["Flat."])
    back = conversation.get_absolute_url()
    say = f"/chats/{conversation.key}/say/"
    assert browser.post(say, {"text": "How is it?"})["Location"] == back
    refused = browser.post(say, {"text": " ", "back": back}, follow=True)
    assert "The message is empty" in refused.content.decode()
    care = browser.post(say, {"text": "I want to kill myself.", "back": back})
    assert "988" in care.content.decode()
    away = browser.post(say, {"text": "", "back": "https://evil.example/"})
    assert away["Location"] == "/chats/"


def test_a_refusal_says_why_and_a_crisis_shows_the_card(
    browser: Client, conversation: Conversation
) -> None:
    say = f"/chats/{conversation.key}/say/"
    threat = "I know where you live, and I will find you and kill you."
    for text, status, action in (
        (threat, 422, "block"),
        ("I want to kill myself.", 422, "crisis"),
    ):
        answer = browser.post(say, {"text": text}, headers=JSON)
        assert answer.status_code == status
        assert answer.json()["screening"]["action"] == action
    assert browser.post(say, {"text": ""}, headers=JSON).status_code == 422
    asked = browser.post(f"/chats/{conversation.key}/review/", {"text": threat})
    assert asked.status_code == 201


def test_every_button_of_a_line_works(
    browser: Client, conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["Flat."], ["Rough."], ["Seven."])
    key = conversation.key
    browser.post(f"/chats/{key}/say/", {"text": "How is the sea?"})
    first = Message.objects.get(text="Flat.")
    asked = Message.objects.get(text="How is the sea?")
    browser.post(f"/said/{first.key}/another/")
    second = Message.objects.get(text="Rough.")
    assert second.parent == first.parent
    browser.post(f"/said/{second.key}/choose/", {"n": "1"})
    assert Conversation.objects.get().head == first
    browser.post(f"/said/{first.key}/choose/", {"n": "99"})
    assert Conversation.objects.get().head == second
    browser.post(f"/said/{second.key}/pin/", {"pinned": "1"})
    assert Message.objects.get(pinned=True) == second
    browser.post(f"/said/{asked.key}/rewind/")
    assert Conversation.objects.get().head == asked
    browser.post(f"/chats/{key}/answer/")
    browser.post(f"/said/{asked.key}/edit/", {"text": "How many gulls?"})
    assert Message.objects.filter(
        text="Seven.", parent__text="How many gulls?"
    ).exists()
    went = browser.post(f"/said/{first.key}/branch/", headers=JSON).json()["go"]
    assert went != conversation.get_absolute_url()
    assert browser.get(went).status_code == 200


def test_memory_is_changed_on_the_page(
    browser: Client, conversation: Conversation
) -> None:
    browser.post(f"/chats/{conversation.key}/remember/", {"text": "Wren climbs."})
    fact = Fact.objects.get()
    browser.post(f"/facts/{fact.key}/", {"text": "Wren dives."})
    assert (
        "Wren dives." in browser.get(conversation.get_absolute_url()).content.decode()
    )
    browser.post(f"/facts/{fact.key}/", {"forget": "1"})
    page = browser.get(conversation.get_absolute_url()).content.decode()
    assert "Wren dives." not in page


def test_a_spoken_line_comes_with_its_sound(
    browser: Client, conversation: Conversation
) -> None:
    greeting = Message.objects.get()
    data = browser.post(f"/said/{greeting.key}/speech/", {"n": "0"}).json()
    assert base64.b64decode(data["sound"]).startswith(b"RIFF")
    assert data["performance"]["format"] == "performance"
    late = browser.post(f"/said/{greeting.key}/speech/", {"n": "9"}, headers=JSON)
    assert late.status_code == 422


def test_a_group_is_made_asked_in_and_left(
    browser: Client,
    bob: User,
    hob: Character,
    cast_of: Callable[..., Character],
    speaks: Callable[..., Player],
) -> None:
    speaks(["Aye."])
    quill = cast_of("Quill")
    mine = type(hob).objects.filter(pk__in=[hob.pk, quill.pk])
    mine.update(starter=True)
    assert "Quill" in browser.get("/chats/new/").content.decode()
    answer = browser.post("/chats/gather/", {"character": [hob.key, quill.key]})
    group = Conversation.objects.get()
    assert answer["Location"] == group.get_absolute_url()
    seat = group.participants.get(character=quill)
    members = f"/chats/{group.key}/members/"
    browser.post(members, {"do": "speak", "seat": seat.pk})
    assert Message.objects.filter(author=seat).exists()
    browser.post(members, {"do": "leave", "seat": seat.pk})
    seat.refresh_from_db()
    assert seat.left is not None
    browser.post(members, {"do": "add", "character": quill.key})
    seat.refresh_from_db()
    assert seat.left is None
    assert browser.post(members, {"do": "leave", "seat": "x"}).status_code == 404


def test_the_list_searches_puts_away_and_exports(
    browser: Client, conversation: Conversation
) -> None:
    assert "I am Hob." in browser.get("/chats/").content.decode()
    assert "I am Hob." in browser.get("/chats/?q=hob").content.decode()
    assert "Nobody said that" in browser.get("/chats/?q=gulls").content.decode()
    browser.post(f"/chats/{conversation.key}/change/", {"away": "1"})
    assert "I am Hob." not in browser.get("/chats/").content.decode()
    assert "I am Hob." in browser.get("/chats/?away=1").content.decode()
    text = browser.get(f"/chats/{conversation.key}/export/?as=text")
    assert "Hob: I am Hob." in text.content.decode()
    assert text["Content-Disposition"].endswith('.txt"')
    data = browser.get(f"/chats/{conversation.key}/export/").json()
    assert data["format"] == "troupe-conversation"
    browser.post(f"/chats/{conversation.key}/remove/")
    assert not Conversation.objects.exists()


def test_a_clip_shows_exactly_what_would_become_public(
    browser: Client, hob: Character, conversation: Conversation
) -> None:
    greeting = Message.objects.get()
    url = f"/said/{greeting.key}/clip/"
    assert browser.get(url).status_code == 404
    type(hob).objects.update(starter=True)
    page = browser.get(url).content.decode()
    assert "<blockquote data-script>I am Hob.</blockquote>" in page
    assert f"/studio/?character={hob.key}" in page


def test_a_character_that_went_keeps_neither_name_nor_face_here(
    browser: Client, hob: Character, conversation: Conversation
) -> None:
    type(hob).objects.update(withheld="removed")
    page = browser.get(conversation.get_absolute_url())
    assert page.status_code == 200
    assert "Nobody is here to answer" in page.content.decode()
    assert hob.portrait is not None
    assert hob.portrait.ref.partition(":")[2] not in page.content.decode()


def test_only_the_person_in_it_reports_a_line_and_a_moderator_takes_it_down(
    browser: Client,
    conversation: Conversation,
    bob: User,
    mallory: User,
    client_of: ClientOf,
) -> None:
    greeting = Message.objects.get()
    url = f"/report/chat-message/{greeting.key}/"
    assert client_of(mallory).get(url).status_code == 404
    assert browser.get(url).status_code == 200
    made = report_subject(
        kind="chat-message", key=greeting.key, reporter=bob, category="hate"
    )
    assert made.case.snapshot["Said"] == "I am Hob."
    decide_case(
        case=made.case,
        moderator=None,
        measure="remove",
        rule="4.1",
        reason="It attacks people for what they are.",
    )
    page = browser.get(conversation.get_absolute_url()).content.decode()
    assert "A moderator took this down" in page
    assert "I am Hob." not in page


def test_a_long_conversation_costs_as_many_queries_as_a_short_one(
    browser: Client, conversation: Conversation, django_assert_max_num_queries: Any
) -> None:
    seats = list(conversation.participants.all())
    parent = conversation.head
    for n in range(90):
        parent = Message.objects.create(
            conversation=conversation,
            parent=parent,
            author=seats[n % 2],
            text=f"Line {n}.",
            heard=[seat.pk for seat in seats],
            pinned=n % 30 == 0,
        )
    Conversation.objects.update(head=parent)
    with django_assert_max_num_queries(19):
        page = browser.get(conversation.get_absolute_url()).content.decode()
    assert "31 earlier messages" in page
    assert "Line 89." in page
    assert 'id="m-' in page
    assert "Line 5." not in page
    whole = browser.get(f"{conversation.get_absolute_url()}?all=1").content.decode()
    assert "Line 5." in whole


@pytest.mark.django_db(transaction=True)
async def test_a_socket_hears_ones_own_conversation_and_no_other() -> None:
    @database_sync_to_async
    def prepare() -> tuple[User, User, str]:
        people = [
            User.objects.create_user(
                username=n, email=f"{n}@example.com", password=None
            )
            for n in ("ann", "ben")
        ]
        mine = Conversation.objects.create(owner=people[0])
        Participant.objects.create(
            conversation=mine, role="person", person=people[0], name="Ann"
        )
        return people[0], people[1], mine.key

    ann, ben, key = await prepare()

    def socket(user: Any) -> Socket:
        app = URLRouter(websocket_urlpatterns)  # type: ignore[arg-type]
        found = Socket(app, f"/ws/chats/{key}/")
        cast("dict[str, Any]", found.scope)["user"] = user
        return found

    for stranger, code in ((ben, 4404), (None, 4401)):
        connected, closed = await socket(stranger).connect()
        assert (connected, closed) == (False, code)
    mine = socket(ann)
    assert (await mine.connect())[0]
    await mine.send_to(text_data="x" * 100_000)
    await news.tell(key, "sentence", n=0, text="Flat.")
    assert await mine.receive_json_from() == {
        "type": "sentence",
        "n": 0,
        "text": "Flat.",
    }
    await mine.disconnect()

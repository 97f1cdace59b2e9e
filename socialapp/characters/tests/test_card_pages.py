"""Pages and the API on which cards come in and go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from socialapp.characters import cards as services
from socialapp.characters.models import Character
from socialapp.characters.services import change_character
from socialapp.characters.tests.test_cards import HURTFUL, card_file, charx
from socialapp.lib import cards
from socialapp.lib.cards.tests import made

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

JSON: dict[str, Any] = {"headers": {"accept": "application/json"}}


def sent(data: bytes, **more: str) -> dict[str, Any]:
    return {"card": SimpleUploadedFile("card.png", data, "image/png"), **more}


@pytest.fixture
def mira(alice: User) -> Character:
    return services.import_card(owner=alice, data=charx())


def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


# Pages ------------------------------------------------------------------------


def test_a_dropped_card_leads_to_its_page(client_of: ClientOf, alice: User) -> None:
    client = client_of(alice)
    answer = client.post(reverse("card-bring"), sent(card_file()), **JSON)
    assert answer.status_code == 201
    character = Character.objects.get(owner=alice)
    where = reverse("character-card", args=[character.key])
    assert answer.json() == {"next": where}
    page = client.get(where).content.decode()
    assert "Only you see Mira V3" in page
    assert "The lorebook; entries: 2." in page
    assert "Extensions of other programs, byte for byte: other/voice." in page
    # The same again, without scripts.
    again = client.post(
        reverse("card-bring"), sent(card_file()), headers={"accept": "text/html"}
    )
    assert again.headers["Location"] == where
    assert Character.objects.count() == 1


def test_a_card_can_be_dropped_where_characters_begin(
    client_of: ClientOf, alice: User
) -> None:
    page = client_of(alice).get(reverse("character-new")).content.decode()
    assert f'action="{reverse("card-bring")}"' in page
    assert "Or bring a card" in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "This file is empty"),
        (made.portrait(), "no character card inside this picture"),
        (made.bad()["zip-bomb.charx"][0], "more than we unpack"),
    ],
)
def test_a_file_that_is_no_card_is_answered_in_words(
    client_of: ClientOf, alice: User, data: bytes, words: str
) -> None:
    client = client_of(alice)
    answer = client.post(reverse("card-bring"), sent(data), **JSON)
    assert answer.status_code == 422
    assert words in answer.json()["error"]
    page = client.post(
        reverse("card-bring"), sent(data), headers={"accept": "text/html"}
    )
    assert page.status_code == 422
    assert words in page.content.decode()


def test_a_card_with_refused_words_names_the_place(
    client_of: ClientOf, alice: User
) -> None:
    data = card_file(system_prompt=HURTFUL)
    answer = client_of(alice).post(reverse("card-bring"), sent(data), **JSON)
    assert answer.status_code == 422
    assert "In the card’s system prompt" in answer.json()["error"]


def test_a_card_without_a_file_or_an_account_is_no_card(
    client_of: ClientOf, alice: User, client: Any
) -> None:
    answer = client_of(alice).post(reverse("card-bring"), {}, **JSON)
    assert answer.json()["error"] == "Choose a card first."
    assert client.post(reverse("card-bring"), sent(card_file())).status_code == 302


def test_the_card_is_downloaded_once_its_owner_says_so(
    client_of: ClientOf, alice: User, mira: Character
) -> None:
    client = client_of(alice)
    where = reverse("card-take", args=[mira.key])
    asked = client.post(where, {"kind": "png"})
    assert asked.status_code == 422
    assert "Confirm that it may leave" in asked.content.decode()
    answer = client.post(where, {"kind": "png", "confirm": "1"})
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="mira-v3.png"'
    )
    assert cards.read(answer.content).name == "Mira V3"
    odd = client.post(where, {"kind": "exe", "confirm": "1"})
    assert odd.status_code == 422
    assert "Choose png, charx or json." in odd.content.decode()


def test_others_find_no_card_until_the_owner_allows_it(
    client_of: ClientOf, alice: User, bob: User, mira: Character
) -> None:
    change_character(character=mira, visibility="public")
    page = reverse("character-card", args=[mira.key])
    take = reverse("card-take", args=[mira.key])
    share = reverse("card-share", args=[mira.key])
    others, own = client_of(bob), client_of(alice)
    assert others.get(page).status_code == 404
    assert others.post(take, {"kind": "png", "confirm": "1"}).status_code == 404
    assert others.post(share, {"open": "1"}).status_code == 404
    assert page not in others.get(mira.get_absolute_url()).content.decode()
    own.post(share, {"open": "1"})
    assert page in others.get(mira.get_absolute_url()).content.decode()
    seen = others.get(page).content.decode()
    assert "What came in" not in seen
    assert share not in seen
    assert cards.read(others.post(take, {"kind": "json"}).content).name == "Mira V3"
    own.post(share, {})
    assert others.get(page).status_code == 404


def test_the_page_shows_the_expressions(
    client_of: ClientOf, alice: User, mira: Character
) -> None:
    page = client_of(alice).get(reverse("character-card", args=[mira.key]))
    names = [one["name"] for one in page.context["expressions"]]
    assert names == ["joy", "angry"]
    assert page.content.decode().count("<img") >= 3


# The API ----------------------------------------------------------------------


def test_a_preview_tells_and_keeps_nothing(alice: User) -> None:
    answer = api(alice).post(
        "/api/v1/cards/preview/", sent(card_file()), format="multipart"
    )
    assert answer.status_code == 200, answer.json()
    told = answer.json()
    assert told["name"] == "Mira V3"
    assert told["read_as"] == "v3"
    assert told["contents"] == {
        "greetings": 1, "openers": 1, "examples": 1, "entries": 2,
    }  # fmt: skip
    assert not Character.objects.exists()


def test_a_card_comes_in_and_goes_out_over_the_api(alice: User, bob: User) -> None:
    client = api(alice)
    answer = client.post("/api/v1/cards/", sent(charx()), format="multipart")
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert told["character"]["visibility"] == "private"
    assert "The lorebook; entries: 2." in told["report"]["taken"]
    where = f"/api/v1/characters/{told['character']['key']}/card/"
    read = client.get(where).json()
    assert read["report"] == told["report"]
    assert [one["mood"] for one in read["expressions"]] == ["happy", "angry"]
    asked = client.post(where, {"kind": "charx"})
    assert asked.status_code == 409
    assert asked.json()["type"] == "urn:troupe:confirm-needed"
    file = client.post(where, {"kind": "charx", "confirm": True})
    assert len(cards.read(file.content).files) == 3
    # Others see it when they may, and no sooner.
    assert api(bob).get(where).status_code == 404
    assert api(bob).post(where, {"kind": "json"}).status_code == 404
    client.patch(
        f"/api/v1/characters/{told['character']['key']}/", {"visibility": "public"}
    )
    assert api(bob).post(where, {"kind": "json"}).status_code == 403
    assert client.patch(where, {"open": True}).json()["open"] is True
    assert api(bob).post(where, {"kind": "json"}).status_code == 200


def test_refusals_of_the_api_have_names(alice: User) -> None:
    client = api(alice)
    odd = client.post("/api/v1/cards/", sent(b"{}"), format="multipart")
    assert (odd.status_code, odd.json()["errors"][0]["field"]) == (400, "card")
    data = card_file(alternate_greetings=[HURTFUL])
    refused = client.post("/api/v1/cards/", sent(data), format="multipart")
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:troupe:text-refused"
    assert refused.json()["detail"].startswith("In the card’s greeting 1: “")
    large = client.post(
        "/api/v1/cards/", sent(b"x" * (cards.MAX_FILE + 100_000)), format="multipart"
    )
    assert large.status_code == 413
    assert not Character.objects.exists()

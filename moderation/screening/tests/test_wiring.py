"""Where people write, what they write is judged: pages, API, profiles, captions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from avatarfx import services as clips
from avatarfx.models import Clip
from avatarfx.tests.conftest import make_character
from moderation.embedders import minilm
from moderation.models import Screening
from moderation.screening import checks
from socialapp.accounts import services as accounts
from socialapp.accounts.models import Ticket
from socialapp.accounts.models import User as User_
from socialapp.characters import services as characters
from socialapp.characters.errors import CharacterError
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

THREAT = "Good evening. I know where you live, dear listener."
KIND = "Good evening. You are listening to the last station on the dial."


def checked(client: Any, script: str) -> dict[str, Any]:
    response = client.post(reverse("studio-check"), {"script": script})
    answer: dict[str, Any] = response.json()
    return answer


def test_pre_flight_marks_the_very_words_and_costs_nothing(
    alice: User, client_of: ClientOf
) -> None:
    answer = checked(client_of(alice), THREAT)
    screening = answer["screening"]
    mark = screening["marks"][0]
    assert THREAT[mark["start"] : mark["end"]] == "I know where you live"
    assert mark["rule"] == "4.2"
    assert "Nothing was spent" in screening["message"]
    assert screening["appeal"] is True
    assert not Screening.objects.exists()
    assert not Ticket.objects.exists()


def test_pre_flight_has_nothing_to_say_about_a_kind_script(
    alice: User, client_of: ClientOf
) -> None:
    assert checked(client_of(alice), KIND)["screening"] is None


def test_pre_flight_shows_help_instead_of_marks(
    alice: User, client_of: ClientOf
) -> None:
    screening = checked(client_of(alice), "I want to kill myself.")["screening"]
    assert screening["action"] == "crisis"
    assert screening["marks"] == []
    assert screening["help"][0]["phone"] == "988"


def test_an_author_asks_a_person_to_look_and_renders_what_was_cleared(
    alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    asked = client.post(reverse("studio-review"), {"script": THREAT})
    assert asked.status_code == 201
    row = Screening.objects.get()
    assert (row.text, row.person) == (THREAT, alice)
    assert row.review_asked is not None
    worst = client.post(
        reverse("studio-review"), {"script": "An erotic story about a schoolgirl."}
    )
    assert worst.status_code == 409
    fine = client.post(reverse("studio-review"), {"script": KIND})
    assert fine.json()["detail"] == "Nothing is held back. Render it."


def test_a_refused_script_costs_no_ticket_and_stands_in_the_log(
    alice: User,
) -> None:
    mira = Character(owner=alice, name="Mira")
    with pytest.raises(clips.NotNowError):
        clips.request_clip(owner=alice, character=mira, script=THREAT)
    hob = make_character(alice)
    with pytest.raises(clips.TextRefusedError, match=r"rule 4\.2"):
        clips.request_clip(owner=alice, character=hob, script=THREAT)
    assert Screening.objects.get(surface="script").action == "block"
    assert not Ticket.objects.exists()
    assert not Clip.objects.exists()


@pytest.mark.parametrize("field", ["script", "title", "caption"])
def test_each_text_of_a_clip_is_refused_by_its_name(alice: User, field: str) -> None:
    texts: dict[str, Any] = {"script": KIND, "title": "", "caption": ""}
    hob = make_character(alice)
    with pytest.raises(clips.TextRefusedError) as caught:
        clips.request_clip(owner=alice, character=hob, **texts | {field: THREAT})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Elon Musk"),
        ("tagline", "kill yourself"),
        ("greeting", THREAT),
        ("persona", "Lives for one thing: death to all Muslims."),
        ("tags", ["jailbait", "pics"]),
    ],
)
def test_each_text_of_a_character_is_judged(
    alice: User, field: str, value: Any
) -> None:
    with pytest.raises(CharacterError, match="reads as") as caught:
        characters.create_character(**{"owner": alice, "name": "Mira", field: value})
    assert caught.value.field == field
    assert Screening.objects.filter(action="block").count() == 1
    assert not Character.objects.exists()


def test_a_persona_of_a_minor_and_an_explicit_greeting_are_judged_together(
    alice: User,
) -> None:
    mira = characters.create_character(owner=alice, name="Mira", persona="She is 15.")
    with pytest.raises(CharacterError, match=r"rule 1\.1"):
        characters.change_character(character=mira, greeting="I am so horny tonight.")


def test_what_has_not_changed_is_not_judged_again(alice: User) -> None:
    mira = characters.create_character(owner=alice, name="Mira", persona=KIND)
    before = Screening.objects.count()
    characters.change_character(character=mira, persona=KIND, voice_speed=1.2)
    assert Screening.objects.count() == before


@pytest.mark.usefixtures("no_heads")
def test_a_character_waits_when_nobody_can_look(alice: User, bob: User) -> None:
    mira = characters.create_character(
        owner=alice, name="Mira", persona=KIND, visibility="public"
    )
    assert (mira.waits, mira.approval) == (True, "pending")
    assert "could not check these words" in characters.why_words_wait(mira)
    assert Character.objects.visible_to(alice).filter(pk=mira.pk).exists()
    assert not Character.objects.visible_to(bob).filter(pk=mira.pk).exists()


def test_a_profile_is_judged_through_the_setting(alice: User) -> None:
    with pytest.raises(accounts.AccountError) as caught:
        accounts.change_profile(user=alice, bio=THREAT, display_name="Elon Musk")
    assert set(caught.value.errors) == {"bio", "display_name"}
    assert "rule 4.2" in caught.value.errors["bio"][0]
    assert Screening.objects.filter(action="block", person=alice).count() == 2
    alice.refresh_from_db()
    assert (alice.bio, alice.display_name) == ("", "Alice")


def test_the_api_says_the_rule_and_the_place(alice: User, client_of: ClientOf) -> None:
    response = client_of(alice).post(
        "/api/v1/characters/",
        json.dumps({"name": "Mira", "greeting": THREAT}),
        content_type="application/json",
    )
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "urn:troupe:text-refused"
    assert body["errors"][0]["field"] == "greeting"
    mark = body["screening"]["marks"][0]
    assert (mark["rule"], THREAT[mark["start"] : mark["end"]]) == (
        "4.2",
        "I know where you live",
    )


@pytest.mark.usefixtures("no_heads")
def test_the_api_says_when_nobody_can_look(alice: User, client_of: ClientOf) -> None:
    made = characters.create_character(owner=alice, name="Mira")
    response = client_of(alice).get(f"/api/v1/characters/{made.key}/")
    assert response.json()["approval"] == "pending"
    assert "could not check these words" in response.json()["approval_reason"]


def test_what_may_not_be_published_is_not_voiced(
    alice: User, client_of: ClientOf
) -> None:
    response = client_of(alice).post(
        "/api/v1/previews/",
        json.dumps({"text": "I know where you live."}),
        content_type="application/json",
    )
    assert response.status_code == 400
    assert "rule 4.2" in response.json()["detail"]


def test_whoever_leaves_takes_their_words_along(
    alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    with pytest.raises(accounts.AccountError):
        accounts.change_profile(user=alice, bio=THREAT)
    with django_capture_on_commit_callbacks(execute=True):
        accounts.close_account(user=alice)
    row = Screening.objects.get()
    assert (row.person, row.text, row.action) == (None, "", "block")


def test_the_api_checks_a_script_before_it_costs_anything() -> None:
    answer = Client().post(
        "/api/v1/scripts/check/",
        json.dumps({"script": THREAT}),
        content_type="application/json",
    )
    body = answer.json()
    assert body["ok"] is False
    assert body["marks"][0]["words"] == "I know where you live"
    assert "rule 4.2" in body["problems"][0]


def test_staff_let_a_text_through_from_the_log(alice: User) -> None:
    boss = User_.objects.create_superuser(
        email="boss@example.com", username="boss", password=None
    )
    client = Client()
    client.force_login(boss)
    with pytest.raises(accounts.AccountError):
        accounts.change_profile(user=alice, bio=THREAT)
    row = Screening.objects.get()
    page = client.get(reverse("admin:moderation_screening_change", args=[row.pk]))
    assert "I know where you live" in page.content.decode()
    url = reverse("admin:moderation_screening_changelist")
    assert client.get(url).status_code == 200
    chosen = {"action": "let_through", "_selected_action": [row.pk]}
    assert client.post(url, chosen).status_code == 302
    accounts.change_profile(user=alice, bio=THREAT)
    alice.refresh_from_db()
    assert alice.bio == THREAT


def test_a_missing_encoder_is_said_at_each_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert checks.encoder() == []
    monkeypatch.setattr(minilm, "PACKAGE", "no-such-package")
    (message,) = checks.encoder()
    assert message.id == "moderation.W001"
    assert "nothing can be published" in message.msg

from __future__ import annotations

import base64
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from avatarfx.models import Clip
from socialapp.accounts import quotas
from socialapp.accounts.models import Ticket, Token
from socialapp.accounts.services import create_token
from socialapp.characters.models import Character, Portrait
from socialapp.engines.protocols import VoiceSpec
from socialapp.performance import Part, Performance, Rig

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

BASE = "/api/v1"
REF = "sha256:" + "0" * 64 + ".png"


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


def actor(owner: User, name: str = "Hob", **fields: Any) -> Character:
    """A character that may be cast; nothing is drawn in these tests."""
    rig = Rig(portrait=REF, width=400, height=300, style="photo")
    portrait = Portrait.objects.create(
        owner=owner, source="maker", ref=REF, rig=rig.to_json()
    )
    return Character.objects.create(owner=owner, name=name, portrait=portrait, **fields)


@pytest.fixture
def hob(alice: User) -> Character:
    return actor(alice)


def api(user: User | None = None) -> APIClient:
    client = APIClient()
    if user:
        client.force_authenticate(user)
    return client


def ask(user: User, character: Character, key: str = "", **more: Any) -> Any:
    body = {"character": character.key, "script": "Hello there, friend."} | more
    headers = {"Idempotency-Key": key} if key else {}
    return api(user).post(f"{BASE}/clips/", body, headers=headers)


def fields(response: Any) -> set[str]:
    assert response.status_code == 400, response.content
    return {error["field"] for error in response.json()["errors"]}


# Asking --------------------------------------------------------------------------


def test_a_clip_is_taken_in_line(alice: User, hob: Character) -> None:
    response = ask(alice, hob, shape="1:1", title="Hi", voice_speed=1.2, publish=True)
    assert response.status_code == 202
    body = response.json()
    assert (body["state"], body["shape"], body["publish"]) == ("queued", "1:1", True)
    assert body["progress"]["place"] == 1
    assert body["character"]["key"] == hob.key
    assert (response["X-Quota-Limit"], response["X-Quota-Remaining"]) == ("5", "4")
    assert int(response["X-Quota-Reset"]) > 0
    clip = Clip.objects.get()
    assert clip.owner == alice
    assert clip.as_recipe().cast[0].voice.speed == 1.2


@pytest.mark.parametrize(
    "script",
    ["", "   ", "🙂🙂🙂", "x" * 1300, "Привет, как дела", "<b></b>"],
    ids=["empty", "blank", "emoji", "long", "cyrillic", "markup"],
)
def test_a_script_that_cannot_be_spoken_costs_nothing(
    alice: User, hob: Character, script: str
) -> None:
    response = ask(alice, hob, script=script)
    assert fields(response) == {"script"}
    assert not Ticket.objects.exists()


def test_odd_fields_are_refused(alice: User, hob: Character) -> None:
    odd: dict[str, Any] = {
        "shape": "2:1",
        "voice": "nobody",
        "voice_pitch": 40,
        "motion": "wild",
    }
    assert fields(ask(alice, hob, **odd)) == set(odd)


def test_what_belongs_to_the_house_cannot_be_set(
    alice: User, bob: User, hob: Character
) -> None:
    ask(
        alice,
        hob,
        owner=bob.pk,
        state="ready",
        percent=100,
        exempt=True,
        video=REF,
        rung="full",
        recipe={},
    )
    clip = Clip.objects.get()
    assert (clip.owner, clip.state, clip.percent, clip.video, clip.rung) == (
        alice,
        "queued",
        0,
        "",
        "",
    )
    assert Ticket.objects.filter(user=alice, state="held").count() == 1


def test_strangers_characters_cannot_be_cast(
    alice: User, mallory: User, hob: Character
) -> None:
    for visibility in ("private", "unlisted", "public"):
        Character.objects.update(visibility=visibility)
        assert fields(ask(mallory, hob)) == {"character"}


def test_the_starter_cast_speaks_for_all(alice: User, bob: User) -> None:
    star = actor(bob, "Star", starter=True, visibility="public")
    assert ask(alice, star).status_code == 202


def test_a_draft_without_portrait_cannot_be_cast(alice: User) -> None:
    draft = Character.objects.create(owner=alice, name="Draft")
    assert ask(alice, draft).status_code == 409


def test_visitors_cannot_ask(hob: Character) -> None:
    response = api().post(f"{BASE}/clips/", {"character": hob.key, "script": "Hi."})
    assert response.status_code == 401


def test_without_tickets_the_answer_says_when_they_return(
    alice: User, hob: Character
) -> None:
    for n in range(5):
        assert ask(alice, hob).status_code == 202, n
    response = ask(alice, hob)
    assert response.status_code == 429
    body = response.json()
    assert body["type"] == "urn:troupe:no-tickets"
    assert "00:00" in body["detail"]
    assert response["X-Quota-Remaining"] == "0"
    assert int(response["Retry-After"]) > 0
    assert Clip.objects.count() == 5


def test_a_full_disk_is_said(alice: User, hob: Character, settings: Settings) -> None:
    settings.MIN_FREE_DISK_BYTES = 2**62
    assert ask(alice, hob).status_code == 507
    assert not Ticket.objects.exists()


# Idempotency ---------------------------------------------------------------------


def test_the_same_key_is_the_same_clip(alice: User, hob: Character) -> None:
    keys = {ask(alice, hob, key="a-1").json()["key"] for _ in range(10)}
    assert len(keys) == 1
    assert Ticket.objects.count() == 1


def test_the_same_key_for_another_script_is_refused(
    alice: User, hob: Character
) -> None:
    ask(alice, hob, key="a-1")
    response = ask(alice, hob, key="a-1", script="Something else entirely.")
    assert response.status_code == 422
    assert Clip.objects.count() == 1


def test_two_people_may_use_one_key(alice: User, bob: User, hob: Character) -> None:
    assert ask(alice, hob, key="k").status_code == 202
    assert ask(bob, actor(bob), key="k").status_code == 202


def test_a_key_that_is_too_long_is_refused(alice: User, hob: Character) -> None:
    assert fields(ask(alice, hob, key="k" * 81)) == {"Idempotency-Key"}


# Afterwards ----------------------------------------------------------------------


def test_my_clips_are_listed_newest_first(alice: User, hob: Character) -> None:
    for title in ("One", "Two", "Three"):
        ask(alice, hob, title=title)
    first = api(alice).get(f"{BASE}/clips/?limit=2").json()
    assert [row["title"] for row in first["results"]] == ["Three", "Two"]
    second = api(alice).get(first["next"]).json()
    assert [row["title"] for row in second["results"]] == ["One"]
    assert api(alice).get(f"{BASE}/clips/?state=ready").json()["results"] == []


def test_a_cancelled_clip_gives_its_ticket_back_and_can_be_tried_again(
    alice: User, hob: Character
) -> None:
    url = f"{BASE}/clips/{ask(alice, hob).json()['key']}"
    response = api(alice).post(f"{url}/cancel/")
    assert (response.json()["state"], response["X-Quota-Remaining"]) == (
        "cancelled",
        "5",
    )
    response = api(alice).post(f"{url}/retry/")
    assert response.status_code == 202
    assert (response.json()["state"], response["X-Quota-Remaining"]) == ("queued", "4")


def test_a_finished_clip_cannot_be_cancelled(alice: User, hob: Character) -> None:
    key = ask(alice, hob).json()["key"]
    Clip.objects.update(state="ready", finished=timezone.now())
    assert api(alice).post(f"{BASE}/clips/{key}/cancel/").status_code == 409
    assert api(alice).post(f"{BASE}/clips/{key}/retry/").status_code == 409


def test_a_removed_clip_is_gone(alice: User, hob: Character) -> None:
    url = f"{BASE}/clips/{ask(alice, hob).json()['key']}/"
    assert api(alice).delete(url).status_code == 204
    assert api(alice).get(url).status_code == 404
    assert quotas.left(alice).left == 5


def test_progress_is_one_object(alice: User, hob: Character) -> None:
    key = ask(alice, hob).json()["key"]
    body = api(alice).get(f"{BASE}/clips/{key}/progress/").json()
    assert (body["key"], body["state"], body["place"]) == (key, "queued", 1)


def test_there_is_no_performance_before_it_is_spoken(
    alice: User, hob: Character
) -> None:
    key = ask(alice, hob).json()["key"]
    response = api(alice).get(f"{BASE}/clips/{key}/performance/")
    assert response.status_code == 404
    assert response.json()["type"] == "urn:troupe:not-yet"


def test_strangers_clips_do_not_exist(
    alice: User, mallory: User, hob: Character
) -> None:
    url = f"{BASE}/clips/{ask(alice, hob).json()['key']}/"
    for client, code in ((api(mallory), 404), (api(), 401)):
        assert client.get(url).status_code == code
        assert client.get(f"{url}progress/").status_code == code
        assert client.get(f"{url}performance/").status_code == code
        assert client.post(f"{url}cancel/").status_code == code
        assert client.post(f"{url}retry/").status_code == code
        assert client.delete(url).status_code == code
    assert api(mallory).get(f"{BASE}/clips/").json()["results"] == []
    assert Clip.objects.get().state == "queued"


# What clips are made of ----------------------------------------------------------


def test_voices_and_backgrounds_are_for_all() -> None:
    voices = api().get(f"{BASE}/voices/").json()
    assert len(voices) >= 12
    assert {"id", "name", "description"} == voices[0].keys()
    assert api().get(f"{BASE}/backgrounds/").json()[0].keys() == {
        "name",
        "title",
        "url",
    }


def test_a_script_is_measured_before_it_costs() -> None:
    body = api().post(
        f"{BASE}/scripts/check/", {"script": "Hello there, this takes a moment."}
    )
    assert body.json()["ok"] is True
    assert 1 < body.json()["seconds"] < 6


@pytest.mark.parametrize("script", ["", "🙂🙂", "x" * 5000, "Привет"])
def test_a_script_that_cannot_be_spoken_says_why(script: str) -> None:
    body = api().post(f"{BASE}/scripts/check/", {"script": script}).json()
    assert body["ok"] is False
    assert body["problems"]


def test_a_preview_needs_an_account_and_words(alice: User) -> None:
    url = f"{BASE}/voices/preview/"
    assert api().post(url, {"text": "Hello."}).status_code == 401
    assert fields(api(alice).post(url, {"text": "🙂"})) == {"text"}
    assert fields(api(alice).post(url, {"text": "Hi.", "voice": "nobody"})) == {"voice"}


def test_a_line_is_performed_before_it_is_rendered(
    alice: User, hob: Character, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def perform(**given: Any) -> tuple[Performance, bytes]:
        asked.update(given)
        return Performance(seconds=1.0, parts=(Part("a"),)), b"RIFF"

    monkeypatch.setattr("avatarfx.services.preview_performance", perform)
    body = {"text": "Hello.", "character": hob.key, "voice_speed": 1.5, "quick": True}
    response = api(alice).post(f"{BASE}/previews/", body)
    assert response.status_code == 200
    assert Performance.from_json(response.json()["performance"]).seconds == 1.0
    assert base64.b64decode(response.json()["sound"]) == b"RIFF"
    assert asked["spec"] == VoiceSpec(hob.voice, 1.5, hob.voice_pitch)
    assert asked["character"] == hob
    assert asked["quick"] is True
    assert not Ticket.objects.exists()


def test_strangers_characters_give_no_preview(mallory: User, hob: Character) -> None:
    body = {"text": "Hello.", "character": hob.key}
    assert fields(api(mallory).post(f"{BASE}/previews/", body)) == {"character"}
    assert api().post(f"{BASE}/previews/", body).status_code == 401


# All at once ---------------------------------------------------------------------


def at_once(user: User, asks: list[Callable[[APIClient], Any]]) -> list[Any]:
    """What `asks` got, each on a thread of its own, all let go together."""
    _, key = create_token(user=user)
    # Each request would note it in a write of its own; that is not the point here.
    Token.objects.update(used=timezone.now())
    together = threading.Barrier(len(asks))
    answers: list[Any] = []

    def one(ask: Callable[[APIClient], Any]) -> None:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
        together.wait(timeout=30)
        try:
            answers.append(ask(client))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[ask]) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_five_are_taken(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker runs: what is counted is who got in."""
    monkeypatch.setattr("avatarfx.services.requests.enqueue", lambda *_: None)
    body = {"character": actor(alice).key, "script": "Hello there."}
    answers = at_once(alice, [lambda c: c.post(f"{BASE}/clips/", body)] * 20)
    assert sorted(a.status_code for a in answers) == [202] * 5 + [429] * 15
    assert Clip.objects.count() == 5
    assert Ticket.objects.filter(state="held").count() == 5


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_of_ten_at_once_with_one_key_one_is_made(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("avatarfx.services.requests.enqueue", lambda *_: None)
    body = {"character": actor(alice).key, "script": "Hello there."}

    def ask(client: APIClient) -> Any:
        return client.post(f"{BASE}/clips/", body, headers={"Idempotency-Key": "one"})

    answers = at_once(alice, [ask] * 10)
    assert {a.status_code for a in answers} == {202}
    assert len({a.json()["key"] for a in answers}) == 1
    assert Ticket.objects.count() == 1

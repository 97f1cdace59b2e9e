"""The studio and my clips as a browser sees them.

Nothing is rendered: a job leaves when a transaction commits, and here none does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from avatarfx.models import Clip
from avatarfx.tests.conftest import make_character
from avatarfx.transcript import lines_of
from socialapp.accounts import quotas
from socialapp.performance import Caption, Part, Performance

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

pytestmark = pytest.mark.django_db

JSON = {"accept": "application/json"}


def order(character: Character, **changes: Any) -> dict[str, Any]:
    return {
        "character": character.key,
        "script": "[whispers] Good evening.",
        "shape": "9:16",
        "title": "Night calls",
        "key": "once",
    } | changes


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    for path in ("/studio/", "/clips/"):
        assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    assert client.get("/create/").status_code == 200


def test_the_studio_offers_what_it_can_do(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    page = client_of(alice).get("/studio/").content.decode()
    assert f'value="{hob.key}"' in page
    for part in ("Whispers", "Velvet curtain", "16:9", "5 of 5 clips left today."):
        assert part in page


def test_the_studio_of_someone_without_characters_shows_the_way(
    alice: User, client_of: ClientOf
) -> None:
    assert "Nobody is on stage" in client_of(alice).get("/studio/").content.decode()


def test_a_script_becomes_a_clip_in_line(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    client = client_of(alice)
    answer = client.post("/studio/", order(hob), headers=JSON)
    assert answer.status_code == 201
    clip = Clip.objects.get()
    assert answer.json()["key"] == clip.key
    assert answer.json()["place"] == 1
    assert clip.title == "Night calls"
    page = client.get(f"/studio/?again={clip.key}").content.decode()
    assert "<troupe-ladder" in page
    # A form in a form is dropped by browsers, and its button would render again.
    assert re.search(r"<form[^>]*>(?:(?!</form>).)*<form", page, re.S) is None
    assert "[whispers] Good evening." in page


def test_a_page_that_sent_a_script_gets_what_it_needs_to_go_on(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    client = client_of(alice)
    sent = order(hob)
    answer = client.post("/studio/", sent, headers=JSON).json()
    page = client.get("/studio/").content.decode()
    assert set(answer["parts"]) == set(re.findall(r'data-part="(\w+)"', page))
    assert f'data-key="{answer["key"]}"' in answer["parts"]["rendering"]
    assert "<troupe-early" in answer["parts"]["rendering"]
    assert "4 of 5 clips left today." in answer["parts"]["quota"]
    assert f'id="cancel-{answer["key"]}"' in answer["parts"]["forms"]
    assert "Takes one ticket" in answer["parts"]["hint"]
    assert answer["left"] == 4
    # Whoever presses the button once more means another take.
    again = client.post("/studio/", {**sent, "key": answer["once"]}, headers=JSON)
    assert again.json()["key"] != answer["key"]


def test_the_last_ticket_is_the_last(
    alice: User, hob: Character, client_of: ClientOf, settings: Settings
) -> None:
    settings.CLIPS_PER_DAY = 1
    answer = client_of(alice).post("/studio/", order(hob), headers=JSON).json()
    assert answer["left"] == 0
    assert "No tickets left today" in answer["parts"]["hint"]


def test_pressing_the_button_twice_makes_one_clip(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    client = client_of(alice)
    first = client.post("/studio/", order(hob))
    second = client.post("/studio/", order(hob))
    assert (
        first["Location"] == second["Location"] == Clip.objects.get().get_absolute_url()
    )
    assert quotas.left(alice).left == 4


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("", "The script is empty"),
        ("🎭🎭", "There is nothing to say"),
        ("Добрый вечер", "Cyrillic"),
        ("x" * 1201, "1,201 characters"),
        ("Fog again. " * 105, "60 fit"),
    ],
)
def test_a_script_that_no_voice_can_read_keeps_its_words_and_costs_nothing(
    alice: User, hob: Character, client_of: ClientOf, script: str, words: str
) -> None:
    client = client_of(alice)
    answer = client.post("/studio/", order(hob, script=script), headers=JSON)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    page = client.post("/studio/", order(hob, script=script))
    assert page.status_code == 422
    assert script in page.content.decode()
    assert not Clip.objects.exists()
    assert quotas.left(alice).left == 5


def test_the_sixth_clip_of_a_day_is_refused_with_the_hour(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    client = client_of(alice)
    for n in range(5):
        client.post("/studio/", order(hob, key=f"{n}"))
    answer = client.post("/studio/", order(hob, key="6"), headers=JSON)
    assert answer.status_code == 429
    assert "No tickets left today." in answer.json()["detail"]
    assert Clip.objects.count() == 5
    assert "No tickets left today." in client.get("/studio/").content.decode()


def test_nobody_borrows_the_character_of_another(
    alice: User, hob: Character, mallory: User, client_of: ClientOf
) -> None:
    client = client_of(mallory)
    assert client.post("/studio/", order(hob)).status_code == 404
    assert client.get(f"/studio/actor/{hob.key}/").status_code == 404
    assert not Clip.objects.exists()


def test_a_check_counts_and_complains_and_costs_nothing(
    alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    fine = client.post("/studio/check/", {"script": "Good evening to you all."}).json()
    assert fine["error"] == ""
    assert fine["characters"] == 24
    assert 1 < fine["seconds"] < 4
    slow = client.post(
        "/studio/check/", {"script": "Good evening to you all.", "speed": "0.5"}
    ).json()
    assert slow["seconds"] > fine["seconds"]
    odd = client.post("/studio/check/", {"script": "Привет", "speed": "x"}).json()
    assert "Cyrillic" in odd["error"]


def test_the_stage_gets_a_rig_with_addresses(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    rig = client_of(alice).get(f"/studio/actor/{hob.key}/").json()["rig"]
    assert hob.portrait is not None
    assert rig["urls"][hob.portrait.ref].startswith("/media/blobs/")


def test_my_clips_show_mine_alone(
    alice: User, hob: Character, bob: User, client_of: ClientOf
) -> None:
    client_of(alice).post("/studio/", order(hob))
    mine = client_of(alice).get("/clips/").content.decode()
    assert "Night calls" in mine
    assert "Now and next" in mine
    assert "Night calls" not in client_of(bob).get("/clips/").content.decode()
    clip = Clip.objects.get()
    assert client_of(bob).get(clip.get_absolute_url()).status_code == 404
    assert client_of(bob).get(f"/clips/progress/?keys={clip.key}").json() == {
        "clips": []
    }


def test_filters_sort_what_became_of_clips(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    client = client_of(alice)
    client.post("/studio/", order(hob, title="Waiting"))
    client.post("/studio/", order(hob, title="Broken", key="2"))
    Clip.objects.filter(title="Broken").update(
        state="failed", error="The voice stopped. Nothing was spent."
    )
    failed = client.get("/clips/?show=failed").content.decode()
    assert "The voice stopped. Nothing was spent." in failed
    assert "Waiting" not in failed
    assert "Broken" not in client.get("/clips/?show=open").content.decode()
    assert "Nothing here" in client.get("/clips/?show=ready").content.decode()


def test_cancelling_gives_the_ticket_back_and_trying_again_takes_it(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    client = client_of(alice)
    client.post("/studio/", order(hob))
    url = Clip.objects.get().get_absolute_url()
    page = client.post(f"{url}cancel/", {"back": "jobs"}, follow=True)
    assert "Stopped. Your ticket is back." in page.content.decode()
    assert quotas.left(alice).left == 5
    client.post(f"{url}retry/")
    assert Clip.objects.get().state == Clip.State.QUEUED
    assert quotas.left(alice).left == 4


def test_removing_a_clip_takes_it_off_the_list(
    alice: User, hob: Character, client_of: ClientOf
) -> None:
    client = client_of(alice)
    client.post("/studio/", order(hob))
    url = Clip.objects.get().get_absolute_url()
    client.post(f"{url}remove/")
    assert client.get(url).status_code == 404
    assert "The stage is yours" in client.get("/clips/").content.decode()


@pytest.mark.parametrize("action", ["cancel", "retry", "remove"])
def test_nobody_stops_the_clip_of_another(
    alice: User, hob: Character, mallory: User, client_of: ClientOf, action: str
) -> None:
    client_of(alice).post("/studio/", order(hob))
    clip = Clip.objects.get()
    answer = client_of(mallory).post(f"{clip.get_absolute_url()}{action}/")
    assert answer.status_code == 404
    clip.refresh_from_db()
    assert (clip.state, clip.removed) == (Clip.State.QUEUED, None)


def test_a_ready_clip_can_be_downloaded_and_published(
    alice: User, client_of: ClientOf
) -> None:
    hob = make_character(alice)
    client = client_of(alice)
    client.post("/studio/", order(hob))
    ref = "sha256:" + "0" * 64
    Clip.objects.update(
        state="ready",
        rung="still",
        rung_reason="No mouth was found.",
        seconds=3,
        video=f"{ref}.mp4",
        captions=f"{ref}.vtt",
        poster=f"{ref}.webp",
        finished=Clip.objects.get().created,
    )
    page = client.get(Clip.objects.get().get_absolute_url()).content.decode()
    assert 'download="' in page
    assert "No mouth was found." in page
    assert "/publish/" in page


def test_a_transcript_breaks_at_sentences_and_pauses() -> None:
    words = ["Late,", "very", "late.", "“Yes!”", "Then", "nothing"]
    times = [0.0, 0.4, 0.8, 1.2, 1.6, 4.0]
    captions = tuple(
        Caption(at, at + 0.3, word) for at, word in zip(times, words, strict=True)
    )
    lines = lines_of(Performance(5.0, (Part("a", captions=captions),)))
    assert [line.text for line in lines] == [
        "Late, very late.",
        "“Yes!”",
        "Then",
        "nothing",
    ]
    assert [line.at for line in lines] == [0.0, 1.2, 1.6, 4.0]

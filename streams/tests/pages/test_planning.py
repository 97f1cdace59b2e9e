"""The plan of a stream: every refusal stands beside its field."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from avatarfx.tests.conftest import make_character
from socialapp.characters.models import Character
from streams import services
from streams.models import Stream
from streams.tests.conftest import made_stream
from streams.tests.pages.seen import page

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


def plan(seats: list[Character], **fields: Any) -> dict[str, Any]:
    return {
        "title": "Is it rude to shine?",
        "cast": [character.key for character in seats],
        "topics": "Fog\n\n  Small lamps \n",
        "duet": "",
        "background": "velvet",
        "shape": "16:9",
        "visibility": "public",
        "chat_open": "1",
        "slow_seconds": "15",
        "when": "later",
        "scheduled_for": "",
        **fields,
    }


def test_a_plan_is_kept_until_its_host_starts(
    host: Client, cast: list[Character]
) -> None:
    moment = (timezone.localtime() + dt.timedelta(days=2)).replace(
        second=0, microsecond=0
    )
    answer = host.post(
        "/live/new/", plan(cast, scheduled_for=moment.strftime("%Y-%m-%dT%H:%M"))
    )
    stream = Stream.objects.get()
    assert answer["Location"] == stream.get_absolute_url() == f"/s/{stream.key}/"
    assert stream.state == "scheduled"
    assert stream.scheduled_for == moment
    assert (stream.slow_seconds, stream.chat_open) == (15, True)
    assert [topic.text for topic in stream.topics.all()] == ["Fog", "Small lamps"]
    assert [seat.character for seat in stream.seats.all()] == cast
    assert page(host, f"/s/{stream.key}/").count("Go on air")


def test_a_plan_for_now_goes_on_air(host: Client, cast: list[Character]) -> None:
    host.post("/live/new/", plan(cast, when="now", chat_open=""))
    stream = Stream.objects.get()
    assert stream.state == "live"
    assert not stream.chat_open


def test_what_cannot_start_now_stays_planned(
    host: Client, alice: User, cast: list[Character]
) -> None:
    services.start_stream(stream=made_stream(alice))
    answer = host.post("/live/new/", plan(cast, when="now"), follow=True)
    html = answer.content.decode()
    assert "Kept as planned. You are on air already." in html
    assert Stream.objects.filter(state="scheduled").count() == 1


def test_the_form_knows_whom_one_came_with(host: Client, cast: list[Character]) -> None:
    html = page(host, f"/live/new/?character={cast[1].key}")
    assert re.search(rf'value="{cast[1].key}" checked', html)
    assert not re.search(rf'value="{cast[0].key}" checked', html)


@pytest.mark.parametrize(
    ("field", "fields", "words"),
    [
        ("title", {"title": " "}, "It needs a title."),
        ("title", {"title": "x" * 81}, "has 81 characters; 80 fit"),
        ("title", {"title": "Hoo\u202eb"}, "The title cannot be so."),
        ("cast", {"cast": []}, "Choose who is on stage: one to three."),
        ("cast", {"cast": ["nobody"]}, "not yours to put on stage"),
        ("topics", {"topics": "\n".join(map(str, range(13)))}, "at most 12 topics"),
        ("topics", {"topics": "x" * 121}, "The topic cannot be so."),
        ("background", {"background": "moon"}, "Choose one of the list."),
        ("shape", {"shape": "2:1"}, "Choose one of the list."),
        ("visibility", {"visibility": "all"}, "Choose one of the list."),
        ("slow_seconds", {"slow_seconds": "-1"}, "Choose one of the list."),
        ("when", {"when": ""}, "Choose when it begins."),
        ("scheduled_for", {"scheduled_for": "soon"}, "This is no day and time."),
        ("scheduled_for", {"scheduled_for": "2020-01-01T10:00"}, "moment is over"),
        ("duet", {"duet": "swan_lake"}, "Choose one of the list."),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(
    host: Client, cast: list[Character], field: str, fields: dict[str, Any], words: str
) -> None:
    sent = plan(cast, **fields)
    answer = host.post("/live/new/", sent)
    assert answer.status_code in {400, 409}
    html = answer.content.decode()
    error = re.search(rf'id="id_{field}_error">.*?</p>', html, re.S)
    assert error, field
    assert words in error[0]
    assert not Stream.objects.exists()
    if "title" not in fields:
        assert 'value="Is it rude to shine?"' in html
    if "topics" not in fields:
        assert "Small lamps" in html
    if "cast" not in fields:
        assert html.count(" checked") >= 4


def test_four_do_not_fit_on_stage(host: Client, alice: User) -> None:
    four = [make_character(alice, name) for name in ("A", "Bo", "Cy", "Dee")]
    html = host.post("/live/new/", plan(four)).content.decode()
    assert "You chose 4; 3 fit on stage." in html


def test_a_character_that_may_not_be_shown_is_refused_by_name(
    host: Client, cast: list[Character]
) -> None:
    html = page(host, "/live/new/")
    Character.objects.filter(pk=cast[0].pk).update(withheld="hidden")
    assert cast[0].key in html
    answer = host.post("/live/new/", plan(cast))
    error = re.search(r'id="id_cast_error">.*?</p>', answer.content.decode(), re.S)
    assert error
    assert "not yours to put on stage" in error[0]


def test_words_that_break_a_rule_are_refused_beside_their_field(
    host: Client, cast: list[Character]
) -> None:
    threat = "I know where you live, and I will find you and kill you."
    for field in ("title", "topics"):
        answer = host.post("/live/new/", plan(cast, **{field: threat}))
        assert answer.status_code == 422
        html = answer.content.decode()
        error = re.search(rf'id="id_{field}_error">.*?</p>', html, re.S)
        assert error
        assert "rule" in error[0]
        assert "I will find you" in html.replace(error[0], "")
    assert not Stream.objects.exists()


def test_words_of_somebody_in_danger_show_the_card(
    host: Client, cast: list[Character]
) -> None:
    html = host.post(
        "/live/new/", plan(cast, topics="I want to kill myself.")
    ).content.decode()
    assert re.search(r"data-care(?! hidden)", html)
    assert "988" in html


def test_a_plan_too_many_says_how_to_make_room(
    host: Client, alice: User, cast: list[Character]
) -> None:
    for _ in range(5):
        made_stream(alice)
    answer = host.post("/live/new/", plan(cast))
    assert answer.status_code == 409
    assert "End one to make room." in answer.content.decode()


def test_a_written_duet_brings_its_cast_and_its_title(
    host: Client, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = [make_character(bob, name) for name in ("Hob", "Sunniva")]
    for character, name in zip(house, ("hob", "sunniva"), strict=True):
        Character.objects.filter(pk=character.pk).update(
            starter=True, card={"id": name}
        )
    html = page(host, "/live/new/")
    assert "Partly Obscured" in html
    assert "Dear Universe" not in html, "half of its cast is not in the house"
    asked: dict[str, Any] = {}
    made = made_stream(alice)

    def create(**given: Any) -> Stream:
        asked.update(given)
        return made

    monkeypatch.setattr(services, "create_stream", create)
    host.post("/live/new/", plan([], duet="cloud_cover", title=""))
    assert asked["duet"] == "cloud_cover"
    assert asked["title"] == "Partly Obscured"
    assert asked["cast"] == house


def test_only_who_is_signed_in_plans() -> None:
    answer = Client().get("/live/new/")
    assert answer["Location"].startswith("/accounts/login/")


def test_a_plan_may_change_until_it_begins(
    host: Client, guest: Client, stream: Stream
) -> None:
    url = f"/s/{stream.key}/edit/"
    assert 'value="Partly Obscured"' in page(host, url)
    assert "Clouds\nBread" in page(host, url)
    page(guest, url, 403)
    sent = plan([], title="Fully Obscured", topics="Rain", slow_seconds="60")
    answer = host.post(url, sent)
    assert answer["Location"] == f"/s/{stream.key}/"
    stream.refresh_from_db()
    assert (stream.title, stream.slow_seconds) == ("Fully Obscured", 60)
    assert [topic.text for topic in stream.topics.all()] == ["Rain"]
    refused = host.post(url, {**sent, "scheduled_for": "2020-01-01T10:00"})
    assert "moment is over" in refused.content.decode()
    host.post(url, {**sent, "when": "now"})
    stream.refresh_from_db()
    assert stream.state == "live"
    assert host.get(url)["Location"] == f"/s/{stream.key}/"

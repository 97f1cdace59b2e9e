"""The desk of the host, reports, and the ways that lead to a show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from avatarfx.tests.conftest import make_character
from moderation import addresses
from moderation.services import report_subject
from socialapp.characters.models import Character
from streams import selectors, services
from streams.tests.conftest import say_line
from streams.tests.pages.seen import JSON, heard, page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from socialapp.accounts.models import User
    from streams.models import Stream


pytestmark = pytest.mark.django_db


def test_the_desk_runs_a_show_from_start_to_end(host: Client, stream: Stream) -> None:
    url = f"/s/{stream.key}/desk/"

    def do(name: str, **fields: Any) -> dict[str, Any]:
        answer = host.post(url, {"do": name, **fields}, headers=JSON)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    assert do("start")["state"] == "live"
    assert do("pause")["state"] == "paused"
    assert do("resume")["state"] == "live"
    assert do("cut")["said"] == "Nobody was speaking."
    say_line(stream, "And on and on.", seconds=30.0)
    assert do("cut")["said"] == ""
    offered = do("topics", topics="Fog\n\nLamps\n")["topics"]
    assert [one["text"] for one in offered] == ["Fog", "Lamps"]
    do("topic", topic=str(offered[1]["topic"]))
    assert selectors.topic_of(stream.pk) == "Lamps"
    do("topic")
    assert selectors.topic_of(stream.pk) == "Fog"
    changed = do("change", chat_open="0", slow_seconds="30", visibility="unlisted")
    assert (changed["chat_open"], changed["slow_seconds"]) == (False, 30)
    assert changed["visibility"] == "unlisted"
    assert do("end")["state"] == "ended"
    assert do("remove")["go"] == "/live/"
    page(host, f"/s/{stream.key}/", 404)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"do": "start"}, "It has begun already."),
        ({"do": "resume"}, "It is not paused."),
        ({"do": "topic", "topic": "99"}, "No such topic."),
        ({"do": "topic", "topic": "x"}, "Choose one of the topics"),
        ({"do": "topics", "topics": "x" * 121}, "The topic cannot be so."),
        ({"do": "change", "slow_seconds": "long"}, "a number of seconds"),
        ({"do": "change", "slow_seconds": "9999"}, "0 to 600 seconds"),
        ({"do": "change", "visibility": "all"}, "who may watch"),
        ({"do": "dance"}, "no such button"),
    ],
)
def test_the_desk_says_what_cannot_be(
    host: Client, live: Stream, fields: dict[str, str], words: str
) -> None:
    url = f"/s/{live.key}/desk/"
    answer = host.post(url, fields, headers=JSON)
    assert answer.status_code == 409
    assert words in answer.json()["detail"]
    plain = host.post(url, fields, follow=True)
    assert words in plain.content.decode()


def test_nobody_else_sits_at_the_desk(live: Stream, guest: Client) -> None:
    for do in ("end", "cut", "pause", "remove", "change"):
        answer = guest.post(f"/s/{live.key}/desk/", {"do": do}, headers=JSON)
        assert answer.status_code == 403
    live.refresh_from_db()
    assert (live.state, live.removed) == ("live", None)
    services.change_stream(stream=live, visibility="private")
    assert guest.post(f"/s/{live.key}/desk/", {"do": "end"}).status_code == 404


def test_a_pasted_address_names_the_stream(live: Stream) -> None:
    for text in (f"/s/{live.key}/", f"https://t.example/s/{live.key}", live.key):
        assert addresses.read(text) == ("stream", live.key)


def test_a_stream_a_line_and_a_message_can_be_reported_from_the_page(
    live: Stream, guest: Client, alice: User, bob: User
) -> None:
    heard(live, "Good evening.")
    said = services.say(stream=live, person=alice, text="Hello all.")
    html = page(guest, f"/s/{live.key}/")
    for kind, key in (
        ("stream", live.key),
        ("stream-line", f"{live.key}-1"),
        ("stream-message", said.key),
    ):
        assert f'href="/report/{kind}/{key}/"' in html
        assert page(guest, f"/report/{kind}/{key}/?sheet=1")
        report_subject(kind=kind, key=key, reporter=bob, category="spam", note="")


def test_ways_lead_to_a_show_from_a_character_and_from_create(
    host: Client, guest: Client, alice: User
) -> None:
    hob = make_character(alice, "Hob")
    Character.objects.filter(pk=hob.pk).update(visibility="public")
    way = f"/live/new/?character={hob.key}"
    assert way in page(host, f"/c/{hob.key}/")
    assert way not in page(guest, f"/c/{hob.key}/"), "not theirs to put on stage"
    assert "/live/new/" in page(host, "/create/")
    assert 'href="/live/"' in page(Client(), "/cast/")


def test_a_browser_is_told_what_a_link_shows(live: Stream) -> None:
    answer: HttpResponse = Client().get(f"/s/{live.key}/")  # type: ignore[assignment]
    html = answer.content.decode()
    assert '<meta property="og:title" content="Partly Obscured">' in html
    assert f'<link rel="canonical" href="http://testserver/s/{live.key}/">' in html
    assert "noindex" not in html
    assert answer["Cache-Control"].startswith("max-age=0")

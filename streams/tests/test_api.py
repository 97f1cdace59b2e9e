"""Streams over HTTP: hosts run them, others follow, nobody does what is not theirs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from avatarfx.tests.conftest import make_character
from socialapp.content import library
from streams import services
from streams.models import Direction, Stream
from streams.protocol import from_json
from streams.protocol.events import AudioChunk, Line
from streams.tests.conftest import say_line

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

URL = "/api/v1/streams/"


@pytest.fixture(autouse=True)
def fresh_rates() -> None:
    cache.clear()


def api(user: User | None = None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def of(stream: Stream, what: str = "") -> str:
    return f"{URL}{stream.key}/{what}"


def test_a_host_plans_starts_and_ends_a_stream(alice: User) -> None:
    cast = [make_character(alice, name).key for name in ("Hob", "Sunniva")]
    soon = timezone.now() + dt.timedelta(hours=2)
    client = api(alice)
    made = client.post(
        URL,
        {
            "title": "Partly Obscured",
            "cast": cast,
            "topics": ["Clouds", "Bread"],
            "scheduled_for": soon.isoformat(),
        },
    )
    assert made.status_code == 201, made.json()
    told = made.json()
    assert (told["state"], told["mine"], told["ai_generated"]) == (
        "scheduled",
        True,
        True,
    )
    assert [seat["character"]["name"] for seat in told["seats"]] == ["Hob", "Sunniva"]
    url = f"{URL}{told['key']}/"
    assert client.post(f"{url}start/").json()["state"] == "live"
    assert client.post(f"{url}pause/").json()["state"] == "paused"
    assert client.post(f"{url}resume/").json()["state"] == "live"
    chosen = client.post(f"{url}topic/", {"topic": 2}).json()
    assert chosen["topic"] == "Bread"
    assert [topic["text"] for topic in chosen["topics"]] == ["Clouds"]
    offered = client.put(f"{url}topics/", {"topics": ["Fog"]}).json()
    assert [topic["text"] for topic in offered] == ["Fog"]
    ended = client.post(f"{url}end/").json()
    assert (ended["state"], ended["end_reason"]) == ("ended", "finished")
    assert client.post(f"{url}start/").status_code == 409
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404


def test_what_cannot_be_is_a_problem_in_words(alice: User, live: Stream) -> None:
    client = api(alice)
    hob = make_character(alice).key
    for body, status in (
        ({"title": "x", "cast": []}, 400),
        ({"title": "x", "cast": ["nobody"]}, 400),
        ({"title": "x", "cast": [hob, hob]}, 400),
        ({"title": "x", "cast": [hob], "delay_seconds": 99}, 400),
        ({"title": "I will kill you tomorrow, Bob", "cast": [hob]}, 422),
    ):
        answer = client.post(URL, body)
        assert answer.status_code == status, body
        assert answer["Content-Type"] == "application/problem+json"
    late = client.patch(of(live), {"shape": "1:1"})
    assert late.status_code == 409
    assert late.json()["type"] == "urn:troupe:on-air"


def test_anybody_lists_and_opens_what_is_public(
    alice: User, bob: User, live: Stream
) -> None:
    services.note_presence(hub="one", counts={live.pk: 7})
    (listed,) = api().get(URL).json()["results"]
    assert (listed["title"], listed["viewers"]) == ("Partly Obscured", 7)
    assert api().get(URL, {"state": "scheduled"}).json()["results"] == []
    assert api().get(of(live)).json()["last_seq"] == 1
    services.change_stream(stream=live, visibility="unlisted")
    assert api().get(URL).json()["results"] == []
    assert api().get(of(live)).status_code == 200
    services.change_stream(stream=live, visibility="private")
    assert api(bob).get(of(live)).status_code == 404
    assert len(api(alice).get(URL).json()["results"]) == 1


def test_only_its_host_runs_a_stream(bob: User, live: Stream) -> None:
    for client, status in ((api(bob), 403), (api(), 401)):
        for what in ("start/", "pause/", "resume/", "end/", "interrupt/", "topic/"):
            assert client.post(of(live, what)).status_code == status, what
        topics = client.put(of(live, "topics/"), {"topics": []})
        assert topics.status_code == status
        assert client.patch(of(live), {"title": "Mine"}).status_code == status
        assert client.delete(of(live)).status_code == status
    assert Stream.objects.get().state == "live"


def test_events_are_polled_and_read_as_on_the_socket(live: Stream) -> None:
    say_line(live, "One two.", sound=bytes(range(200)))
    client = api()
    first = client.get(of(live, "events/"), {"limit": 2}).json()
    assert [event["kind"] for event in first["events"]] == ["stream-started", "line"]
    rest = client.get(of(live, "events/"), {"after": first["after"]}).json()
    line, chunk = (from_json(e) for e in [first["events"][1], *rest["events"]])
    assert isinstance(line, Line)
    assert isinstance(chunk, AudioChunk)
    assert chunk.data == bytes(range(200))
    assert (rest["after"], rest["state"]) == (3, "live")
    none = client.get(of(live, "events/"), {"after": 3}).json()
    assert (none["events"], none["after"]) == ([], 3)


@pytest.mark.parametrize(
    "query", [{"after": "-1"}, {"after": "4"}, {"after": "0" * 40}, {"limit": "0"},
              {"limit": "101"}, {"limit": "x"}],
)  # fmt: skip
def test_an_odd_question_for_events_is_refused(
    live: Stream, query: dict[str, str]
) -> None:
    assert api().get(of(live, "events/"), query).status_code == 400


def test_a_ticket_is_given_to_those_who_may_watch(bob: User, live: Stream) -> None:
    given = api(bob).post(of(live, "ticket/"))
    assert given.status_code == 201
    ticket = given.json()["ticket"]
    assert ticket in given.json()["path"]
    assert services.redeem_ticket(stream=live, ticket=ticket) == bob
    assert api().post(of(live, "ticket/")).status_code == 401
    services.change_stream(stream=live, visibility="private")
    assert api(bob).post(of(live, "ticket/")).status_code == 404


def test_a_host_cuts_in(alice: User, live: Stream) -> None:
    say_line(live, seconds=20.0)
    assert api(alice).post(of(live, "interrupt/")).json() == {"lines": [1]}
    assert api(alice).post(of(live, "interrupt/")).json() == {"lines": []}


def test_the_audience_writes_votes_and_reacts(
    alice: User, bob: User, live: Stream
) -> None:
    client = api(bob)
    said = client.post(of(live, "messages/"), {"text": "What a view"})
    assert said.status_code == 201
    assert client.get(of(live, "messages/")).json() == [said.json()]
    slow = client.post(of(live, "messages/"), {"text": "And again"})
    assert slow.status_code == 429
    assert 0 < int(slow["Retry-After"]) <= 5
    bad = client.post(of(live, "messages/"), {"text": "I will kill you, Alice"})
    assert bad.status_code == 422
    assert client.put(of(live, "vote/"), {"topic": 2}).json()[1]["votes"] == 1
    assert client.put(of(live, "vote/"), {"topic": 9}).status_code == 409
    clapped = api().post(of(live, "reactions/"), {"reaction": "clap"})
    assert clapped.json() == {"counts": {"clap": 1}}
    assert api().post(of(live, "reactions/"), {"reaction": "x"}).status_code == 400
    assert api().post(of(live, "messages/"), {"text": "Hi"}).status_code == 401
    bob.birth_date = timezone.now().date() - dt.timedelta(days=15 * 366)
    assert client.get(of(live, "messages/")).json() == []
    services.end_stream(stream=live)
    assert api(alice).post(of(live, "messages/"), {"text": "Bye"}).status_code == 409
    gone: Any = api().post(of(live, "reactions/"), {"reaction": "clap"})
    assert gone.status_code == 409


def test_a_list_costs_the_same_for_one_and_many(
    alice: User, live: Stream, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        copy = Stream.objects.create(host=alice, title=f"Number {number}")
        for seat in live.seats.all():
            copy.seats.create(
                seat=seat.seat, character=seat.character, portrait=seat.portrait
            )
    with django_assert_max_num_queries(7):
        assert len(api().get(URL).json()["results"]) == 11


# Directing --------------------------------------------------------------------


def test_a_host_wishes_and_others_do_not(alice: User, bob: User, live: Stream) -> None:
    made = api(alice).post(of(live, "wish/"), {"text": "Sing to us.", "speaker": "b"})
    assert made.status_code == 201, made.json()
    assert (made.json()["text"], made.json()["speaker"]) == ("Sing to us.", "b")
    assert live.wishes.get().seat == "b"
    assert api(bob).post(of(live, "wish/"), {"text": "Dance."}).status_code == 403
    refused = api(alice).post(
        of(live, "wish/"), {"text": "I will kill you tomorrow, Bob"}
    )
    assert refused.status_code in {400, 422}
    for text in ("Wave.", "Nod."):
        api(alice).post(of(live, "wish/"), {"text": text})
    full = api(alice).post(of(live, "wish/"), {"text": "Jump."})
    assert (full.status_code, full.json()["type"]) == (409, "urn:troupe:too-many")


def test_only_the_host_is_told_who_words_the_lines(
    alice: User, bob: User, live: Stream
) -> None:
    assert api(alice).get(of(live)).json()["direction"] is None
    Direction.objects.create(stream=live, engine="authored", note="The endpoint rests.")
    assert api(alice).get(of(live)).json()["direction"] == {
        "engine": "authored",
        "note": "The endpoint rests.",
    }
    assert api(bob).get(of(live)).json()["direction"] is None


def test_a_duet_brings_its_own_two(alice: User) -> None:
    for name in ("hob", "sunniva"):
        character = make_character(alice, library.cast_member(name)["name"])
        character.starter = True
        character.save()
    made = api(alice).post(URL, {"title": "Clouds", "duet": "cloud_cover"})
    assert made.status_code == 201, made.json()
    assert made.json()["duet"] == "cloud_cover"
    names = [seat["character"]["name"] for seat in made.json()["seats"]]
    outline = library.duet("cloud_cover")["seats"]
    assert names == [library.cast_member(outline[seat])["name"] for seat in "ab"]
    nobody = api(alice).post(URL, {"title": "Empty"})
    assert nobody.status_code == 400
    changed = api(alice).patch(of(Stream.objects.get()), {"duet": "last_croissant"})
    assert changed.status_code == 400
    assert "written for" in changed.json()["detail"]

"""The page of a stream in every state, with and without scripts."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from socialapp.characters.models import Character
from streams import services
from streams.models import Stream, StreamEvent, TopicVote
from streams.tests.conftest import made_stream, say_line
from streams.tests.pages.seen import JSON, heard, page, shown

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


def test_a_planned_show_waits_with_its_moment(
    alice: User, host: Client, guest: Client
) -> None:
    soon = timezone.now() + dt.timedelta(hours=3)
    stream = made_stream(alice, scheduled_for=soon)
    html = page(guest, f"/s/{stream.key}/")
    assert "data-countdown" in html
    assert 'data-state="scheduled"' in html
    assert f'socket="/ws/streams/{stream.key}/"' in html
    assert shown(html, "scheduled")
    assert not shown(html, "live")
    assert "Your desk" not in html
    mine = page(host, f"/s/{stream.key}/")
    assert "Your desk" in mine
    assert "Change the plan" in mine


def test_a_live_show_is_all_there_without_scripts(
    live: Stream, guest: Client, bob: User
) -> None:
    heard(live, "Good <evening>.", "The fog is early.")
    say_line(live, "Not said yet.")
    services.choose_topic(stream=live, topic=1)
    services.say(stream=live, person=bob, text="Lovely hat.")
    html = page(guest, f"/s/{live.key}/")
    assert "<title>Live: Partly Obscured" in html
    assert "AI characters" in html
    assert shown(html, "live")
    assert "Good &lt;evening&gt;." in html
    assert "The fog is early." in html
    assert "Not said yet." not in html, "it is sent ahead of its moment"
    assert "Lovely hat." in html
    assert f"/report/stream-line/{live.key}-1/" in html
    assert f"/report/stream/{live.key}/" in html
    assert f'action="/s/{live.key}/vote/"' in html
    assert f'action="/s/{live.key}/say/"' in html
    assert "data-topic>Clouds<" in html.replace("<b ", "")
    data = re.search(r"data-cast>(.*?)</script>", html, re.S)
    assert data
    actors = json.loads(data[1])
    assert [actors[seat]["name"] for seat in "ab"] == ["Hob", "Sunniva"]


def test_a_stranger_may_watch_and_is_asked_in_where_it_needs_a_person(
    live: Stream,
) -> None:
    html = page(Client(), f"/s/{live.key}/")
    assert "Sign in to write" in html
    assert "Sign in to vote" in html
    assert "data-say" not in html
    assert (
        'class="vote__row" name="topic" value="1" aria-pressed="false" disabled' in html
    )
    for act in ("say", "vote"):
        answer = Client().post(f"/s/{live.key}/{act}/", {"text": "Hi", "topic": "1"})
        assert answer["Location"].startswith("/accounts/login/")
    assert Client().post(f"/s/{live.key}/desk/", {"do": "end"}).status_code == 302
    live.refresh_from_db()
    assert live.state == "live"


def test_the_name_of_a_character_cannot_end_the_data_of_the_stage(
    alice: User, guest: Client
) -> None:
    stream = made_stream(alice)
    Character.objects.filter(name="Hob").update(name="</script><b>Hob")
    html = page(guest, f"/s/{stream.key}/")
    assert "</script><b>Hob" not in html


def test_who_is_on_stage_tells_their_rig_to_whoever_may_watch(
    alice: User, guest: Client, host: Client
) -> None:
    stream = made_stream(alice)
    url = f"/s/{stream.key}/rigs/a/"
    rig = guest.get(url).json()
    assert rig["urls"][rig["portrait"]].startswith("/media/")
    assert guest.get(f"/s/{stream.key}/rigs/c/").status_code == 404
    Character.objects.update(visibility="private")
    assert guest.get(url).status_code == 200, "the stage shows it, not its page"
    assert f"/c/{stream.seats.all()[0].character.key}/" not in page(
        guest, f"/s/{stream.key}/"
    )
    services.change_stream(stream=stream, visibility="private")
    assert guest.get(url).status_code == 404
    assert host.get(url).status_code == 200


def test_a_pause_says_so(live: Stream, guest: Client) -> None:
    services.pause_stream(stream=live)
    html = page(guest, f"/s/{live.key}/")
    assert shown(html, "paused")
    assert "A short pause" in html


def test_the_end_is_a_replay_with_its_transcript(live: Stream, guest: Client) -> None:
    heard(live, "Good evening.", "And good night.")
    services.end_stream(stream=live)
    html = page(guest, f"/s/{live.key}/")
    assert f'events="/api/v1/streams/{live.key}/events/"' in html
    assert 'socket="' not in html
    assert "data-replay" in html
    assert "And good night." in html
    assert "Next topic" not in html
    assert "data-say" not in html


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("stopped", "The house stopped this show"),
        ("failed", "could not go on"),
        ("idle", "seats were empty"),
    ],
)
def test_an_early_end_says_why(
    live: Stream, guest: Client, reason: str, words: str
) -> None:
    services.end_stream(stream=live, reason=reason)
    assert words in page(guest, f"/s/{live.key}/").split("data-over")[0]


def test_a_cancelled_show_has_nothing_to_play(stream: Stream, guest: Client) -> None:
    services.end_stream(stream=stream)
    html = page(guest, f"/s/{stream.key}/")
    assert "It was cancelled" in html
    assert "events=" not in html
    assert "Transcript" not in html


def test_a_long_transcript_shows_its_end_and_all_of_it_when_asked(
    live: Stream, guest: Client, django_assert_max_num_queries: Any
) -> None:
    row = StreamEvent.objects
    line = say_line(live, "Word.", at=0.0)
    stored = row.get(seq=line.seq)
    row.bulk_create(
        StreamEvent(
            stream=live,
            seq=100 + n,
            kind="line",
            at=float(n) / 1000,
            line=100 + n,
            data=json.loads(
                json.dumps(stored.data).replace('"Word."', f'"Number-{n}."')
            ),
        )
        for n in range(80)
    )
    Stream.objects.update(last_seq=200, last_line=200)
    Stream.objects.update(started=timezone.now() - dt.timedelta(minutes=5))
    with django_assert_max_num_queries(26):
        html = page(guest, f"/s/{live.key}/")
    assert "Number-79." in html
    assert "Number-5." not in html
    assert "Earlier lines" in html
    assert "Number-5." in page(guest, f"/s/{live.key}/?all=1")


def test_a_line_that_was_taken_is_not_in_the_transcript(
    live: Stream, guest: Client
) -> None:
    heard(live, "Good evening.", "Something vile.")
    services.remove_line(
        event=StreamEvent.objects.get(line=2, kind="line"), level="removed"
    )
    html = page(guest, f"/s/{live.key}/")
    assert "Good evening." in html
    assert "Something vile." not in html


def test_a_line_that_was_cut_says_so(live: Stream, guest: Client) -> None:
    say_line(live, "And on and on.", seconds=30.0, at=0.0)
    services.cut_line(stream=live)
    assert "(cut in)" in page(guest, f"/s/{live.key}/")


def test_private_and_withheld_streams_do_not_exist_for_others(
    alice: User, host: Client, guest: Client
) -> None:
    private = made_stream(alice, visibility="private")
    page(guest, f"/s/{private.key}/", 404)
    page(Client(), f"/s/{private.key}/", 404)
    html = page(host, f"/s/{private.key}/")
    assert "Only you" in html
    assert "noindex" in html
    hidden = made_stream(alice)
    services.set_withheld(stream=hidden, level="hidden")
    page(guest, f"/s/{hidden.key}/", 404)
    assert "A moderator took it off the stage" in page(host, f"/s/{hidden.key}/")
    removed = made_stream(alice)
    services.set_withheld(stream=removed, level="removed")
    page(host, f"/s/{removed.key}/", 404)


def test_people_under_18_watch_vote_and_react_without_the_chat(
    live: Stream, teen: User, bob: User, client_of: ClientOf
) -> None:
    services.say(stream=live, person=bob, text="Lovely hat.")
    client = client_of(teen)
    html = page(client, f"/s/{live.key}/")
    assert "is for adults" in html
    assert "Lovely hat." not in html
    assert "data-say" not in html
    refused = client.post(f"/s/{live.key}/say/", {"text": "Hello"}, headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "adults")
    assert client.post(f"/s/{live.key}/vote/", {"topic": "2"}).status_code == 302
    assert TopicVote.objects.get().person == teen

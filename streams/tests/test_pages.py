"""Pages of streams: every state, every refusal, with and without scripts."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from avatarfx.tests.conftest import make_character
from moderation import addresses
from moderation.services import report_subject
from socialapp.accounts.models import User
from socialapp.characters.models import Character
from streams import programme, selectors, services
from streams.models import ChatMessage, ReactionCount, Stream, StreamEvent, TopicVote
from streams.tests.conftest import made_stream, say_line

if TYPE_CHECKING:
    from django.http import HttpResponse

    from conftest import ClientOf

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def fresh_rates() -> None:
    cache.clear()


@pytest.fixture
def teen(db: None) -> User:
    return User.objects.create_user(
        username="tim",
        email="tim@example.com",
        password=None,
        birth_date=timezone.now().date() - dt.timedelta(days=15 * 366),
    )


@pytest.fixture
def host(alice: User, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.fixture
def guest(bob: User, client_of: ClientOf) -> Client:
    return client_of(bob)


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def shown(html: str, when: str) -> bool:
    """Whether the first part of the page for this state is shown."""
    found = re.search(rf'data-when="{when}"( hidden)?', html)
    assert found, when
    return not found[1]


def heard(stream: Stream, *texts: str) -> None:
    """Lines that are over."""
    for text in texts:
        say_line(stream, text, at=0.0)


# What is on ---------------------------------------------------------------------


def test_an_empty_house_asks_for_a_host() -> None:
    html = page(Client(), "/live/")
    assert "The stage is dark" in html
    assert 'href="/live/new/"' in html
    assert 'aria-current="page"' in html


def test_what_is_on_comes_before_what_is_coming_and_what_was(
    alice: User, bob: User
) -> None:
    over = services.start_stream(stream=made_stream(bob, title="Was here"))
    heard(over, "Good evening.")
    services.end_stream(stream=over)
    soon = timezone.now() + dt.timedelta(days=1)
    made_stream(bob, title="Will be here", scheduled_for=soon)
    live = services.start_stream(stream=made_stream(alice, title="Is here"))
    services.choose_topic(stream=live, topic=1)
    html = page(Client(), "/live/")
    places = [html.index(f"{when} here") for when in ("Is", "Will be", "Was")]
    assert places == sorted(places)
    assert "Hob and Sunniva, hosted by @alice" in html
    assert "Now: Clouds" in html


def test_lists_show_nobody_what_is_not_theirs(
    alice: User, host: Client, guest: Client
) -> None:
    made_stream(alice, title="Quiet rehearsal", visibility="private")
    made_stream(alice, title="By the link", visibility="unlisted")
    hidden = made_stream(alice, title="Taken away")
    services.set_withheld(stream=hidden, level="hidden")
    for client in (Client(), guest):
        html = page(client, "/live/")
        for title in ("Quiet rehearsal", "By the link", "Taken away"):
            assert title not in html
    mine = page(host, "/live/")
    assert "only you see it" in mine
    assert "By the link" in mine


def test_what_was_cancelled_or_silent_is_no_replay(alice: User) -> None:
    services.end_stream(stream=made_stream(alice, title="Never began"))
    silent = services.start_stream(stream=made_stream(alice, title="Said nothing"))
    services.end_stream(stream=silent)
    html = page(Client(), "/live/")
    assert "Never began" not in html
    assert "Said nothing" not in html


def test_older_replays_are_a_page_away(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programme, "MOST_LISTED", 2)
    now = timezone.now()
    Stream.objects.bulk_create(
        Stream(
            host=alice,
            title=f"Show {n}",
            state="ended",
            started=now,
            ended=now,
            last_line=1,
        )
        for n in range(5)
    )
    url, seen = "/live/", []
    for _ in range(3):
        html = page(Client(), url)
        seen += re.findall(r"Show \d", html)
        older = re.search(r'href="(\?before=\d+)"', html)
        url = f"/live/{older[1]}" if older else ""
    assert url == ""
    assert list(dict.fromkeys(seen)) == [f"Show {n}" for n in (4, 3, 2, 1, 0)]
    assert page(Client(), "/live/?before=x")
    page(Client(), f"/live/?before={10**30}", 404)


def test_many_streams_cost_as_many_queries_as_few(
    alice: User, bob: User, mallory: User, django_assert_max_num_queries: Any
) -> None:
    for user in (alice, bob, mallory):
        stream = services.start_stream(stream=made_stream(user))
        heard(stream, "Good evening.")
        made_stream(user)
    with django_assert_max_num_queries(12):
        html = page(Client(), "/live/")
    assert html.count("Partly Obscured") >= 6


# The plan -------------------------------------------------------------------------


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


@pytest.fixture
def cast(alice: User) -> list[Character]:
    return [make_character(alice, name) for name in ("Hob", "Sunniva")]


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


# The stage --------------------------------------------------------------------------


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


# The audience, without a socket -------------------------------------------------------


def test_a_message_is_kept_and_shown(live: Stream, guest: Client) -> None:
    answer = guest.post(f"/s/{live.key}/say/", {"text": "Lovely <i>hat</i>."})
    assert answer["Location"] == f"/s/{live.key}/#seats"
    html = page(guest, f"/s/{live.key}/")
    assert "Lovely &lt;i&gt;hat&lt;/i&gt;." in html
    said = ChatMessage.objects.get()
    assert f"/report/stream-message/{said.key}/" not in html, "one's own"
    assert f"/report/stream-message/{said.key}/" in page(Client(), f"/s/{live.key}/")


def test_every_refusal_of_a_message_says_why(
    live: Stream, guest: Client, alice: User
) -> None:
    url = f"/s/{live.key}/say/"

    def said(text: str) -> tuple[int, str]:
        answer = guest.post(url, {"text": text}, headers=JSON)
        return answer.status_code, answer.json().get("code", "")

    assert said(" ") == (409, "text-odd")
    assert said("I know where you live, and I will kill you.") == (422, "text-refused")
    assert said("I want to kill myself.") == (422, "care")
    assert said("Good evening.") == (200, "")
    assert said("Good evening again.") == (429, "too-much")
    services.change_stream(stream=live, chat_open=False)
    assert said("Hello?") == (403, "closed")
    assert "The host has closed the chat." in page(guest, f"/s/{live.key}/")
    services.end_stream(stream=live)
    assert said("Bravo.") == (409, "not-live")


def test_without_scripts_a_refusal_is_told_and_danger_shows_the_card(
    live: Stream, guest: Client
) -> None:
    url = f"/s/{live.key}/say/"
    refused = guest.post(url, {"text": " "}, follow=True)
    assert "data-toast" in refused.content.decode()
    card = guest.post(url, {"text": "I want to kill myself."})
    assert "988" in card.content.decode()


def test_a_vote_counts_once_and_may_change(
    live: Stream, guest: Client, alice: User, mallory: User
) -> None:
    for person in (alice, mallory):
        services.vote(stream=live, person=person, topic=1)
    url = f"/s/{live.key}/vote/"
    guest.post(url, {"topic": "1"})
    guest.post(url, {"topic": "2"})
    html = page(guest, f"/s/{live.key}/")
    assert re.search(r'value="2" aria-pressed="true".*?33 %', html)
    assert re.search(r'value="1" aria-pressed="false".*?67 %', html)
    for number in ("9", "x", "", "²"):
        answer = guest.post(url, {"topic": number}, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (409, "no-topic")


def test_anybody_reacts_while_somebody_is_on_stage(live: Stream) -> None:
    url = f"/s/{live.key}/react/"
    assert Client().post(url, {"reaction": "clap"}).status_code == 302
    assert ReactionCount.objects.get().count == 1
    assert 'aria-label="Clap, 1"' in page(Client(), f"/s/{live.key}/")
    assert Client().post(url, {"reaction": "boo"}, headers=JSON).status_code == 409
    services.end_stream(stream=live)
    refused = Client().post(url, {"reaction": "clap"}, headers=JSON)
    assert refused.json()["code"] == "not-live"


def test_votes_are_whole_percentages_that_add_up() -> None:
    assert programme.percentages([1, 1, 1]) == [34, 33, 33]
    assert programme.percentages([0, 0]) == [0, 0]
    assert programme.percentages([2, 1]) == [67, 33]
    for votes in ([7, 3, 11, 2], [1, 999], [5, 5, 5, 5, 5, 5, 5]):
        assert sum(programme.percentages(votes)) == 100


# The desk -----------------------------------------------------------------------------


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


# Reports and addresses ------------------------------------------------------------------


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

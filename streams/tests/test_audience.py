"""Who watches writes, reacts, votes and is counted; moderators take things away."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from moderation import services as moderation
from moderation import subjects
from moderation.abuse.services import AbuseError
from moderation.models import Standing, Utterance
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.leaving import ask_to_leave
from socialapp.accounts.services import close_account
from streams import delivery, selectors, services
from streams.errors import StreamError, TicketError
from streams.models import (
    ChatMessage,
    Presence,
    Stream,
    StreamEvent,
    StreamTicket,
    TopicVote,
)
from streams.protocol import from_frame
from streams.protocol.events import Message, MessageRemoved, Reactions, Topics
from streams.tests.conftest import made_stream, say_line

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Events as they leave on the bus, once the test's own commits run."""
    events: list[object] = []

    def publish(_channel: str, message: bytes) -> bool:
        events.extend(from_frame(one.frame) for one in delivery.unpack(message))
        return True

    monkeypatch.setattr("socialapp.lib.bus.publish", publish)
    return events


def test_a_message_is_screened_kept_and_sent(
    live: Stream,
    bob: User,
    sent: list[object],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        message = services.say(stream=live, person=bob, text="  What a   view  ")
    assert message.text == "What a view"
    (event,) = sent
    assert isinstance(event, Message)
    assert (event.message, event.person, event.text) == (
        message.key,
        "bob",
        "What a view",
    )


@pytest.mark.parametrize(
    "text", ["I will kill you tomorrow, Bob", "I want to kill myself tonight"]
)
def test_what_screening_stops_nobody_sees(
    live: Stream, bob: User, sent: list[object], text: str
) -> None:
    with pytest.raises(TextRefusedError) as refused:
        services.say(stream=live, person=bob, text=text)
    assert refused.value.crisis == ("myself" in text)
    assert not ChatMessage.objects.exists()
    assert not Utterance.objects.exists()
    assert sent == []


def test_slow_mode_holds_everybody_but_the_host(
    live: Stream, bob: User, alice: User
) -> None:
    services.change_stream(stream=live, slow_seconds=60)
    services.say(stream=live, person=bob, text="First")
    with pytest.raises(AbuseError, match="Slow mode"):
        services.say(stream=live, person=bob, text="Second")
    services.say(stream=live, person=alice, text="Welcome")
    services.say(stream=live, person=alice, text="And welcome again")


def test_who_may_not_write_is_told_why(live: Stream, bob: User, alice: User) -> None:
    services.change_stream(stream=live, chat_open=False)
    with pytest.raises(StreamError, match="closed"):
        services.say(stream=live, person=bob, text="Hello")
    services.say(stream=live, person=alice, text="The host may")
    services.change_stream(stream=live, chat_open=True)
    Standing.objects.create(user=bob, banned=True)
    with pytest.raises(StreamError, match="rests"):
        services.say(stream=live, person=bob, text="Hello")
    Standing.objects.all().delete()
    bob.birth_date = timezone.now().date() - dt.timedelta(days=15 * 366)
    with pytest.raises(StreamError, match="adults"):
        services.say(stream=live, person=bob, text="Hello")
    services.end_stream(stream=live)
    with pytest.raises(StreamError, match="Nobody is on stage"):
        services.say(stream=live, person=alice, text="Hello")
    with pytest.raises(StreamError, match="Write something"):
        services.say(stream=live, person=alice, text=" \u200b ")
    with pytest.raises(StreamError, match="at most 300"):
        services.say(stream=live, person=alice, text="x" * 301)


def test_a_moderator_s_removal_reaches_viewers_and_newcomers(
    live: Stream,
    bob: User,
    sent: list[object],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    message = services.say(stream=live, person=bob, text="Rather rude")
    with django_capture_on_commit_callbacks(execute=True):
        case = moderation.open_case(
            kind="stream-message", key=message.key, category="harassment", hold=False
        )
        moderation.decide_case(
            case=case,
            moderator=None,
            measure="remove",
            rule="4.2",
            reason="It insults somebody.",
        )
    assert [event for event in sent if isinstance(event, MessageRemoved)] == [
        MessageRemoved(2, sent[0].at, message.key)  # type: ignore[attr-defined]
    ]
    assert selectors.latest_messages(live.pk) == []
    assert case.snapshot["Message"] == "Rather rude"
    subjects.get("stream-message").restore(ChatMessage.objects.get())
    assert len(selectors.latest_messages(live.pk)) == 1


def test_a_line_can_be_reported_and_taken_away(live: Stream, bob: User) -> None:
    say_line(live, "A word too many.")
    key = StreamEvent.objects.select_related("stream").get(kind="line").key
    report = moderation.report_subject(
        kind="stream-line", key=key, reporter=bob, category="hate"
    )
    assert report.case.snapshot["Line"] == "A word too many."
    assert report.case.snapshot["Said by"] == "Hob"
    assert report.case.author == live.host
    moderation.decide_case(
        case=report.case,
        moderator=None,
        measure="hide",
        rule="4.1",
        reason="It attacks people for what they are.",
    )
    kinds = [event.kind for event in selectors.events_since(live.pk, 1)]
    assert kinds == ["withheld", "line-removed"]
    assert subjects.find("stream-line", f"{live.key}-99") is None
    assert subjects.find("stream-line", "no-number-x") is None


def test_a_withheld_stream_is_off_the_air_and_off_the_lists(
    live: Stream, bob: User, alice: User
) -> None:
    subject = subjects.get("stream")
    assert subject.visible(live, bob)
    subject.hide(live)
    live.refresh_from_db()
    assert (live.state, live.end_reason) == ("ended", "stopped")
    assert not subject.visible(live, bob)
    assert subject.visible(live, alice)
    subject.restore(live)
    assert subject.visible(live, bob)


def test_a_character_that_is_removed_takes_its_streams_along(live: Stream) -> None:
    hob = live.seats.get(seat="a").character
    made = [thing for _, thing in subjects.family("character", hob)]
    assert live in made


def test_reactions_are_counted_and_told_in_total(
    live: Stream,
    sent: list[object],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.count_reactions(stream_id=live.pk, given={"heart": 3, "clap": 1})
        services.count_reactions(stream_id=live.pk, given={"heart": 2})
    assert sent[-1] == Reactions({"clap": 1, "heart": 5})


def test_a_vote_replaces_the_last_one_and_choosing_spends_them(
    live: Stream,
    bob: User,
    mallory: User,
    sent: list[object],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.vote(stream=live, person=bob, topic=1)
        services.vote(stream=live, person=bob, topic=2)
        services.vote(stream=live, person=mallory, topic=2)
    told = sent[-1]
    assert isinstance(told, Topics)
    assert [tally.votes for tally in told.topics] == [0, 2]
    chosen = services.choose_topic(stream=live)
    assert chosen is not None
    assert chosen.text == "Bread"
    assert not TopicVote.objects.exists()
    assert selectors.topic_of(live.pk) == "Bread"
    with pytest.raises(StreamError, match="not offered"):
        services.vote(stream=live, person=bob, topic=2)
    again = services.choose_topic(stream=live)
    assert again is not None
    assert again.text == "Clouds"
    assert services.choose_topic(stream=live) is None


def test_new_topics_stand_beside_those_that_were_chosen(live: Stream) -> None:
    services.choose_topic(stream=live, topic=1)
    services.set_topics(stream=live, topics=["Fog", "Fog", "Tea"])
    offered = [(tally.topic, tally.text) for tally in selectors.tallies(live.pk)]
    assert offered == [(2, "Fog"), (3, "Tea")]


def test_a_ticket_opens_one_socket_once(live: Stream, bob: User, alice: User) -> None:
    ticket = services.issue_ticket(stream=live, person=bob)
    assert not StreamTicket.objects.filter(digest__contains=ticket).exists()
    assert services.redeem_ticket(stream=live, ticket=ticket) == bob
    with pytest.raises(TicketError, match="was used"):
        services.redeem_ticket(stream=live, ticket=ticket)
    with pytest.raises(TicketError):
        services.redeem_ticket(stream=live, ticket="made up")
    elsewhere = services.issue_ticket(stream=made_stream(alice), person=bob)
    with pytest.raises(TicketError):
        services.redeem_ticket(stream=live, ticket=elsewhere)
    old = services.issue_ticket(stream=live, person=bob)
    StreamTicket.objects.update(expires=timezone.now() - dt.timedelta(seconds=1))
    with pytest.raises(TicketError, match="older"):
        services.redeem_ticket(stream=live, ticket=old)


def test_viewers_of_all_processes_are_counted_while_they_live(live: Stream) -> None:
    services.note_presence(hub="one", counts={live.pk: 3})
    assert services.note_presence(hub="two", counts={live.pk: 4}) == {live.pk: 7}
    assert services.note_presence(hub="two", counts={live.pk: 1}) == {live.pk: 4}
    Presence.objects.filter(hub="one").update(
        seen=timezone.now() - dt.timedelta(seconds=16)
    )
    assert selectors.viewers_of([live.pk]) == {live.pk: 1}
    live.refresh_from_db()
    assert live.most_viewers == 7


def test_what_is_over_is_swept(live: Stream, bob: User) -> None:
    services.issue_ticket(stream=live, person=bob)
    services.note_presence(hub="one", counts={live.pk: 3})
    assert services.sweep() == {
        "streams_stopped": 0,
        "streams_cancelled": 0,
        "stream_tickets": 0,
        "presences": 0,
    }
    old = timezone.now() - dt.timedelta(hours=2)
    StreamTicket.objects.update(expires=old)
    Presence.objects.update(seen=old)
    assert services.sweep() == {
        "streams_stopped": 0,
        "streams_cancelled": 0,
        "stream_tickets": 1,
        "presences": 1,
    }


@pytest.mark.parametrize("why", ["leaves", "banned", "suspended"])
def test_the_show_of_a_host_who_may_not_go_on_is_stopped(
    live: Stream, alice: User, why: str
) -> None:
    soon = timezone.now() + dt.timedelta(days=1)
    if why == "leaves":
        ask_to_leave(user=alice)
    elif why == "banned":
        Standing.objects.create(user=alice, banned=True)
    else:
        Standing.objects.create(user=alice, suspended_until=soon)
    assert services.sweep()["streams_stopped"] == 1
    live.refresh_from_db()
    assert (live.state, live.end_reason) == ("ended", "stopped")


def test_who_leaves_takes_everything_along(
    live: Stream,
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    services.say(stream=live, person=bob, text="Goodbye everybody")
    services.vote(stream=live, person=bob, topic=1)
    services.issue_ticket(stream=live, person=bob)
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=bob)
    assert not ChatMessage.objects.exists()
    assert not TopicVote.objects.exists()
    assert not StreamTicket.objects.exists()
    assert Stream.objects.on_air().exists()
    say_line(live, sound=b"her voice")
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=alice)
    assert not Stream.objects.exists()
    assert not alice.characters.exists()


def test_a_damaged_delivery_is_refused() -> None:
    whole = delivery.pack([delivery.of_event(Reactions({"heart": 1}))])
    assert delivery.unpack(whole)[0].key == "reactions"
    for broken in (whole[:-1], whole[:7], b"\x09" + whole[1:]):
        with pytest.raises(ValueError, match=r"delivery|deliveries"):
            delivery.unpack(broken)

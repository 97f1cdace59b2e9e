"""What the audience does on the page of a stream, without a socket."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from streams import programme, services
from streams.models import ChatMessage, ReactionCount, Stream
from streams.tests.pages.seen import JSON, page

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


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

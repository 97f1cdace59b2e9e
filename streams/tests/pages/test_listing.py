"""What is on, what is coming and what was."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from streams import programme, services
from streams.models import Stream
from streams.tests.conftest import made_stream
from streams.tests.pages.seen import heard, page

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


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

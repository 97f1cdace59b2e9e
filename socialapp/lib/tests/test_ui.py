"""What templates say about times and counts, and the frame around every page."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from django.template import Context, Template

from socialapp.lib.templatetags import ui

if TYPE_CHECKING:
    from django.test import Client

    from conftest import ClientOf
    from socialapp.accounts.models import User

NOW = dt.datetime(2027, 3, 9, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (dt.timedelta(seconds=20), "just now"),
        (dt.timedelta(minutes=1), "1 minute ago"),
        (dt.timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (dt.timedelta(hours=1), "1 hour ago"),
        (dt.timedelta(hours=23), "23 hours ago"),
        (dt.timedelta(days=1), "1 day ago"),
        (dt.timedelta(days=6), "6 days ago"),
        (dt.timedelta(days=8), "1 March 2027"),
    ],
)
def test_a_moment_is_told_as_people_tell_it(past: dt.timedelta, words: str) -> None:
    assert ui.ago(NOW - past, NOW) == words


def test_counts_are_short_and_never_more_than_there_is() -> None:
    numbers = [0, 4812, 9999, 12_900, 999_999, 1_000_000, 1_250_000]
    assert [ui.compact(number) for number in numbers] == [
        "0",
        "4,812",
        "9,999",
        "12k",
        "999k",
        "1M",
        "1.2M",
    ]


def test_lengths_have_their_plurals() -> None:
    assert [ui.seconds_words(n) for n in (None, 0.3, 1.2, 14.4, 89, 120)] == [
        "1 second",
        "1 second",
        "1 second",
        "14 seconds",
        "89 seconds",
        "2 minutes",
    ]
    assert [ui.clock(n) for n in (None, 9.9, 64.0)] == ["0:00", "0:09", "1:04"]


def test_used_tickets_are_outlines() -> None:
    drawn = Template("{% load ui %}{% tickets 3 5 %}").render(Context())
    assert drawn.count("quota__ticket") == 5 + 1  # and the row itself
    assert drawn.count("data-used") == 2


def test_an_icon_is_hidden_from_readers() -> None:
    drawn = Template('{% load ui %}{% icon "heart" "fill" %}').render(Context())
    assert 'class="icon icon--fill" aria-hidden="true"' in drawn
    assert "#heart" in drawn


@pytest.mark.django_db
def test_the_frame_links_only_to_pages_that_are_there(
    alice: User, client: Client, client_of: ClientOf
) -> None:
    for browser in (client, client_of(alice)):
        page = browser.get("/").content.decode()
        frame = page.split('<nav class="rail"')[1].split("</nav>")[0]
        links = re.findall(r'href="(/[^"#]*)"', frame)
        assert len(links) >= 5
        for link in links:
            assert browser.get(link).status_code in {200, 302}, link


@pytest.mark.django_db
def test_the_chosen_theme_is_painted_by_the_server(client: Client) -> None:
    assert "data-theme" not in client.get("/").content.decode().split("<head>")[0]
    answer = client.post("/theme/", {"theme": "light", "next": "/create/"})
    assert answer["Location"] == "/create/"
    assert '<html lang="en" data-theme="light">' in client.get("/").content.decode()
    client.post("/theme/", {"theme": "system"})
    assert "data-theme" not in client.get("/").content.decode().split("<head>")[0]


@pytest.mark.django_db
def test_the_theme_sends_nobody_to_another_house(client: Client) -> None:
    answer = client.post(
        "/theme/", {"theme": "dark", "next": "https://elsewhere.example/"}
    )
    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_nothing_on_a_page_is_inline(alice: User, client_of: ClientOf) -> None:
    browser = client_of(alice)
    for path in ("/", "/studio/", "/clips/", "/settings/", "/@alice/", "/create/"):
        page = browser.get(path).content.decode()
        assert " style=" not in page, path
        assert "<style" not in page, path
        assert " onclick=" not in page, path

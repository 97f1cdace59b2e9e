"""Too much, too alike, too new, and links that lie."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from moderation.abuse import links, services
from moderation.abuse.services import AbuseError
from moderation.models import Utterance
from tests.patience import LINEAR, growth

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

LINE = "Come and see the lighthouse argue back tonight."


@pytest.fixture
def settled(alice: User) -> User:
    """Alice, who joined a month ago."""
    alice.date_joined = timezone.now() - timedelta(days=30)
    alice.save(update_fields=["date_joined"])
    return alice


def say(person: User, text: str = LINE, **more: Any) -> None:
    services.allow(person=person, text=text, surface="caption", **more)


def test_the_same_words_go_out_twice_a_day_however_they_are_dressed(
    settled: User,
) -> None:
    say(settled)
    say(settled, "COME and see the L1ghthouse... argue back, tonight 🔥")
    with pytest.raises(AbuseError, match=r"You posted this 2 times.*rule 6\.1"):
        say(settled, "Cоme and s e e the lighthouse argue back tonight!!!")
    Utterance.objects.update(created=timezone.now() - timedelta(days=1, minutes=1))
    say(settled)


def test_a_campaign_of_many_people_is_noticed(
    settled: User, bob: User, mallory: User, settings: Any
) -> None:
    settings.ABUSE = settings.ABUSE | {"REPEATS": {"person": 9, "everyone": 2}}
    say(settled)
    say(bob)
    with pytest.raises(AbuseError, match="Many people posted this"):
        say(mallory)


def test_short_courtesies_may_be_repeated(settled: User) -> None:
    for _ in range(5):
        say(settled, "Thank you!")


def test_a_person_an_address_and_a_new_account_have_their_rates(
    settled: User, bob: User, settings: Any
) -> None:
    rates = {"person": "3/1h", "new": "1/24h", "address": "4/1h"}
    settings.ABUSE = settings.ABUSE | {"RATES": {"*": rates}}
    for number in range(3):
        say(settled, f"Number {number}", address="203.0.113.9")
    with pytest.raises(AbuseError, match="That was 3 in 1 hour") as caught:
        say(settled, "One more")
    assert 3500 < caught.value.wait <= 3600
    say(bob, "Hello", address="203.0.113.9")
    with pytest.raises(AbuseError, match="for a new account"):
        say(bob, "Hello again")
    rates["new"] = "9/24h"
    with pytest.raises(AbuseError, match="That was 4 in 1 hour"):
        say(bob, "And again", address="203.0.113.9")


def test_an_address_is_kept_as_a_keyed_hash_of_its_network(settled: User) -> None:
    say(settled, "One", address="2001:db8::1")
    say(settled, "Two", address="2001:db8::2")
    kept = set(Utterance.objects.values_list("address", flat=True))
    assert len(kept) == 1
    assert "2001:db8" not in kept.pop()


def test_slow_mode_says_how_long_it_takes(settled: User) -> None:
    say(settled, "One", place="post:a", slow=30)
    say(settled, "Two", place="post:b", slow=30)
    with pytest.raises(AbuseError, match="one text in 30 seconds") as caught:
        say(settled, "Three", place="post:a", slow=30)
    assert 28 <= caught.value.wait <= 30
    say(settled, "Three", place="post:a")


def test_staff_are_not_counted(settled: User) -> None:
    settled.is_staff = True
    for _ in range(5):
        say(settled)
    assert not Utterance.objects.exists()


def test_a_new_account_posts_no_links_and_an_old_one_few(
    settled: User, bob: User
) -> None:
    with pytest.raises(AbuseError, match=r"3 days after joining.*rule 6\.1"):
        say(bob, "See my shop at lamps-and-more.shop")
    say(settled, "See https://example.org/a and https://example.org/b")
    with pytest.raises(AbuseError, match="This has 3 links, and 2 may stand"):
        say(settled, "a.com b.com c.com")
    assert Utterance.objects.count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "https://mybank.com@evil.example/login",
        "http://203.0.113.7/pay",
        "https://xn--pple-43d.com",
        "https://аррlе.com/id",
        "[mybank.com](https://elsewhere.net/login)",
    ],
)
def test_a_link_that_does_not_lead_where_it_says_is_refused(
    settled: User, text: str
) -> None:
    with pytest.raises(AbuseError, match="does not lead where it says"):
        say(settled, text)


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("Go to example dot com", 1),
        ("ｅｘａｍｐｌｅ．ｃｏｍ", 1),
        ("hxxp://example.net now", 1),
        ("It was 3.14, e.g. pi. End.Start of the next.", 0),
        ("Write to me@example.com", 0),
        ("Dr. Who vs. Mr. Ed, 24.12.", 0),
        ("[docs](https://example.org/a)", 1),
    ],
)
def test_links_are_counted_as_people_see_them(text: str, hosts: int) -> None:
    assert len(links.find(text).hosts) == hosts


def test_what_is_old_is_forgotten(settled: User) -> None:
    say(settled, "One")
    assert services.reconcile(lost="") == {"utterances": 0}
    assert services.forget_old(now=timezone.now() + timedelta(days=8)) == 1


@pytest.mark.parametrize("unit", ["a.", "http://", "[a](", "www.", "dot ", "a-"])
def test_no_text_keeps_the_search_for_links_busy(unit: str) -> None:
    assert growth(lambda size: links.find((unit * size)[:size]), 2_500) < LINEAR

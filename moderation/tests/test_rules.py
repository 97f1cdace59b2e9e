"""One table of rules, and the page that shows all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.rules import CHAPTERS, MEASURES, RULES, reportable, rule
from moderation.templatetags.redress import consequences

if TYPE_CHECKING:
    from django.test import Client


def test_a_rule_belongs_to_its_chapter_and_has_an_id_of_its_own() -> None:
    for chapter in CHAPTERS:
        for one in chapter.rules:
            assert one.id.partition(".")[0] == str(chapter.number)
    assert len(RULES) == sum(len(chapter.rules) for chapter in CHAPTERS)


def test_every_measure_of_a_rule_has_its_words() -> None:
    for one in RULES.values():
        assert one.measures
        assert set(one.measures) <= set(MEASURES)


def test_what_follows_is_told_in_one_sentence() -> None:
    assert consequences(rule("4.2")) == (
        "hidden from feeds and search, removed or the account rests for a while"
    )


def test_the_urgent_rules_are_offered_first() -> None:
    urgent = [one.urgent for one in reportable()]
    assert urgent == sorted(urgent, reverse=True)
    assert any(urgent)


def test_a_rule_that_was_never_given_is_an_error() -> None:
    with pytest.raises(KeyError):
        rule("9.9")


@pytest.mark.django_db
def test_the_page_shows_every_rule(client: Client) -> None:
    page = client.get("/rules/").content.decode()
    for one in RULES.values():
        assert f'id="rule-{one.id}"' in page
        assert one.title in page
        assert one.text.split("'")[0] in page


@pytest.mark.django_db
def test_the_rules_are_linked_from_every_page_and_before_joining(
    client: Client,
) -> None:
    for path in ("/", "/cast/", "/accounts/signup/"):
        assert 'href="/rules/"' in client.get(path).content.decode()

"""One table of rules, and the page that shows all of it."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from moderation import policy
from moderation.rules import RULES, VERSION

if TYPE_CHECKING:
    from django.test import Client


def test_every_rule_stands_in_one_chapter() -> None:
    shown = [rule for chapter in policy.chapters() for rule, _ in chapter.rules]
    assert tuple(shown) == RULES


def test_no_chapter_is_without_rules() -> None:
    numbers = [chapter.number for chapter in policy.chapters()]
    assert numbers == sorted(policy.TITLES)


@pytest.mark.django_db
def test_the_page_shows_every_rule(client: Client) -> None:
    page = unescape(client.get("/rules/").content.decode())
    assert VERSION in page
    for rule in RULES:
        assert f'id="rule-{rule.id}"' in page
        assert rule.title in page
        assert rule.text in page


@pytest.mark.django_db
def test_the_rules_are_linked_from_every_page_and_before_joining(
    client: Client,
) -> None:
    for path in ("/", "/cast/", "/accounts/signup/"):
        assert 'href="/rules/"' in client.get(path).content.decode()

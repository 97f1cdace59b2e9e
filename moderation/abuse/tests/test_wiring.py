"""Posts go through the limits; what the house posts does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from feed import services as feed
from feed.models import Post
from feed.tests.rows import ready_clip
from moderation.models import Utterance

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

LINE = "Come and see the lighthouse argue back tonight."


def test_the_same_caption_is_posted_twice_and_no_more(alice: User) -> None:
    for _ in range(2):
        feed.publish_post(clip=ready_clip(alice), author=alice, caption=LINE)
    with pytest.raises(feed.PostError, match=r"rule 6\.1"):
        feed.publish_post(clip=ready_clip(alice), author=alice, caption=LINE)
    assert Post.objects.count() == 2


def test_pressing_publish_twice_counts_once(alice: User) -> None:
    clip = ready_clip(alice)
    for _ in range(4):
        feed.publish_post(clip=clip, author=alice, caption=LINE)
    assert Utterance.objects.count() == 1


def test_the_house_is_not_counted(alice: User) -> None:
    for _ in range(3):
        clip = ready_clip(alice)
        clip.character.starter = True
        clip.character.save()
        feed.publish_post(clip=clip, author=alice, caption=LINE)
    assert not Utterance.objects.exists()


def test_the_api_says_that_it_is_too_much_and_until_when(
    alice: User, client_of: ClientOf, settings: Any
) -> None:
    rates = {"person": "1/1h", "new": "9/24h", "address": "9/1h"}
    settings.ABUSE = settings.ABUSE | {"RATES": {"*": rates}}
    client = client_of(alice)
    answers = [
        client.post(
            "/api/v1/posts/",
            {"clip": ready_clip(alice).key, "caption": f"Night {number}"},
            content_type="application/json",
        )
        for number in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 429]
    assert answers[1].json()["type"] == "urn:troupe:too-much"
    assert 3500 < int(answers[1]["Retry-After"]) <= 3600

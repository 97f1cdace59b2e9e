from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser

from avatarfx.models import Clip
from feed import selectors, services
from feed.models import Post
from feed.tests.rows import character_of, clip_of, post_by

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from socialapp.accounts.models import User

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOBODY = AnonymousUser()


def keys(page: selectors.FeedPage) -> list[str]:
    return [post.key for post in page.posts]


def test_the_newest_post_comes_first(alice: User, bob: User) -> None:
    old, new = post_by(alice, minutes_ago=9), post_by(bob, minutes_ago=1)
    middle = post_by(alice, minutes_ago=5)
    assert keys(selectors.feed_page(viewer=NOBODY)) == [new.key, middle.key, old.key]


def test_pages_neither_repeat_nor_skip_while_new_posts_arrive(alice: User) -> None:
    posts = [post_by(alice, minutes_ago=n) for n in range(7)]
    seen, after = [], None
    while True:
        page = selectors.feed_page(viewer=NOBODY, after=after, limit=3)
        seen += keys(page)
        post_by(alice)
        if page.after is None:
            break
        after = page.after
    assert seen == [post.key for post in posts]


def test_posts_of_the_same_moment_keep_their_order_across_pages(alice: User) -> None:
    posts = [post_by(alice) for _ in range(5)]
    Post.objects.update(published=posts[0].published)
    first = selectors.feed_page(viewer=NOBODY, limit=2)
    second = selectors.feed_page(viewer=NOBODY, after=first.after, limit=2)
    third = selectors.feed_page(viewer=NOBODY, after=second.after, limit=2)
    assert keys(first) + keys(second) + keys(third) == [
        post.key for post in reversed(posts)
    ]
    assert third.after is None


@pytest.mark.parametrize("cursor", ["x", "1.y", "9" * 40 + ".1", "-1", "."])
def test_a_cursor_that_nobody_gave_out_begins_at_the_top(
    alice: User, cursor: str
) -> None:
    post = post_by(alice)
    assert keys(selectors.feed_page(viewer=NOBODY, after=cursor)) == [post.key]


@pytest.mark.parametrize("number", [10, 100])
def test_a_page_costs_the_same_queries_whatever_its_size(
    alice: User,
    bob: User,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    hob = character_of(alice)
    for n in range(number):
        post = post_by(alice, "#fog #sea", minutes_ago=n, character=hob)
        if n % 3 == 0:
            services.like_post(post=post, user=bob)
    with django_assert_num_queries(3):
        page = selectors.feed_page(viewer=bob, limit=number)
        for post in page.posts:
            assert post.author.name == "Alice"
            assert clip_of(post).character.name == "Hob"
            assert clip_of(post).character.portrait is not None
            assert post.stat.likes in {0, 1}
            assert len(post.tags.all()) == 2
    assert len(page.posts) == number


def test_a_page_leaves_the_heavy_columns_where_they_are(alice: User) -> None:
    post_by(alice)
    (post,) = selectors.feed_page(viewer=NOBODY).posts
    assert {"performance", "recipe"} <= clip_of(post).get_deferred_fields()
    portrait = clip_of(post).character.portrait
    assert portrait is not None
    assert "rig" in portrait.get_deferred_fields()


def test_the_feed_says_what_this_viewer_likes(alice: User, bob: User) -> None:
    post = post_by(alice)
    services.like_post(post=post, user=bob)
    liked = {
        viewer: selectors.post_for(viewer=viewer, key=post.key).liked  # type: ignore[attr-defined]
        for viewer in (alice, bob, NOBODY)
    }
    assert liked == {alice: False, bob: True, NOBODY: False}


@pytest.mark.parametrize("visibility", ["unlisted", "private"])
def test_what_is_not_public_stays_out_of_the_feed(alice: User, visibility: str) -> None:
    services.edit_post(post=post_by(alice), visibility=visibility)
    assert keys(selectors.feed_page(viewer=alice)) == []


def test_a_private_post_opens_for_its_author_alone(alice: User, mallory: User) -> None:
    post = post_by(alice)
    services.edit_post(post=post, visibility="private")
    assert selectors.post_for(viewer=alice, key=post.key) == post
    for stranger in (mallory, NOBODY):
        with pytest.raises(Post.DoesNotExist):
            selectors.post_for(viewer=stranger, key=post.key)


def test_a_clip_that_was_blocked_or_removed_is_not_shown(alice: User) -> None:
    blocked, removed = post_by(alice), post_by(alice)
    Clip.objects.filter(pk=clip_of(blocked).pk).update(state=Clip.State.BLOCKED)
    Clip.objects.filter(pk=clip_of(removed).pk).update(removed=removed.published)
    assert keys(selectors.feed_page(viewer=alice)) == []


def test_a_tag_shows_its_posts_in_any_spelling(alice: User) -> None:
    post = post_by(alice, "#Fog")
    post_by(alice, "#sea")
    assert keys(selectors.feed_page(viewer=NOBODY, tag="FOG")) == [post.key]


def test_a_profile_shows_hidden_posts_to_their_author_only(
    alice: User, bob: User
) -> None:
    shown, hidden = post_by(alice, minutes_ago=1), post_by(alice)
    post_by(bob)
    services.edit_post(post=hidden, visibility="unlisted")
    of_alice = {
        viewer: keys(selectors.posts_of(viewer=viewer, author=alice))
        for viewer in (alice, bob)
    }
    assert of_alice == {alice: [hidden.key, shown.key], bob: [shown.key]}


def test_a_character_shows_the_clips_they_lead(alice: User) -> None:
    hob = character_of(alice)
    post = post_by(alice, character=hob)
    post_by(alice)
    assert keys(selectors.posts_of(viewer=NOBODY, character=hob)) == [post.key]

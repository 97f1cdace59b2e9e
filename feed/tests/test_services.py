from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from avatarfx.models import Clip
from avatarfx.signals import clip_ready
from feed import services
from feed.models import Like, Post, Tag, View
from feed.selectors import feed_page
from feed.tests.rows import clip_of, post_by, ready_clip

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


def test_publishing_makes_a_post_with_its_tags_and_counters(alice: User) -> None:
    post = services.publish_post(
        clip=ready_clip(alice), author=alice, caption="  At last. #Fog #fog #Sea  "
    )
    assert post.caption == "At last. #Fog #fog #Sea"
    assert sorted(tag.name for tag in post.tags.all()) == ["fog", "sea"]
    assert (post.stat.likes, post.stat.views) == (0, 0)
    assert post.visibility == Post.Visibility.PUBLIC


def test_publishing_twice_is_one_post(alice: User) -> None:
    clip = ready_clip(alice)
    first = services.publish_post(clip=clip, author=alice, caption="One")
    again = services.publish_post(clip=clip, author=alice, caption="Two")
    assert again.pk == first.pk
    assert Post.objects.get().caption == "One"


def test_a_clip_of_somebody_else_cannot_be_published(alice: User, bob: User) -> None:
    with pytest.raises(services.PostError, match="Only the person who made"):
        services.publish_post(clip=ready_clip(alice), author=bob, caption="")
    assert not Post.objects.exists()


def test_a_clip_that_is_not_ready_cannot_be_published(alice: User) -> None:
    clip = ready_clip(alice, state=Clip.State.RENDERING)
    with pytest.raises(services.PostError, match="not ready"):
        services.publish_post(clip=clip, author=alice, caption="")


def test_a_caption_that_is_too_long_is_refused_with_both_numbers(alice: User) -> None:
    with pytest.raises(services.PostError, match="501 characters; 500 fit"):
        services.publish_post(clip=ready_clip(alice), author=alice, caption="x" * 501)


def test_editing_changes_tags_and_says_so(alice: User) -> None:
    post = post_by(alice, "#fog")
    services.edit_post(post=post, caption="Now #sun", visibility="unlisted")
    post.refresh_from_db()
    assert [tag.name for tag in post.tags.all()] == ["sun"]
    assert post.edited is not None
    assert post.visibility == "unlisted"
    assert Tag.objects.filter(name="fog").exists()


def test_editing_one_field_keeps_the_other(alice: User) -> None:
    post = post_by(alice, "#fog")
    services.edit_post(post=post, visibility="private")
    assert Post.objects.get().caption == "#fog"
    with pytest.raises(services.PostError, match="Choose who"):
        services.edit_post(post=post, visibility="friends")


def test_a_removed_post_comes_back_with_its_likes(alice: User, bob: User) -> None:
    post = post_by(alice)
    services.like_post(post=post, user=bob)
    services.remove_post(post=post)
    assert not Post.objects.listed().exists()
    services.restore_post(post=post)
    assert Post.objects.listed().get().stat.likes == 1


def test_publishing_a_removed_post_again_is_a_new_opening(alice: User) -> None:
    post = post_by(alice, "Old", minutes_ago=600)
    services.remove_post(post=post)
    again = services.publish_post(clip=clip_of(post), author=alice, caption="New")
    assert again.pk == post.pk
    assert again.removed is None
    assert again.caption == "New"
    assert again.published > post.published


def test_a_like_counts_once_and_goes_once(alice: User, bob: User) -> None:
    post = post_by(alice)
    assert services.like_post(post=post, user=bob) == 1
    assert services.like_post(post=post, user=bob) == 1
    assert services.like_post(post=post, user=alice) == 2
    assert services.unlike_post(post=post, user=bob) == 1
    assert services.unlike_post(post=post, user=bob) == 1
    assert Like.objects.count() == 1


def test_a_viewer_counts_once_a_day(alice: User) -> None:
    post = post_by(alice)
    monday, tuesday = dt.date(2027, 3, 1), dt.date(2027, 3, 2)
    one, two = "visit:one", "visit:two"
    assert services.count_view(post=post, viewer=one, seconds=2.1, day=monday)
    assert not services.count_view(
        post=post, viewer=one, seconds=2.9, completed=True, day=monday
    )
    assert not services.count_view(post=post, viewer=one, seconds=1.0, day=monday)
    assert services.count_view(post=post, viewer=one, seconds=2.0, day=tuesday)
    assert services.count_view(post=post, viewer=two, seconds=2.0, day=monday)
    post.stat.refresh_from_db()
    assert post.stat.views == View.objects.count() == 3
    longest = View.objects.get(viewer=one, day=monday)
    assert (longest.seconds, longest.completed) == (2.9, True)


def test_a_ready_clip_is_published_when_its_author_asked(alice: User) -> None:
    asked = ready_clip(alice, publish=True, caption="Fresh #fog")
    kept = ready_clip(alice)
    for clip in (asked, kept):
        clip_ready.send(sender=Clip, clip=clip)
    post = Post.objects.get()
    assert clip_of(post) == asked
    assert post.caption == "Fresh #fog"


@pytest.mark.database
@pytest.mark.parametrize("hours", [3, -3])
def test_a_post_is_dated_by_the_database(
    alice: User, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """Or a worker whose clock is wrong would put its posts on top, or below all."""
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + dt.timedelta(hours=hours))
    clip = ready_clip(alice)
    post = services.publish_post(clip=clip, author=alice, caption="")
    assert abs(post.published - real()) < dt.timedelta(minutes=1)
    services.remove_post(post=post)
    back = services.publish_post(clip=clip, author=alice, caption="")
    assert abs(back.published - real()) < dt.timedelta(minutes=1)


@pytest.mark.database
def test_the_next_page_begins_after_the_last_post(alice: User, bob: User) -> None:
    made = [
        services.publish_post(clip=ready_clip(alice), author=alice, caption="")
        for _ in range(3)
    ]
    read: list[str] = []
    after: str | None = None
    for _ in made:
        page = feed_page(viewer=bob, after=after, limit=1)
        read += [post.key for post in page.posts]
        after = page.after
    assert read == [post.key for post in reversed(made)]
    assert after is None

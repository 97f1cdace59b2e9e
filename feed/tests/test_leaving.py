"""Closing an account, seen from the top: nothing of the person is left anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import default_storage

from avatarfx.models import Clip
from avatarfx.services import request_clip
from feed import selectors, services
from feed.models import (
    READING,
    Attention,
    Impression,
    Like,
    Post,
    PostStat,
    Share,
    View,
)
from feed.tests.rows import clip_of
from feed.tests.test_api import ready_clip
from socialapp.accounts.services import close_account
from socialapp.characters.models import Character, Portrait
from socialapp.lib import blobs

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


def published(owner: User, content: str) -> Post:
    files: dict[str, Any] = {
        name: blobs.put(f"{name} of {content}".encode(), extension)
        for name, extension in (
            ("video", "mp4"),
            ("poster", "webp"),
            ("captions", "vtt"),
        )
    }
    return services.publish_post(
        clip=ready_clip(owner, **files), author=owner, caption="Night"
    )


def stored(post: Post) -> list[bool]:
    clip = clip_of(post)
    return [
        default_storage.exists(blobs.name_of(ref))
        for ref in (clip.video, clip.poster, clip.captions)
    ]


def leave(user: User, capture: DjangoCaptureOnCommitCallbacks) -> None:
    with capture(execute=True):
        close_account(user=user)


def test_posts_clips_characters_and_files_are_gone(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    post = published(alice, "alice")
    assert stored(post) == [True] * 3
    leave(alice, django_capture_on_commit_callbacks)
    assert stored(post) == [False] * 3
    for model in (Post, Clip, Character, Portrait):
        assert not model._default_manager.exists()


def test_files_that_others_have_too_stay(
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    published(alice, "both")
    theirs = published(bob, "both")
    leave(alice, django_capture_on_commit_callbacks)
    assert stored(theirs) == [True] * 3
    assert list(Post.objects.all()) == [theirs]


def test_a_clip_that_is_being_made_is_stopped(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    character = clip_of(published(alice, "x")).character
    request_clip(owner=alice, character=character, script="Hello there.")
    leave(alice, django_capture_on_commit_callbacks)
    assert not Clip.objects.exists()


def test_likes_are_taken_back_and_counters_agree(
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    post = published(bob, "bob")
    services.like_post(post=post, user=alice)
    services.like_post(post=post, user=bob)
    for user in (alice, bob):
        viewer = f"user:{user.pk}"
        services.note_looks(viewer=viewer, looks=[services.Look(post.key, 6.0)])
        services.count_view(post=post, viewer=viewer, seconds=2.4)
        services.count_share(post=post, viewer=viewer)
    services.follow(person=alice, creator=bob, post=post)
    stat = PostStat.objects.get(post=post)
    assert (stat.views, stat.shown, stat.shares, stat.follows) == (2, 2, 2, 1)
    leave(alice, django_capture_on_commit_callbacks)
    stat.refresh_from_db()
    assert (stat.likes, stat.views, stat.shown) == (1, 1, 1)
    assert (stat.shares, stat.follows) == (1, 0)
    assert stat.watched == pytest.approx(2.4 / READING)
    assert stat.dwell == pytest.approx(6.0)
    assert Like.objects.get().user == bob
    for model in (View, Impression, Share, Attention):
        assert [row.viewer for row in model._default_manager.all()] == [viewer]
    always = selectors.numbers_of(bob, days=0)
    assert always.totals["views"] == always.now.views == 1

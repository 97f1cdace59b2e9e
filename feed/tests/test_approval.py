"""What others read and see of a post is what was approved."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse

from avatarfx.models import Clip
from avatarfx.services import recheck_words, why_not_shown
from avatarfx.services.approving import settle_words
from feed import selectors, services
from feed.models import Post
from feed.tests.rows import character_of, clip_of, post_by, ready_clip
from moderation.approvals import services as approvals
from moderation.approvals.guard import UnapprovedError
from moderation.approvals.history import VERSION
from moderation.approvals.tests.words import DOUBT, THREAT, nothing_looks, rule_on
from moderation.models import Approval
from socialapp.characters.models import Character
from socialapp.characters.services import notice_change

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from conftest import ClientOf
    from socialapp.accounts.models import User

    Commit = DjangoCaptureOnCommitCallbacks

pytestmark = pytest.mark.django_db

FINE = "Punctual. #weather"


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def mod(bob: User) -> User:
    bob.groups.add(Group.objects.get(name="Moderators"))
    bob.is_staff = True
    bob.save()
    return bob


def caption_of(post: Post) -> Approval:
    return Approval.objects.filter(kind="post", subject_key=post.key).latest("asked")


def script_of(clip: Clip) -> Approval:
    return Approval.objects.get(subject_key=clip.key, facet="script")


def feed(viewer: Any) -> list[str]:
    return [post.key for post in selectors.feed_page(viewer=viewer).posts]


def test_a_caption_in_doubt_comes_in_when_it_is_approved(
    *,
    alice: User,
    mod: User,
    client: Client,
    client_of: ClientOf,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    post = post_by(alice, f"{DOUBT} #bath")
    assert (post.caption, post.approval) == ("", "pending")
    assert feed(mod) == [post.key]
    seen = client.get(post.get_absolute_url()).content.decode()
    assert "bath bomb" not in seen
    mine = client_of(alice).get(post.get_absolute_url()).content.decode()
    assert "Your caption waits for a look" in mine
    assert "bath bomb" in mine
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(caption_of(post), mod, approve=True)
    post.refresh_from_db()
    assert (post.caption, post.approval) == (f"{DOUBT} #bath", "approved")
    assert [tag.name for tag in post.tags.all()] == ["bath"]


def test_an_edit_in_doubt_leaves_the_approved_caption_in_place(
    alice: User, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    post = post_by(alice, FINE)
    services.edit_post(post=post, caption=DOUBT, visibility="unlisted")
    post.refresh_from_db()
    assert (post.caption, post.approval) == (FINE, "pending")
    assert post.visibility == "unlisted"
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(caption_of(post), mod, approve=False)
    post.refresh_from_db()
    assert (post.caption, post.approval) == (FINE, "refused")
    with pytest.raises(services.PostError, match="refused them"):
        services.edit_post(post=post, caption=DOUBT)
    services.edit_post(post=post, caption=FINE)
    assert post.approval == "approved"


def test_a_post_goes_out_without_its_caption_while_nothing_can_look(
    alice: User, client_of: ClientOf, django_capture_on_commit_callbacks: Commit
) -> None:
    clip = ready_clip(alice)
    assert why_not_shown(clip) == ""
    sent = {"caption": FINE, "visibility": "public"}
    with nothing_looks():
        answer = client_of(alice).post(
            reverse("clip-publish", args=[clip.key]), sent, follow=True
        )
    assert "Published without its caption" in answer.content.decode()
    post = Post.objects.get()
    assert (post.caption, post.approval) == ("", "pending")
    with django_capture_on_commit_callbacks(execute=True):
        approvals.check_again(caption_of(post).pk)
    post.refresh_from_db()
    assert (post.caption, post.approval) == (FINE, "approved")


def test_a_caption_that_a_rule_refuses_is_refused_as_before(alice: User) -> None:
    with pytest.raises(services.PostError, match=r"rule 4\.2"):
        post_by(alice, THREAT)
    assert not Post.objects.exists()


def test_a_decision_undone_takes_the_caption_off_and_keeps_it(
    alice: User, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    post = post_by(alice, DOUBT)
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(caption_of(post), mod, approve=True)
    with django_capture_on_commit_callbacks(execute=True):
        approvals.reopen(approval=caption_of(post))
    post.refresh_from_db()
    assert (post.caption, post.approval) == ("", "pending")
    with django_capture_on_commit_callbacks(execute=True):
        approvals.decide(approval=caption_of(post), moderator=mod, approve=True)
    post.refresh_from_db()
    assert (post.caption, post.approval) == (DOUBT, "approved")


# The clip that is shown -------------------------------------------------------------


def test_a_clip_that_is_not_as_it_was_approved_is_not_published(alice: User) -> None:
    clip = ready_clip(alice)
    recheck_words()
    Clip.objects.filter(pk=clip.pk).update(title="Another title")
    clip.refresh_from_db()
    with pytest.raises(services.PostError, match="not the ones that were approved"):
        services.publish_post(clip=clip, author=alice, caption="")
    assert not Post.objects.exists()


def test_a_clip_whose_words_wait_is_published_when_they_are_approved(
    alice: User, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    clip = ready_clip(alice, title=DOUBT, publish=True, caption=FINE)
    recheck_words()
    with pytest.raises(services.PostError, match="a person looks"):
        services.publish_post(clip=clip, author=alice, caption=FINE)
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(script_of(clip), mod, approve=True)
    assert Post.objects.get().caption == FINE


def test_a_post_leaves_the_stage_when_the_words_of_its_clip_wait_again(
    alice: User, mod: User
) -> None:
    post = post_by(alice, FINE)
    Approval.objects.filter(subject_key=clip_of(post).key).update(state="pending")
    settle_words(approval=script_of(clip_of(post)))
    assert feed(mod) == []
    assert feed(alice) == [post.key]
    with pytest.raises(Post.DoesNotExist):
        selectors.post_for(viewer=mod, key=post.key)


def test_a_published_clip_that_sql_changed_is_found(alice: User, mod: User) -> None:
    post = post_by(alice, FINE)
    Clip.objects.filter(pk=clip_of(post).pk).update(title=THREAT[:80])
    assert recheck_words() == {"clips asked about": 1}
    assert feed(mod) == []


def test_posts_of_a_character_whose_words_wait_are_their_authors_alone(
    alice: User, mod: User
) -> None:
    hob = character_of(alice)
    post = post_by(alice, FINE, character=hob)
    Character.objects.filter(pk=hob.pk).update(name="Somebody Else")
    hob.refresh_from_db()
    assert notice_change(character=hob)
    assert feed(mod) == []
    assert feed(alice) == [post.key]


# Behind the services ---------------------------------------------------------------


def test_nobody_saves_a_caption_that_nobody_approved(alice: User) -> None:
    post = post_by(alice, FINE)
    post.caption = "Typed in a shell"
    with pytest.raises(UnapprovedError, match="edit_post"):
        post.save()
    post.save(update_fields=["published"])
    post.refresh_from_db()
    assert post.caption == FINE


def test_a_caption_that_sql_changed_is_found(alice: User) -> None:
    post = post_by(alice, FINE)
    Post.objects.filter(pk=post.pk).update(caption=THREAT)
    assert services.recheck_words() == {"captions asked about": 1}
    post.refresh_from_db()
    assert post.caption == ""
    approvals.check_again(caption_of(post).pk)
    assert caption_of(post).state == "refused"


def test_an_edit_in_doubt_of_a_caption_that_sql_changed_takes_both_off(
    alice: User,
) -> None:
    post = post_by(alice, FINE)
    Post.objects.filter(pk=post.pk).update(caption=THREAT)
    post.refresh_from_db()
    services.edit_post(post=post, caption=DOUBT)
    post.refresh_from_db()
    assert (post.caption, post.approval) == ("", "pending")
    assert caption_of(post).says["caption"] == DOUBT


def test_the_api_says_where_the_caption_stands(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    post = post_by(alice, FINE)
    services.edit_post(post=post, caption=DOUBT)
    url = f"/api/v1/posts/{post.key}/"
    assert client_of(alice).get(url).json()["approval"] == "pending"
    theirs = client_of(bob).get(url).json()
    assert (theirs["approval"], theirs["caption"]) == ("approved", FINE)


@pytest.mark.database
def test_posts_from_before_are_approved_as_they_are_and_the_way_back_is_open(
    alice: User,
) -> None:
    from django.apps import apps  # noqa: PLC0415

    step: Any = import_module("feed.migrations.0002_approval")
    post_by(alice, FINE)
    rows = Approval.objects.filter(kind="post")
    rows.delete()
    step.approve(apps, None)
    assert {(row.state, row.version) for row in rows.all()} == {("approved", VERSION)}
    assert services.recheck_words() == {"captions asked about": 0}
    step.forget(apps, None)
    assert not rows.all().exists()

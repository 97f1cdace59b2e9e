"""What owners want for the remixes that are there: keep, unlink or hide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from feed.models import Post, PostStat, Remix
from feed.remixes import forgetting, revoking
from feed.remixes.chips import chip_of
from feed.remixes.errors import RemixError
from feed.remixes.tree import chain_of, tree_of
from feed.selectors import feed_page, post_for
from feed.services import remove_post, set_withheld
from feed.tests.remixing import open_up, original, remix_by
from feed.tests.rows import clip_of
from moderation.models import LogEntry
from socialapp.characters.models import Character
from socialapp.lib import blobs
from socialapp.lib.models import Withheld
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOBODY = AnonymousUser()


@pytest.fixture
def post(alice: User) -> Post:
    open_up(alice, characters="on")
    made = original(alice, title="Storm warning")
    Character.objects.update(visibility="public")
    return made


@pytest.fixture
def child(post: Post, bob: User) -> Post:
    video = blobs.put(b"moving", "mp4")
    return remix_by(bob, post, "revoice", video=video)


def decide(child: Post, person: User, choice: str) -> Remix:
    return revoking.decide(
        remix=Remix.objects.get(child=child), person=person, choice=choice
    )


def counted(post: Post) -> int:
    return PostStat.objects.get(post=post).remixes


def shown(viewer: Any = NOBODY) -> list[Post]:
    return feed_page(viewer=viewer).posts


def test_hiding_takes_a_remix_off_the_stage_with_its_files_but_not_from_its_author(
    post: Post,
    child: Post,
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        decide(child, alice, "hide")
    assert shown() == [post]
    assert counted(post) == 0
    with pytest.raises(Post.DoesNotExist):
        post_for(viewer=alice, key=child.key)
    assert post_for(viewer=bob, key=child.key) == child
    notice = Notice.objects.get(person=bob, kind="remix-ended")
    assert "does not want its remixes on stage" in notice.words
    media = blobs.url(clip_of(child).video)
    for viewer, status in ((alice, 404), (bob, 200)):
        client = Client()
        client.force_login(viewer)
        assert client.get(media).status_code == status


def test_it_comes_back_exactly_as_it_was(
    post: Post,
    child: Post,
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        decide(child, alice, "hide")
    with django_capture_on_commit_callbacks(execute=True):
        decide(child, alice, "keep")
    assert set(shown()) == {post, child}
    assert counted(post) == 1
    assert not Withheld.objects.exists()
    assert not Notice.objects.filter(person=bob, kind="remix-ended").exists()
    assert chip_of(post_for(viewer=NOBODY, key=child.key))


def test_a_hidden_remix_that_is_erased_leaves_no_trace_of_its_files(
    child: Post, alice: User
) -> None:
    decide(child, alice, "hide")
    assert Withheld.objects.exists()
    clip_of(child).delete()
    forgetting.forget_person(person=child.author)
    assert not Withheld.objects.exists()


def test_hiding_does_not_undo_what_a_moderator_or_its_author_did(
    post: Post, child: Post, alice: User
) -> None:
    decide(child, alice, "hide")
    set_withheld(post=child, level="hidden")
    decide(child, alice, "keep")
    assert shown() == [post]
    assert counted(post) == 0


def test_unlinking_takes_the_credit_off_and_leaves_a_gap(
    post: Post, child: Post, alice: User
) -> None:
    decide(child, alice, "unlink")
    assert set(shown()) == {post, child}
    assert counted(post) == 0
    assert chip_of(post_for(viewer=NOBODY, key=child.key)) is None
    (gap,) = chain_of(NOBODY, child)
    assert (gap.state, gap.post, gap.credit) == ("unlinked", None, None)
    assert tree_of(NOBODY, post).children == ()


def test_the_chain_goes_on_above_a_gap(
    post: Post, child: Post, bob: User, mallory: User
) -> None:
    open_up(bob)
    last = remix_by(mallory, child)
    decide(last, bob, "unlink")
    assert [one.state for one in chain_of(NOBODY, last)] == ["shown", "unlinked"]


def test_the_owner_of_a_character_decides_about_the_words_it_was_given(
    post: Post, alice: User, bob: User, mallory: User
) -> None:
    open_up(bob)
    theirs = clip_of(post).character
    guest = original(bob, character=theirs)
    child = remix_by(mallory, guest, "rewrite", character=theirs)
    decide(child, alice, "hide")
    assert child not in shown()
    # The furthest of several counts, whoever comes last.
    decide(child, bob, "keep")
    assert child not in shown()
    decide(child, alice, "keep")
    assert child in shown()


def test_a_new_voice_is_no_matter_of_the_old_character_s_owner(
    post: Post, alice: User, bob: User, mallory: User
) -> None:
    open_up(bob)
    guest = original(bob, character=clip_of(post).character)
    child = remix_by(mallory, guest, "revoice")
    with pytest.raises(RemixError, match="nothing of yours"):
        decide(child, alice, "hide")


@pytest.mark.parametrize("who", ["bob", "mallory"])
def test_nobody_else_decides(child: Post, bob: User, mallory: User, who: str) -> None:
    with pytest.raises(RemixError, match="nothing of yours"):
        decide(child, {"bob": bob, "mallory": mallory}[who], "hide")


def test_an_outcome_that_there_is_not_is_refused(child: Post, alice: User) -> None:
    with pytest.raises(RemixError, match="Choose one of keep, unlink, hide"):
        decide(child, alice, "burn")


def test_all_of_them_at_once_and_back(
    post: Post, child: Post, alice: User, bob: User, mallory: User
) -> None:
    remix_by(mallory, post)
    other = original(alice)
    elsewhere = remix_by(bob, other)
    assert revoking.decide_all(person=alice, choice="hide", of=post.key) == 2
    assert revoking.decide_all(person=alice, choice="hide", of=post.key) == 0
    assert (counted(post), counted(other)) == (0, 1)
    assert set(shown()) == {post, other, elsewhere}
    assert revoking.decide_all(person=alice, choice="hide") == 1
    assert revoking.decide_all(person=alice, choice="keep") == 3
    assert (counted(post), counted(other)) == (2, 1)


def test_every_outcome_is_in_the_audit_log(child: Post, alice: User) -> None:
    decide(child, alice, "hide")
    decide(child, alice, "hide")
    decide(child, alice, "keep")
    rows = LogEntry.objects.filter(subject=f"post:{child.key}")
    assert [(one.action, one.data["outcome"]) for one in rows] == [
        ("remix.end", "hide"),
        ("remix.keep", "keep"),
    ]


def test_what_its_maker_took_back_is_not_listed_for_the_owner(
    child: Post, alice: User
) -> None:
    assert [one.child for one in revoking.shown_of_mine(alice)] == [child]
    remove_post(post=child)
    assert not revoking.shown_of_mine(alice).exists()

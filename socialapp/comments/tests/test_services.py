"""Comments: written, changed, held, taken away, and counted by what others can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from moderation import subjects
from moderation.abuse.services import AbuseError
from moderation.approvals.tests.words import DOUBT, THREAT, nothing_looks, rule_on
from moderation.models import Approval, Standing
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.leaving import ask_to_leave
from socialapp.accounts.models import Block, Mute
from socialapp.accounts.services import close_account
from socialapp.comments import selectors, services
from socialapp.comments.errors import ChangedError, CommentError
from socialapp.comments.exports import comments as exported
from socialapp.comments.models import (
    MAX_TEXT,
    Comment,
    CommentEdit,
    CommentLike,
    FilterWord,
    Thread,
)
from socialapp.comments.services import writing
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from socialapp.accounts.models import User
    from socialapp.comments.tests.conftest import Say

    Commit = DjangoCaptureOnCommitCallbacks

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOBODY = AnonymousUser()


@pytest.fixture
def mod(mallory: User) -> User:
    mallory.groups.add(Group.objects.get(name="Moderators"))
    mallory.is_staff = True
    mallory.save()
    return mallory


def asked(comment: Comment) -> Approval:
    return Approval.objects.filter(kind="comment", subject_key=comment.key).latest("pk")


def lines(thread: Thread, viewer: User | AnonymousUser) -> list[str]:
    """What a viewer reads of the roots; a dash for a line without words."""
    fresh = Thread.objects.get(pk=thread.pk)
    page = selectors.roots_of(fresh, viewer, order="oldest")
    return [one.text if one.speaks else "–" for one in page.comments]


def count(thread: Thread) -> int:
    stored = Thread.objects.get(pk=thread.pk).count
    assert stored == Comment.objects.counted().filter(thread=thread).count()
    return stored


# Writing --------------------------------------------------------------------------


def test_a_comment_keeps_its_lines_and_loses_what_hides(say: Say, bob: User) -> None:
    made = say(bob, "  Two\r\n\r\n\r\n\r\nlines\u200b  here ")
    assert made.text == "Two\n\nlines here"


@pytest.mark.parametrize(
    "text",
    ["", " \n ", "x" * (MAX_TEXT + 1), "a\u202eb", "z" + "\u0301\u0302\u0303" * 4],
)
def test_what_is_no_text_is_refused(say: Say, bob: User, text: str) -> None:
    with pytest.raises(CommentError):
        say(bob, text)
    assert not Comment.objects.exists()


def test_what_the_rules_refuse_is_not_kept(say: Say, bob: User) -> None:
    with pytest.raises(TextRefusedError):
        say(bob, THREAT)
    assert not Comment.objects.exists()


def test_the_same_words_are_said_twice_and_not_three_times(
    thread: Thread, bob: User
) -> None:
    for _ in range(2):
        services.write_comment(thread=thread, author=bob, text="Buy my lamp oil today")
    with pytest.raises(AbuseError):
        services.write_comment(thread=thread, author=bob, text="Buy my lamp oil today")
    with pytest.raises(AbuseError, match="link"):
        services.write_comment(
            thread=thread, author=bob, text="https://a.example https://b.example x"
        )
    assert count(thread) == 2


def test_an_account_that_rests_does_nothing(say: Say, alice: User, bob: User) -> None:
    comment = say(alice, "Welcome")
    Standing.objects.create(user=bob, banned=True)
    for act in (
        lambda: say(bob, "Hello"),
        lambda: services.like_comment(comment=comment, person=bob),
        lambda: services.add_word(owner=bob, word="lamp"),
    ):
        with pytest.raises(CommentError, match="rests"):
            act()


def test_nothing_is_written_under_what_is_off_the_stage(
    say: Say, bob: User, wall: dict[str, bool]
) -> None:
    wall["visible"] = False
    with pytest.raises(CommentError, match="not on show"):
        say(bob, "Hello")


def test_an_answer_knows_its_root_and_the_way_up(say: Say, bob: User) -> None:
    chain = [say(bob, "Level 0")]
    for level in range(1, 10):
        chain.append(say(bob, f"Level {level}", parent=chain[-1]))
    last = chain[-1]
    assert (last.depth, last.root, last.parent) == (9, chain[0], chain[8])
    assert last.above == [one.pk for one in chain[3:9]]
    root = Comment.objects.get(pk=chain[0].pk)
    assert (root.replies, root.answers) == (9, 1)
    focus = selectors.focus_on(selectors.comment_for(viewer=bob, key=last.key), bob)
    assert [one.text for one in focus.above][:2] == ["Level 0", "Level 3"]
    assert focus.skipped == 2


@pytest.mark.parametrize("how", ["removed", "withheld", "of another thread"])
def test_what_is_gone_is_not_answered(
    say: Say, thread: Thread, alice: User, bob: User, how: str
) -> None:
    first = say(alice, "Answer me")
    say(alice, "Somebody did", parent=first)
    if how == "removed":
        services.remove_comment(comment=first, person=alice)
    elif how == "withheld":
        services.set_withheld(comment=first, level="hidden")
    else:
        other = services.open_thread(kind="wall", owner=alice)
        first = services.write_comment(thread=other, author=alice, text="Elsewhere")
    before = count(thread)
    with pytest.raises(CommentError, match="gone") as error:
        say(bob, "Too late", parent=first)
    assert error.value.code == "parent-gone"
    assert count(thread) == before


# Doubt ----------------------------------------------------------------------------


def test_words_in_doubt_wait_and_come_in_when_they_are_approved(
    say: Say, thread: Thread, bob: User, mod: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:  # fmt: skip
    comment = say(bob, DOUBT)
    assert (count(thread), lines(thread, NOBODY), lines(thread, bob)) == (
        0,
        [],
        [DOUBT],
    )
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(asked(comment), mod, approve=True)
    assert (count(thread), lines(thread, NOBODY)) == (1, [DOUBT])


def test_while_nothing_can_look_a_comment_waits(
    say: Say, thread: Thread, bob: User
) -> None:
    with nothing_looks():
        say(bob, "Good evening to you all")
    assert count(thread) == 0
    assert lines(thread, bob) == ["Good evening to you all"]


def test_a_withheld_comment_is_a_line_while_it_has_answers_and_comes_back(
    say: Say, thread: Thread, alice: User, bob: User
) -> None:
    lone, answered = say(bob, "A second lamp"), say(bob, "Answered")
    say(alice, "Indeed", parent=answered)
    subject = subjects.get("comment")
    for one in (lone, answered):
        subject.hide(subject.find(one.key))
        subject.hide(subject.find(one.key))
    assert count(thread) == 1
    assert lines(thread, NOBODY) == ["–"]
    assert lines(thread, bob) == ["A second lamp", "Answered"]
    assert not subject.visible(answered, NOBODY)
    for one in (lone, answered):
        subject.restore(subject.find(one.key))
    assert count(thread) == 3


# Changing -------------------------------------------------------------------------


def test_a_change_keeps_what_was_read_before(say: Say, bob: User, alice: User) -> None:
    comment = say(bob, "I wrote the strom")
    services.edit_comment(
        comment=comment, person=bob, text="I wrote the storm", edits=0
    )
    comment.refresh_from_db()
    assert (comment.text, comment.edits) == ("I wrote the storm", 1)
    assert [one.text for one in selectors.history_of(comment)] == ["I wrote the strom"]
    with pytest.raises(ChangedError):
        services.edit_comment(comment=comment, person=bob, text="Later", edits=0)
    with pytest.raises(CommentError, match="Only its writer"):
        services.edit_comment(comment=comment, person=alice, text="Mine now")
    same = services.edit_comment(comment=comment, person=bob, text="I wrote the storm")
    assert same.edits == 1


def test_a_change_in_doubt_leaves_the_old_words_until_it_is_approved(
    say: Say, thread: Thread, bob: User, mod: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:  # fmt: skip
    comment = say(bob, "About baths")
    services.edit_comment(comment=comment, person=bob, text=DOUBT)
    comment.refresh_from_db()
    assert (comment.text, comment.change_waits) == ("About baths", True)
    assert lines(thread, NOBODY) == ["About baths"]
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(asked(comment), mod, approve=True)
    comment.refresh_from_db()
    assert (comment.text, comment.change_waits, comment.edits) == (DOUBT, False, 1)
    assert count(thread) == 1


def test_a_change_that_is_refused_leaves_the_old_words(
    say: Say, thread: Thread, bob: User, mod: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:  # fmt: skip
    comment = say(bob, "About baths")
    services.edit_comment(comment=comment, person=bob, text=DOUBT)
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(asked(comment), mod, approve=False)
    comment.refresh_from_db()
    assert (comment.text, comment.change_waits) == ("About baths", False)
    assert count(thread) == 1


def test_a_change_brings_a_comment_under_the_filter(
    say: Say, thread: Thread, alice: User, bob: User
) -> None:
    services.add_word(owner=alice, word="spoiler")
    comment = say(bob, "Harmless")
    services.edit_comment(comment=comment, person=bob, text="A sp0iler")
    assert count(thread) == 0
    (held,) = selectors.held_for(alice)
    services.let_in(comment=held, owner=alice)
    assert count(thread) == 1


def test_a_comment_is_changed_so_often_and_no_more(
    say: Say, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_EDITS", 1)
    comment = say(bob, "One")
    services.edit_comment(comment=comment, person=bob, text="Two")
    with pytest.raises(CommentError, match="Take it back"):
        services.edit_comment(comment=comment, person=bob, text="Three")


# Taking away ----------------------------------------------------------------------


def test_a_comment_that_was_answered_leaves_a_line_and_takes_its_history_along(
    say: Say, thread: Thread, alice: User, bob: User
) -> None:
    comment = say(bob, "Regretted")
    services.edit_comment(comment=comment, person=bob, text="Regretted too")
    say(alice, "Why?", parent=comment)
    services.remove_comment(comment=comment, person=bob)
    row = Comment.objects.get(pk=comment.pk)
    assert (row.text, row.gone, row.edits) == ("", "writer", 0)
    assert not CommentEdit.objects.exists()
    assert (count(thread), lines(thread, alice)) == (1, ["–"])
    services.remove_comment(comment=comment, person=bob)
    assert count(thread) == 1


def test_lines_go_with_the_last_answer_below_them(
    say: Say, thread: Thread, alice: User, bob: User
) -> None:
    top = say(bob, "Top")
    middle = say(bob, "Middle", parent=top)
    last = say(alice, "Last", parent=middle)
    for one in (middle, top):
        services.remove_comment(comment=one, person=bob)
    assert Comment.objects.count() == 3
    services.remove_comment(comment=last, person=alice)
    assert not Comment.objects.exists()
    assert count(thread) == 0


def test_the_owner_of_a_thread_tidies_it_and_others_do_not(
    say: Say, thread: Thread, alice: User, bob: User, mallory: User
) -> None:
    comment = say(bob, "Weeds")
    with pytest.raises(CommentError, match="report"):
        services.remove_comment(comment=comment, person=mallory)
    services.remove_comment(comment=comment, person=alice)
    assert count(thread) == 0


def test_whoever_leaves_leaves_lines_that_name_nobody(
    say: Say, alice: User, bob: User, mallory: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:  # fmt: skip
    answered, lone = say(bob, "Answered"), say(bob, "A second lamp")
    thread = answered.thread
    theirs = say(mallory, "Indeed", parent=answered)
    services.like_comment(comment=theirs, person=bob)
    services.add_word(owner=bob, word="lamp")
    services.open_thread(kind="wall", owner=bob)
    ask_to_leave(user=bob)
    bob.refresh_from_db()
    assert lines(thread, alice) == ["–"]
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=bob)
    row = Comment.objects.get(pk=answered.pk)
    assert (row.text, row.author, row.gone) == ("", None, "left")
    assert not Comment.objects.filter(pk=lone.pk).exists()
    theirs.refresh_from_db()
    assert (theirs.likes, CommentLike.objects.count()) == (0, 0)
    assert not FilterWord.objects.exists()
    assert (count(thread), Thread.objects.count()) == (1, 1)


# Likes, pins, words ---------------------------------------------------------------


def test_a_like_counts_once_and_can_be_taken_back(
    say: Say, alice: User, bob: User
) -> None:
    comment = say(bob, "A fine storm")
    assert [services.like_comment(comment=comment, person=alice) for _ in "ab"] == [
        1,
        1,
    ]
    assert [services.unlike_comment(comment=comment, person=alice) for _ in "ab"] == [
        0,
        0,
    ]


def test_the_pinned_comment_stands_above_and_not_in_the_list(
    say: Say, thread: Thread, alice: User, bob: User
) -> None:
    first, second = say(bob, "First"), say(bob, "Second")
    answer = say(bob, "Answer", parent=first)
    services.pin(comment=first, owner=alice)
    services.pin(comment=second, owner=alice)
    fresh = Thread.objects.get()
    pinned = selectors.pinned_of(fresh, bob)
    assert pinned is not None
    assert (pinned.text, lines(thread, bob)) == ("Second", ["First"])
    with pytest.raises(CommentError, match="not yours"):
        services.pin(comment=first, owner=bob)
    with pytest.raises(CommentError, match="answer"):
        services.pin(comment=answer, owner=alice)
    services.remove_comment(comment=second, person=bob)
    assert selectors.pinned_of(Thread.objects.get(), bob) is None


def test_filter_words_hold_everybodys_comments_but_ones_own(
    say: Say, thread: Thread, alice: User, bob: User, mallory: User
) -> None:
    services.add_word(owner=alice, word="spoiler")
    say(bob, "A sp0iler")
    say(alice, "My own spoiler")
    assert lines(thread, NOBODY) == ["My own spoiler"]
    assert lines(thread, bob) == ["A sp0iler", "My own spoiler"]
    (held,) = selectors.held_for(alice)
    with pytest.raises(CommentError, match="not yours"):
        services.let_in(comment=held, owner=mallory)
    with pytest.raises(Comment.DoesNotExist):
        selectors.comment_for(viewer=mallory, key=held.key)


# Who keeps apart ------------------------------------------------------------------


def test_blocked_people_do_not_read_each_other(
    say: Say, thread: Thread, alice: User, bob: User, mallory: User
) -> None:
    first = say(mallory, "Answered")
    say(mallory, "A second lamp")
    say(alice, "Indeed", parent=first)
    Block.objects.create(person=bob, whom=mallory)
    assert lines(thread, bob) == ["–"]
    assert lines(thread, alice) == ["Answered", "A second lamp"]
    with pytest.raises(Comment.DoesNotExist):
        selectors.words_for(viewer=bob, key=first.key)
    for act in (
        lambda: say(bob, "Hello", parent=first),
        lambda: services.like_comment(comment=first, person=bob),
    ):
        with pytest.raises(CommentError, match="blocked"):
            act()


def test_muted_people_are_folded(
    say: Say, thread: Thread, bob: User, mallory: User
) -> None:
    say(mallory, "Noise")
    Mute.objects.create(person=bob, whom=mallory)
    (one,) = selectors.roots_of(thread, bob).comments
    assert (one.speaks, one.muted) == (True, True)


# News -----------------------------------------------------------------------------


def test_a_storm_is_one_notice_until_it_is_read(
    say: Say, alice: User, bob: User, mallory: User
) -> None:
    say(alice, "My own is no news")
    for n in range(3):
        say(bob, f"Comment {n}")
        say(mallory, f"Comment of mine, {n}")
    notice = Notice.objects.get()
    assert (notice.person, notice.kind) == (alice, "post-commented")
    assert notice.url.startswith("/wall/?from=")
    notice.seen = notice.created
    notice.save()
    say(bob, "Something new")
    assert Notice.objects.count() == 2


def test_an_answer_is_told_to_whom_it_is_for_and_goes_with_it(
    say: Say, alice: User, bob: User
) -> None:
    first = say(alice, "Who wrote the storm?")
    answer = say(bob, "I did", parent=first)
    notice = Notice.objects.get()
    assert (notice.person, notice.kind) == (alice, "comment-replied")
    services.remove_comment(comment=answer, person=bob)
    assert not Notice.objects.exists()


def test_nobody_hears_of_whom_they_muted(say: Say, alice: User, bob: User) -> None:
    Mute.objects.create(person=alice, whom=bob)
    say(bob, "Hello")
    assert not Notice.objects.exists()


def test_the_first_like_is_news_once(say: Say, alice: User, bob: User) -> None:
    comment = say(alice, "A fine storm")
    for _ in range(2):
        services.like_comment(comment=comment, person=bob)
        services.unlike_comment(comment=comment, person=bob)
    assert Notice.objects.get().kind == "comment-liked"


# The archive ----------------------------------------------------------------------


def test_a_person_takes_what_they_wrote_along(say: Say, alice: User, bob: User) -> None:
    comment = say(bob, "Before")
    services.edit_comment(comment=comment, person=bob, text="After")
    services.like_comment(comment=comment, person=bob)
    services.add_word(owner=bob, word="lamp")
    (file,) = exported(bob)
    text = str(file)
    for word in ("Before", "After", "lamp", comment.key):
        assert word in text

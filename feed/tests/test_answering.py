"""Characters answer comments: when they may, once, screened, and whoever dies meanwhile."""

from __future__ import annotations

import datetime as dt
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from feed.models import CommentAnswer, Post
from feed.services import answer_lines, answering, talk
from feed.tests.rows import character_of, post_by
from feed.tests.test_counters import at_once
from moderation.models import Utterance
from socialapp.accounts.models import User
from socialapp.characters.models import Character
from socialapp.chat import speech
from socialapp.chat.dialogues.authored import AuthoredDialogue
from socialapp.chat.dialogues.encoder import Encoder
from socialapp.chat.dialogues.ladder import Ladder, Rung
from socialapp.chat.tests.players import Player
from socialapp.comments import services as comments
from socialapp.comments.models import Comment

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]

THREAT = "I will find you and I will kill you tonight, I know where you live."


@pytest.fixture
def speaks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Player]:
    """Makes characters speak by a scripted engine: one list of steps a turn."""

    def play(*lines: list[str | float | Exception]) -> Player:
        player = Player(lines)
        ladder = Ladder([Rung(player)], AuthoredDialogue(embedder=""), Encoder(""))
        monkeypatch.setattr(speech, "ladder", lambda: ladder)
        return player

    return play


@pytest.fixture
def post(alice: User) -> Post:
    """Alice lets Hob answer under it."""
    made = post_by(alice)
    talk.change_talk(post=made, owner=alice, answers=True)
    return made


def say(
    post: Post, author: User, text: str = "How is the weather up there?"
) -> Comment:
    made = talk.write_comment(post=post, author=author, text=text)
    Utterance.objects.filter(person=author).delete()
    return made


def said() -> list[str]:
    answers = Comment.objects.filter(character__isnull=False).order_by("pk")
    return list(answers.values_list("text", flat=True))


def test_a_character_answers_once_marked_as_ai(
    post: Post, bob: User, client_of: ClientOf, speaks: Callable[..., Player]
) -> None:
    player = speaks(["Windy. Bring ", "a hat."])
    comment = say(post, bob)
    assert answering.answer_waiting() == 1
    assert answering.answer_waiting() == 0
    assert not answering.ask_for(comment=comment)
    (answer,) = Comment.objects.filter(character=post.character)
    assert (answer.text, answer.parent, answer.author) == (
        "Windy. Bring a hat.",
        comment,
        None,
    )
    (context,) = player.heard
    assert context.card.name == post.character.name
    assert [turn.text for turn in context.history] == [comment.text]
    assert "Not one. None." in context.card.scenario
    page = client_of(bob).get(f"/comments/{comment.key}/replies/").content.decode()
    assert "Windy. Bring a hat." in page
    assert '<span class="badge badge--ai">' in page
    told = client_of(bob).get(f"/api/v1/comments/{answer.key}/").json()
    assert (told["ai_generated"], told["author"]) == (True, None)
    assert Post.objects.get().stat.comments == 2
    # Nobody answers a machine.
    assert CommentAnswer.objects.count() == 1


def test_what_a_character_said_goes_off_the_stage_with_it(
    post: Post, bob: User, client_of: ClientOf, speaks: Callable[..., Player]
) -> None:
    speaks(["Windy."])
    comment = say(post, bob)
    answering.answer_waiting()
    address = f"/comments/{comment.key}/replies/"
    browser = client_of(bob)
    assert b"Windy." in browser.get(address).content
    Character.objects.update(withheld="hidden")
    assert b"Windy." not in browser.get(address).content


def test_it_is_off_unless_its_owner_switched_it_on(
    alice: User, bob: User, speaks: Callable[..., Player]
) -> None:
    speaks(["Hello."])
    say(post_by(alice), bob)
    assert not CommentAnswer.objects.exists()


def test_nobody_lets_somebody_elses_character_answer(alice: User, bob: User) -> None:
    theirs = post_by(alice, character=character_of(bob))
    with pytest.raises(talk.SwitchError, match="owns"):
        talk.change_talk(post=theirs, owner=alice, answers=True)


def test_it_never_answers_people_under_18(
    post: Post, bob: User, speaks: Callable[..., Player]
) -> None:
    speaks(["Hello."])
    comment = say(post, bob)
    CommentAnswer.objects.all().delete()
    young = timezone.now().date() - dt.timedelta(days=15 * 366)
    User.objects.filter(pk=bob.pk).update(birth_date=young)
    fresh = Comment.objects.get(pk=comment.pk)
    assert not answering.ask_for(comment=fresh)
    # Also when that came out after the answer was asked for.
    CommentAnswer.objects.create(comment=fresh, post=post)
    assert answering.answer_waiting() == 0
    assert CommentAnswer.objects.get().state == "silent"
    assert said() == []


@pytest.mark.parametrize("how", ["switched off", "removed", "withheld", "post hidden"])
def test_what_changed_meanwhile_is_not_answered(
    post: Post, alice: User, bob: User, speaks: Callable[..., Player], how: str
) -> None:
    speaks(["Hello."])
    comment = say(post, bob)
    if how == "switched off":
        talk.change_talk(post=post, owner=alice, answers=False)
    elif how == "removed":
        comments.remove_comment(comment=comment, person=bob)
    elif how == "withheld":
        comments.set_withheld(comment=comment, level="hidden")
    else:
        Post.objects.update(withheld="hidden")
    assert answering.answer_waiting() == 0
    assert said() == []


def test_what_may_not_be_said_is_never_stored(
    post: Post, bob: User, alice: User, speaks: Callable[..., Player]
) -> None:
    speaks([THREAT], ["A fine spoiler it is."])
    comments.add_word(owner=alice, word="spoiler")
    for text in ("How is the weather up there?", "And down here, what about it?"):
        say(post, bob, text)
    assert answering.answer_waiting() == 0
    assert said() == []
    states = CommentAnswer.objects.values_list("state", flat=True)
    assert list(states) == ["silent", "silent"]


def test_one_person_is_answered_a_few_times_a_day(
    post: Post, bob: User, mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "MOST_A_DAY", 1)
    for author in (bob, bob, mallory):
        say(
            post,
            author,
            f"Comment {CommentAnswer.objects.count()} of {author.username}",
        )
    assert CommentAnswer.objects.count() == 2
    monkeypatch.setattr(answering, "MOST_AN_HOUR", 2)
    say(post, User.objects.create_user("zoe", "zoe@example.com"), "One more")
    assert CommentAnswer.objects.count() == 2


def test_what_a_dead_worker_dropped_is_answered_by_the_next(
    post: Post, bob: User, speaks: Callable[..., Player]
) -> None:
    speaks(["Windy."])
    say(post, bob)
    (held,) = answering.claim(worker="elsewhere:1")
    assert answering.reconcile()["answers_returned"] == 0
    past = timezone.now() - timedelta(minutes=5)
    CommentAnswer.objects.update(leased_until=past)
    assert answering.reconcile()["answers_returned"] == 1
    assert answering.answer_waiting() == 1
    # The dead one wakes up and has nothing to say any more.
    assert answering._answer(held) == 0
    assert said() == ["Windy."]


def test_an_engine_that_fails_three_times_says_nothing(
    post: Post, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(answer_lines, "line_for", fail)
    say(post, bob)
    assert answering.answer_waiting() == 0
    row = CommentAnswer.objects.get()
    assert (row.state, row.attempts) == ("silent", 3)


@pytest.mark.django_db(transaction=True)
def test_two_workers_answer_a_comment_once(
    alice: User, bob: User, speaks: Callable[..., Player]
) -> None:
    post = post_by(alice)
    talk.change_talk(post=post, owner=alice, answers=True)
    speaks(["Windy."])
    comment = say(post, bob)
    # In these tests the job runs where the comment was written.
    Comment.objects.filter(parent=comment).delete()
    CommentAnswer.objects.update(state="waiting", attempts=0)
    errors = at_once([partial(answering.answer_waiting) for _ in range(3)])
    assert errors == []
    assert said() == ["Windy."]

"""Asking, answering, and making exactly what was approved, once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from avatarfx.errors import IdempotencyConflictError, NotNowError
from avatarfx.models import Clip
from avatarfx.services import NoTicketsError, TextRefusedError
from feed import services
from feed.models import RemixAnswer, RemixPass, RemixRequest
from feed.remixes import making, requests
from feed.remixes.errors import RemixError
from feed.remixes.making import remix
from feed.remixes.wishes import Wish, wish_of
from feed.tests.remixing import character_of, on_stage, open_up, original
from feed.tests.rows import clip_of
from socialapp.accounts.models import Mute, Ticket, User
from socialapp.characters.models import Character
from socialapp.characters.services import change_character
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from feed.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.database]

WORDS = "A card would have been nice."


@pytest.fixture
def post(alice: User) -> Post:
    made = original(alice, title="Storm warning")
    Character.objects.update(visibility="public")
    return made


@pytest.fixture
def hero(bob: User) -> Character:
    return character_of(bob, "Wren")


@pytest.fixture
def wish(post: Post, bob: User, hero: Character) -> Wish:
    return wish_of(person=bob, post=post, kind="reply", character=hero, script=WORDS)


def asked(person: User, post: Post, wish: Wish) -> RemixRequest:
    found = remix(person=person, post=post, wish=wish)
    assert isinstance(found, RemixRequest)
    return found


def made(person: User, post: Post, wish: Wish, **more: Any) -> Clip:
    found = remix(person=person, post=post, wish=wish, **more)
    assert isinstance(found, Clip)
    return found


def test_what_is_open_is_made_at_once(
    post: Post, alice: User, bob: User, wish: Wish
) -> None:
    open_up(alice)
    clip = made(bob, post, wish)
    assert clip.recipe["source"] == f"remix:{clip_of(post).key}"
    assert clip.recipe["remix"] == "reply"
    assert (clip.script, clip.publish) == (WORDS, True)
    assert Ticket.objects.get(user=bob).state == "held"
    assert making.why_not_published(clip) == ""
    assert not Notice.objects.exists()


def test_a_request_shows_the_owner_the_words_and_spends_nothing(
    post: Post,
    alice: User,
    bob: User,
    wish: Wish,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request = asked(bob, post, wish)
    assert (request.state, request.script, request.sha256) == (
        "asked", WORDS, wish.sha256
    )  # fmt: skip
    assert list(requests.waiting_for(alice)) == [request]
    assert not requests.waiting_for(bob).exists()
    notice = Notice.objects.get(person=alice)
    assert notice.kind == "remix-asked"
    assert WORDS in notice.words
    assert not Ticket.objects.exists()
    assert not Clip.objects.filter(owner=bob).exists()


def test_who_muted_the_asker_is_not_told_and_finds_it_in_the_queue(
    post: Post,
    alice: User,
    bob: User,
    wish: Wish,
    django_capture_on_commit_callbacks: Any,
) -> None:
    Mute.objects.create(person=alice, whom=bob)
    with django_capture_on_commit_callbacks(execute=True):
        asked(bob, post, wish)
    assert not Notice.objects.exists()
    assert requests.waiting_for(alice).exists()


def test_the_same_wish_twice_is_one_request_and_another_waits_its_turn(
    post: Post, bob: User, hero: Character, wish: Wish
) -> None:
    first = asked(bob, post, wish)
    assert asked(bob, post, wish) == first
    other = wish_of(person=bob, post=post, kind="reply", character=hero, script="No.")
    with pytest.raises(RemixError, match="Take that back first"):
        remix(person=bob, post=post, wish=other)
    voice = wish_of(person=bob, post=post, kind="revoice", character=hero)
    assert asked(bob, post, voice) != first
    requests.withdraw(request=first)
    assert asked(bob, post, other).script == "No."


def test_the_database_holds_one_open_request_of_a_kind(
    post: Post, bob: User, wish: Wish
) -> None:
    first = asked(bob, post, wish)
    with pytest.raises(IntegrityError), transaction.atomic():
        RemixRequest.objects.create(
            asker=bob, post=post, kind="reply", character=first.character,
            script="x", sha256="0" * 64, expires=first.expires,
        )  # fmt: skip


def test_an_approved_wish_is_made_once(
    post: Post,
    alice: User,
    bob: User,
    wish: Wish,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request = asked(bob, post, wish)
        requests.answer(request=request, person=alice, agreed=True, word="Gladly.")
    notice = Notice.objects.get(person=bob)
    assert notice.lead.startswith("You may make it")
    assert "Gladly." in notice.words
    clip = made(bob, post, wish)
    request.refresh_from_db()
    assert (request.state, request.clip) == ("used", clip)
    assert making.make_approved(request=request, person=bob) == clip
    assert Ticket.objects.filter(user=bob).count() == 1
    # Used up: the same words once more are asked about once more.
    assert asked(bob, post, wish).state == "asked"


def test_other_words_than_the_approved_ones_are_asked_about(
    post: Post, alice: User, bob: User, hero: Character, wish: Wish
) -> None:
    request = asked(bob, post, wish)
    requests.answer(request=request, person=alice, agreed=True)
    other = wish_of(
        person=bob, post=post, kind="reply", character=hero, script=WORDS, caption="Ha."
    )
    with pytest.raises(RemixError, match="asked for another one"):
        remix(person=bob, post=post, wish=other)
    assert not Clip.objects.filter(owner=bob).exists()


def test_another_face_or_voice_than_the_approved_one_is_not_made(
    post: Post, alice: User, bob: User, hero: Character, wish: Wish
) -> None:
    request = asked(bob, post, wish)
    requests.answer(request=request, person=alice, agreed=True)
    change_character(character=hero, voice_pitch=3.0)
    fresh = RemixRequest.objects.full().get(pk=request.pk)
    with pytest.raises(RemixError, match="as it was shown"):
        making.make_approved(request=fresh, person=bob)
    fresh.refresh_from_db()
    assert fresh.state == "approved"


def test_what_was_approved_is_not_made_when_it_is_off_by_now(
    post: Post, alice: User, bob: User, wish: Wish
) -> None:
    request = asked(bob, post, wish)
    requests.answer(request=request, person=alice, agreed=True)
    services.edit_post(post=post, remixing="off")
    fresh = RemixRequest.objects.full().get(pk=request.pk)
    with pytest.raises(RemixError) as refused:
        making.make_approved(request=fresh, person=bob)
    assert refused.value.code == "off"


def test_an_approval_is_kept_when_the_clip_cannot_be_asked_for(
    post: Post, alice: User, bob: User, wish: Wish, settings: Any
) -> None:
    request = asked(bob, post, wish)
    requests.answer(request=request, person=alice, agreed=True)
    settings.CLIPS_PER_DAY = 0
    with pytest.raises(NoTicketsError):
        remix(person=bob, post=post, wish=wish)
    request.refresh_from_db()
    assert (request.state, request.clip) == ("approved", None)


def test_a_refusal_tells_the_word_and_lets_ask_again(
    post: Post,
    alice: User,
    bob: User,
    wish: Wish,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request = asked(bob, post, wish)
        done = requests.answer(
            request=request, person=alice, agreed=False, word="Not this week."
        )
    assert done.state == "refused"
    assert "Not this week." in Notice.objects.get(person=bob).words
    assert asked(bob, post, wish) != request
    with pytest.raises(RemixError, match="settled"):
        requests.answer(request=request, person=alice, agreed=True)


def test_everybody_on_stage_has_to_agree(
    post: Post, alice: User, bob: User, mallory: User, hero: Character
) -> None:
    clip_of(post).actors.all().delete()
    on_stage(clip_of(post), character_of(mallory, "Iris"))
    duet = wish_of(person=bob, post=post, kind="duet", character=hero, script=WORDS)
    request = asked(bob, post, duet)
    assert RemixAnswer.objects.filter(request=request).count() == 2
    assert requests.answer(request=request, person=alice, agreed=True).state == "asked"
    assert not requests.waiting_for(alice).exists()
    done = requests.answer(request=request, person=mallory, agreed=True)
    assert done.state == "approved"


def test_one_no_is_enough(
    post: Post, alice: User, bob: User, mallory: User, hero: Character
) -> None:
    clip_of(post).actors.all().delete()
    on_stage(clip_of(post), character_of(mallory, "Iris"))
    duet = wish_of(person=bob, post=post, kind="duet", character=hero, script=WORDS)
    request = asked(bob, post, duet)
    done = requests.answer(request=request, person=mallory, agreed=False)
    assert done.state == "refused"
    assert not requests.waiting_for(alice).exists()


def test_always_allowed_means_never_asked_again(
    post: Post, alice: User, bob: User, hero: Character, wish: Wish
) -> None:
    request = asked(bob, post, wish)
    requests.answer(request=request, person=alice, agreed=True, always=True)
    assert RemixPass.objects.filter(owner=alice, person=bob).exists()
    voice = wish_of(person=bob, post=post, kind="revoice", character=hero)
    assert made(bob, post, voice).script == clip_of(post).script
    requests.ask_again(owner=alice, person=bob)
    again = wish_of(
        person=bob, post=post, kind="revoice", character=character_of(bob, "Ada")
    )
    assert asked(bob, post, again).state == "asked"


@pytest.mark.parametrize("who", ["bob", "mallory"])
def test_nobody_answers_for_another(
    post: Post, bob: User, mallory: User, wish: Wish, who: str
) -> None:
    request = asked(bob, post, wish)
    person = {"bob": bob, "mallory": mallory}[who]
    with pytest.raises(RemixError, match="Nobody asked you"):
        requests.answer(request=request, person=person, agreed=True)


def test_a_request_is_too_old_after_fourteen_days(
    post: Post, alice: User, bob: User, wish: Wish
) -> None:
    request = asked(bob, post, wish)
    past = timezone.now() - dt.timedelta(seconds=1)
    RemixRequest.objects.update(expires=past)
    with pytest.raises(RemixError, match="settled"):
        requests.answer(request=request, person=alice, agreed=True)
    assert requests.expire() == {"remix requests expired": 1}
    request.refresh_from_db()
    assert request.state == "expired"
    # An old one does not stand in the way of a new one, swept or not.
    RemixRequest.objects.update(state="asked")
    assert asked(bob, post, wish) != request


def test_words_that_nobody_may_say_reach_no_owner(
    post: Post, alice: User, bob: User, hero: Character
) -> None:
    bad = wish_of(
        person=bob, post=post, kind="reply", character=hero,
        script="I will find you and kill you tonight.",
    )  # fmt: skip
    with pytest.raises(TextRefusedError):
        remix(person=bob, post=post, wish=bad)
    assert not RemixRequest.objects.exists()
    assert not Notice.objects.filter(person=alice).exists()


def test_a_refusal_may_not_threaten(
    post: Post, alice: User, bob: User, wish: Wish
) -> None:
    request = asked(bob, post, wish)
    with pytest.raises(TextRefusedError):
        requests.answer(
            request=request, person=alice, agreed=False,
            word="I will find you and kill you tonight.",
        )  # fmt: skip
    request.refresh_from_db()
    assert request.state == "asked"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "cover"}, "kind"),
        ({"kind": "reply", "script": WORDS}, "character"),
        ({"kind": "reply", "script": WORDS, "character": "theirs"}, "character"),
        ({"kind": "rewrite", "script": "Not one. None."}, "script"),
        ({"kind": "rewrite", "script": WORDS, "caption": "x" * 501}, "caption"),
        ({"kind": "rewrite", "script": WORDS, "title": "x" * 81}, "title"),
    ],
)
def test_a_wish_that_cannot_be_names_its_field(
    post: Post, bob: User, fields: dict[str, Any], field: str
) -> None:
    if fields.get("character"):
        fields = fields | {"character": clip_of(post).character}
    with pytest.raises(RemixError) as refused:
        wish_of(person=bob, post=post, **fields)
    assert refused.value.field == field


def test_a_rewrite_is_spoken_by_their_character_with_my_words(
    post: Post, alice: User, bob: User
) -> None:
    open_up(alice, characters="on")
    post.refresh_from_db()
    wish = wish_of(person=bob, post=post, kind="rewrite", script=WORDS)
    clip = made(bob, post, wish)
    assert clip.character == clip_of(post).character
    assert (clip.owner, clip.script) == (bob, WORDS)


def test_the_same_key_gives_the_same_clip_and_another_wish_is_refused(
    post: Post, alice: User, bob: User, hero: Character, wish: Wish
) -> None:
    open_up(alice)
    clip = made(bob, post, wish, idempotency_key="k1")
    assert made(bob, post, wish, idempotency_key="k1") == clip
    other = wish_of(person=bob, post=post, kind="reply", character=hero, script="No.")
    with pytest.raises(IdempotencyConflictError):
        remix(person=bob, post=post, wish=other, idempotency_key="k1")
    assert Clip.objects.filter(owner=bob).count() == 1


def test_what_cannot_be_made_of_this_clip_says_so_and_uses_nothing(
    post: Post, alice: User, bob: User, hero: Character, wish: Wish
) -> None:
    request = asked(bob, post, wish)
    requests.answer(request=request, person=alice, agreed=True)
    Clip.objects.filter(pk=clip_of(post).pk).update(performance=None)
    with pytest.raises(NotNowError):
        remix(person=bob, post=post, wish=wish)
    request.refresh_from_db()
    assert request.state == "approved"

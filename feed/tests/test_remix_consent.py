"""Who may remix what: the strictest of those who have a say."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from avatarfx.remixes import RemixKind
from feed import services
from feed.models import RemixPass
from feed.remixes import allowances, may_remix
from feed.remixes.allowances import at_a_glance
from feed.tests.remixing import character_of, on_stage, open_up, original
from feed.tests.rows import clip_of
from socialapp.accounts.consent import Level, strictest
from socialapp.accounts.models import Block, User
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from feed.models import Post

pytestmark = pytest.mark.django_db

R, W, A, D = RemixKind.REVOICE, RemixKind.REWRITE, RemixKind.REPLY, RemixKind.DUET


@pytest.fixture
def post(alice: User) -> Post:
    made = original(alice)
    Character.objects.update(visibility="public")
    return made


@pytest.fixture
def teen(db: None) -> User:
    return User.objects.create_user(
        username="tim",
        email="tim@example.com",
        password=None,
        birth_date=timezone.now().date() - dt.timedelta(days=15 * 366),
    )


def states(viewer: User, post: Post) -> dict[str, str]:
    post.refresh_from_db()
    return {str(k): str(one.state) for k, one in allowances(viewer, post).items()}


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [
        ((), "on"),
        (("", ""), "on"),
        (("ask", "on"), "ask"),
        (("on", "off", "ask"), "off"),
        (("", "ask"), "ask"),
    ],
)
def test_the_strictest_level_counts_and_an_inherited_one_says_nothing(
    levels: tuple[str, ...], wanted: str
) -> None:
    assert strictest(levels) == wanted


def test_an_account_asks_first_and_lets_nobody_write_for_its_characters(
    post: Post, bob: User
) -> None:
    assert states(bob, post) == {
        "revoice": "ask", "rewrite": "off", "reply": "ask", "duet": "ask"
    }  # fmt: skip


@pytest.mark.parametrize("account", Level.values)
@pytest.mark.parametrize("own", ["", *Level.values])
def test_a_post_says_less_than_its_author_s_account_and_never_more(
    post: Post, alice: User, bob: User, account: str, own: str
) -> None:
    open_up(alice, clips=account)
    services.edit_post(post=post, remixing=own)
    wanted = strictest((account, own))
    assert states(bob, post)["reply"] == wanted == at_a_glance(bob, post)


@pytest.mark.parametrize(
    ("account", "switch", "wanted"),
    [
        ("off", "", "off"),
        ("off", "ask", "ask"),
        ("off", "on", "on"),
        ("on", "", "on"),
        ("on", "off", "off"),
        ("ask", "", "ask"),
    ],
)
def test_a_character_speaks_words_of_others_when_its_owner_said_so(
    post: Post, bob: User, account: str, switch: str, wanted: str
) -> None:
    open_up(post.author, clips="on", characters=account)
    Character.objects.update(remixing=switch)
    assert states(bob, post)["rewrite"] == wanted


def test_words_for_a_character_need_the_post_s_consent_too(
    post: Post, alice: User, bob: User
) -> None:
    open_up(alice, clips="ask", characters="on")
    assert states(bob, post)["rewrite"] == "ask"
    open_up(alice, clips="off", characters="on")
    assert states(bob, post)["rewrite"] == "off"


def test_a_starter_speaks_for_everybody(alice: User, bob: User) -> None:
    hob = character_of(alice)
    Character.objects.filter(pk=hob.pk).update(starter=True)
    hob.refresh_from_db()
    open_up(bob)
    assert set(states(alice, original(bob, character=hob)).values()) == {"on"}


def test_a_duet_needs_everybody_on_stage(alice: User, bob: User, mallory: User) -> None:
    open_up(alice, clips="on")
    post = original(alice)
    guest = character_of(mallory, "Wren")
    clip_of(post).actors.all().delete()
    on_stage(clip_of(post), guest)
    found = allowances(bob, post)
    assert found[D].state == "ask"
    assert [one.username for one in found[D].asks] == ["mallory"]
    # In a talk the others keep their lines when one voice is another's.
    assert found[R].state == "ask"
    assert found[A].state == "on"
    Character.objects.filter(pk=guest.pk).update(remixing="off")
    off = allowances(bob, post)[D]
    assert off.is_off
    assert "@mallory" in off.why


def test_what_is_mine_i_remix(post: Post, alice: User) -> None:
    services.edit_post(post=post, remixing="off", visibility="private")
    assert set(states(alice, post).values()) == {"on"}


def test_whom_an_owner_always_allows_need_not_ask_but_off_stays_off(
    post: Post, alice: User, bob: User
) -> None:
    RemixPass.objects.create(owner=alice, person=bob)
    assert may_remix(bob, post, "reply").state == "on"
    services.edit_post(post=post, remixing="off")
    assert may_remix(bob, post, "reply").is_off


def refusal(viewer: User, post: Post) -> tuple[str, str]:
    found = may_remix(viewer, post, "reply")
    assert found.is_off
    return found.code, found.why


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"withheld": "hidden"}, "withheld"),
        ({"removed": timezone.now()}, "gone"),
        ({"visibility": "private"}, "not-public"),
        ({"visibility": "unlisted"}, "not-public"),
        ({"kept_back": True}, "ended"),
    ],
)
def test_what_is_off_the_stage_is_not_remixed(
    post: Post, alice: User, bob: User, fields: dict[str, object], code: str
) -> None:
    open_up(alice)
    type(post).objects.update(**fields)
    post.refresh_from_db()
    found, why = refusal(bob, post)
    assert found == code
    assert "Remix another clip, or make one of your own." in why


@pytest.mark.parametrize(
    "fields", [{"withheld": "hidden"}, {"waits": True}, {"removed": timezone.now()}]
)
def test_a_character_that_was_closed_meanwhile_is_in_no_new_clip(
    post: Post, alice: User, bob: User, fields: dict[str, object]
) -> None:
    open_up(alice)
    Character.objects.update(**fields)
    assert refusal(bob, post)[0] == "left"


def test_a_private_character_gets_no_words_of_others(
    post: Post, alice: User, bob: User
) -> None:
    open_up(alice, characters="on")
    Character.objects.update(visibility="private")
    found = may_remix(bob, post, "rewrite")
    assert found.code == "character-private"
    assert "a character of your own" in found.why
    Character.objects.update(visibility="public")
    post.refresh_from_db()
    assert may_remix(bob, post, "rewrite").state == "on"


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_people_who_keep_apart_do_not_remix_each_other(
    post: Post, alice: User, bob: User, who: str
) -> None:
    open_up(alice)
    one, other = (alice, bob) if who == "alice" else (bob, alice)
    Block.objects.create(person=one, whom=other)
    code, why = refusal(bob, post)
    assert code == "apart"
    assert "block" not in why


def test_clips_of_minors_are_not_remixed_by_others(teen: User, bob: User) -> None:
    open_up(teen)
    post = original(teen)
    assert refusal(bob, post)[0] == "minor"
    assert at_a_glance(bob, post) == "off"
    assert may_remix(teen, post, "reply").state == "on"


def test_a_minor_remixes_what_is_open_and_asks_no_stranger(
    post: Post, alice: User, teen: User
) -> None:
    code, why = refusal(teen, post)
    assert (code, at_a_glance(teen, post)) == ("too-young", "off")
    assert "open to everybody" in why
    open_up(alice)
    post.refresh_from_db()
    assert may_remix(teen, post, "reply").state == "on"


def test_lines_of_a_chat_cannot_be_remixed(alice: User, bob: User) -> None:
    from feed.models import Post, Snippet  # noqa: PLC0415

    snippet = Snippet.objects.create(owner=alice, lead=character_of(alice))
    said = Post.objects.create(author=alice, kind="snippet", snippet=snippet)
    assert refusal(bob, said)[0] == "not-a-clip"
    assert at_a_glance(bob, said) == "off"


def test_the_button_costs_no_query(
    post: Post, bob: User, django_assert_num_queries: object
) -> None:
    shown = type(post).objects.full().get(pk=post.pk)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert at_a_glance(bob, shown) == "ask"


@pytest.mark.parametrize("posts", [1, 4])
def test_what_is_allowed_costs_the_same_for_a_long_cast(
    alice: User,
    bob: User,
    mallory: User,
    posts: int,
    django_assert_max_num_queries: object,
) -> None:
    open_up(alice)
    post = original(alice)
    clip_of(post).actors.all().delete()
    on_stage(clip_of(post), *(character_of(alice, f"No{n}") for n in range(posts - 1)))
    shown = type(post).objects.full().get(pk=post.pk)
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        allowances(bob, shown)

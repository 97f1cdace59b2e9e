"""What moderators hide is nowhere: pages, API, feed, files; and comes back exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from feed import selectors, services
from feed.models import Post
from feed.tests.rows import clip_of, post_by
from moderation import services as moderation
from moderation.models import Case, Decision
from socialapp.characters.services import PictureError, add_portrait, change_character
from socialapp.lib import blobs

if TYPE_CHECKING:
    from pytest_django import Settings

    from conftest import ClientOf
    from socialapp.accounts.models import User

WHY: dict[str, Any] = {"rule": "4.2", "reason": "It threatens a person by name."}
STRANGER = Client()


@pytest.fixture
def post(alice: User) -> Post:
    """Alice's post, with real files behind it."""
    return post_by(
        alice,
        "#night shift",
        video=blobs.put(b"moving", "mp4"),
        poster=blobs.put(b"still", "webp"),
        captions=blobs.put(b"said", "vtt"),
    )


@pytest.fixture
def mod(mallory: User) -> User:
    mallory.groups.add(Group.objects.get(name="Senior moderators"))
    return mallory


def files_of(post: Post) -> list[str]:
    clip = clip_of(post)
    return [blobs.url(ref) for ref in (clip.video, clip.poster, clip.captions)]


def pages_of(post: Post) -> list[str]:
    return [
        f"/p/{post.key}/",
        f"/api/v1/posts/{post.key}/",
        *files_of(post),
    ]


def lists_of(post: Post) -> list[str]:
    author = post.author.username
    return [
        "/",
        "/tag/night/",
        f"/@{author}/",
        "/api/v1/posts/",
        f"/api/v1/people/{author}/posts/",
    ]


def seen(client: Client, post: Post) -> tuple[list[int], list[bool]]:
    """Status of each page and file, and whether each list names the post."""
    statuses = [client.get(path).status_code for path in pages_of(post)]
    named = [post.key in client.get(path).content.decode() for path in lists_of(post)]
    return statuses, named


def decide(kind: str, key: str, mod: User, measure: str, **fields: Any) -> Decision:
    case = moderation.open_case(kind=kind, key=key, category="harassment", hold=False)
    return moderation.decide_case(
        case=case, moderator=mod, measure=measure, **WHY, **fields
    )


ALL = ([200] * 5, [True] * 5)
NONE = ([404] * 5, [False] * 5)


@pytest.mark.django_db
def test_a_hidden_post_is_its_authors_alone(
    post: Post, alice: User, bob: User, mod: User, client_of: ClientOf
) -> None:
    assert seen(STRANGER, post) == seen(client_of(bob), post) == ALL
    decide("post", post.key, mod, "hide")
    assert seen(STRANGER, post) == seen(client_of(bob), post) == NONE
    statuses, _ = seen(client_of(alice), post)
    assert statuses == [200] * 5
    assert client_of(alice).get(f"/clips/{clip_of(post).key}/").status_code == 200


@pytest.mark.django_db
def test_a_removed_post_is_nobodys(
    post: Post, alice: User, mod: User, client_of: ClientOf
) -> None:
    decide("post", post.key, mod, "remove")
    assert seen(STRANGER, post) == seen(client_of(alice), post) == NONE
    assert client_of(alice).get(f"/clips/{clip_of(post).key}/").status_code == 404
    assert (
        client_of(alice).get(f"/api/v1/clips/{clip_of(post).key}/").status_code == 404
    )


@pytest.mark.django_db
def test_a_won_appeal_brings_back_just_what_was_there(
    post: Post, alice: User, bob: User, mod: User
) -> None:
    services.like_post(post=post, user=bob)
    before = (
        Post.objects.values().get(pk=post.pk),
        type(clip_of(post)).objects.values().get(pk=clip_of(post).pk),
    )
    made = decide("post", post.key, mod, "remove")
    appeal = moderation.appeal_decision(
        statement=made.statement, appellant=alice, text="It is a quote."
    )
    bob.groups.add(Group.objects.get(name="Moderators"))
    moderation.decide_appeal(
        appeal=appeal, moderator=bob, outcome="upheld", reason="It is a quote."
    )
    assert seen(STRANGER, post) == ALL
    assert before == (
        Post.objects.values().get(pk=post.pk),
        type(clip_of(post)).objects.values().get(pk=clip_of(post).pk),
    )


@pytest.mark.django_db
def test_what_the_author_removed_meanwhile_stays_removed(
    post: Post, alice: User, mod: User
) -> None:
    made = decide("post", post.key, mod, "hide")
    services.remove_post(post=Post.objects.get(pk=post.pk))
    moderation.undo_decision(decision=made, moderator=mod)
    assert STRANGER.get(f"/p/{post.key}/").status_code == 404
    post.refresh_from_db()
    assert post.withheld == ""


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["character", "portrait"])
def test_clips_go_with_their_character_and_their_portrait(
    post: Post, mod: User, kind: str
) -> None:
    character = clip_of(post).character
    portrait = character.portrait
    assert portrait is not None
    clip_of(post).actors.create(seat="a", character=character, portrait=portrait)
    change_character(character=character, visibility="public")
    thing = character if kind == "character" else portrait
    assert STRANGER.get(f"/c/{character.key}/").status_code == 200
    made = decide(kind, thing.key, mod, "remove")
    assert STRANGER.get(f"/c/{character.key}/").status_code == 404
    assert STRANGER.get(f"/api/v1/characters/{character.key}/").status_code == 404
    assert seen(STRANGER, post) == NONE
    moderation.undo_decision(decision=made, moderator=mod)
    assert STRANGER.get(f"/c/{character.key}/").status_code == 200
    assert seen(STRANGER, post) == ALL


@pytest.mark.django_db
def test_a_hidden_character_speaks_no_more(post: Post, alice: User, mod: User) -> None:
    from socialapp.characters.models import Character  # noqa: PLC0415

    decide("character", clip_of(post).character.key, mod, "hide")
    assert not Character.objects.usable_by(alice).exists()


@pytest.mark.django_db
def test_a_withheld_clip_is_not_published_again(
    post: Post, alice: User, mod: User
) -> None:
    decide("clip", clip_of(post).key, mod, "hide")
    clip_of(post).refresh_from_db()
    with pytest.raises(services.PostError, match="waits for a moderator"):
        services.publish_post(clip=clip_of(post), author=alice, caption="again")


@pytest.mark.django_db
def test_a_demoted_post_is_not_in_the_feed_and_on_its_authors_page(
    post: Post, mod: User
) -> None:
    decide("post", post.key, mod, "demote")
    statuses, named = seen(STRANGER, post)
    assert statuses == [200] * 5
    assert named == [False, False, True, False, True]


@pytest.mark.django_db
def test_adults_only_means_signed_in_and_grown_up(
    post: Post, bob: User, mod: User, client_of: ClientOf
) -> None:
    decide("post", post.key, mod, "age-limit")
    assert STRANGER.get(f"/p/{post.key}/").status_code == 404
    assert client_of(bob).get(f"/p/{post.key}/").status_code == 200
    bob.birth_date = timezone.now().date().replace(year=timezone.now().year - 15)
    bob.save(update_fields=["birth_date"])
    assert client_of(bob).get(f"/p/{post.key}/").status_code == 404
    assert selectors.feed_page(viewer=bob).posts == []


@pytest.mark.django_db
def test_a_label_stands_above_the_clip(post: Post, mod: User) -> None:
    decide("post", post.key, mod, "label", label="A threat within a play")
    for path in (f"/p/{post.key}/", "/"):
        assert "A threat within a play" in STRANGER.get(path).content.decode()
    read = STRANGER.get(f"/api/v1/posts/{post.key}/").json()
    assert read["warning"] == "A threat within a play"


@pytest.mark.django_db
def test_a_picture_that_was_removed_is_not_taken_again(
    alice: User, bob: User, mod: User, settings: Settings
) -> None:
    settings.REAL_PERSON_GATE = "off"
    from avatarfx.tests.conftest import picture  # noqa: PLC0415

    first = add_portrait(owner=alice, data=picture())
    decide("portrait", first.key, mod, "remove")
    with pytest.raises(PictureError, match="taken down"):
        add_portrait(owner=bob, data=picture())


@pytest.mark.django_db
def test_a_withheld_profile_shows_no_words_and_no_picture(
    alice: User, mod: User, client_of: ClientOf
) -> None:
    alice.bio = "I know where you live"
    alice.picture.save("face.webp", ContentFile(b"RIFF"), save=False)
    alice.save()
    made = decide("profile", "alice", mod, "hide")
    page = STRANGER.get("/@alice/").content.decode()
    assert "I know where you live" not in page
    assert STRANGER.get(alice.picture.url).status_code == 404
    moderation.undo_decision(decision=made, moderator=mod)
    assert "I know where you live" in STRANGER.get("/@alice/").content.decode()
    assert STRANGER.get(alice.picture.url).status_code == 200


@pytest.mark.django_db
def test_three_people_report_a_post_and_the_case_is_the_posts(
    post: Post, bob: User, mallory: User
) -> None:
    for reporter in (bob, mallory):
        moderation.report_subject(
            kind="post", key=post.key, reporter=reporter, category="hate"
        )
    case = Case.objects.get()
    assert (case.kind, case.author, case.reports.count()) == ("post", post.author, 2)
    assert case.snapshot["Script"] == "Not one. None."

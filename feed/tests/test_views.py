"""Pages of the feed as a browser without scripts sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conftest import PASSWORD
from feed import services, visits
from feed.models import Like, Post, View
from feed.tests.rows import character_of, post_by, ready_clip

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


def text_of(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def test_the_feed_is_for_everyone(alice: User, client: Client) -> None:
    post = post_by(alice, "Mind the #fog")
    page = text_of(client, "/")
    assert 'role="feed"' in page
    assert 'aria-posinset="1" aria-setsize="-1"' in page
    assert "AI generated" in page
    assert 'href="/tag/fog/"' in page
    assert post.get_absolute_url() in page


def test_an_empty_house_says_what_to_do(client: Client) -> None:
    assert "The stage is yours" in text_of(client, "/")


def test_a_caption_cannot_bring_markup(alice: User, client: Client) -> None:
    post_by(alice, "<script>alert(1)</script> #<b>")
    page = text_of(client, "/")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_the_next_articles_count_on(alice: User, client: Client) -> None:
    posts = [post_by(alice, minutes_ago=n) for n in range(8)]
    page = text_of(client, "/?order=newest")
    after = page.split('data-after="')[1].split('"')[0]
    response = client.get("/more/", {"after": after, "start": "6"})
    fragment = response.content.decode()
    assert 'aria-posinset="7"' in fragment
    assert posts[6].key in fragment
    assert posts[5].key not in fragment
    assert response["X-After"] == ""


def test_a_page_of_the_feed_costs_few_queries(
    alice: User,
    bob: User,
    client_of: ClientOf,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    hob = character_of(alice)
    for n in range(6):
        post_by(alice, "#fog", minutes_ago=n, character=hob)
    client = client_of(bob)
    client.get("/?order=newest")
    with django_assert_max_num_queries(8):
        # Session, user, quota, bell, what is on air, page and its tags.
        client.get("/")
    client.get("/?order=ranked")
    with django_assert_max_num_queries(25):
        # Besides: what is known of bob's taste, the candidates, the list that is kept.
        client.get("/")


def test_the_feed_can_begin_at_a_post(alice: User, client: Client) -> None:
    posts = [post_by(alice, minutes_ago=n) for n in range(3)]
    ranked = text_of(client, f"/?at={posts[1].key}")
    assert ranked.index(posts[1].key) < ranked.index(posts[0].key)
    page = text_of(client, f"/?at={posts[1].key}&order=newest")
    assert posts[0].key not in page
    assert page.index(posts[1].key) < page.index(posts[2].key)


def test_a_lower_rung_is_shown_on_its_clip(alice: User, client: Client) -> None:
    post_by(alice, rung="still")
    assert "Still + voice" in text_of(client, "/")


def test_the_post_page_has_player_transcript_and_tags_for_sharing(
    alice: User, client: Client
) -> None:
    post = post_by(alice, "Mind the #fog", title="Night calls")
    page = text_of(client, post.get_absolute_url())
    assert "<troupe-clip" in page
    assert "Not one." in page
    assert "None." in page
    assert '<meta property="og:title" content="Night calls">' in page
    assert 'property="og:video" content="http://testserver/media/blobs/' in page
    assert "Remove the post" not in page


def test_a_private_post_is_not_there_for_others(
    alice: User, mallory: User, client: Client, client_of: ClientOf
) -> None:
    post = post_by(alice)
    services.edit_post(post=post, visibility="private")
    assert client.get(post.get_absolute_url()).status_code == 404
    assert client_of(mallory).get(post.get_absolute_url()).status_code == 404
    assert "Your post" in text_of(client_of(alice), post.get_absolute_url())


def test_a_like_is_answered_with_the_count(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    url = f"{post_by(alice).get_absolute_url()}like/"
    client = client_of(bob)
    json = {"accept": "application/json"}
    assert client.post(url, {"liked": "1"}, headers=json).json() == {
        "liked": True,
        "likes": 1,
    }
    assert client.post(url, {"liked": "0"}, headers=json).json() == {
        "liked": False,
        "likes": 0,
    }


def test_a_visitors_like_waits_at_the_door_and_is_given_once(
    alice: User, client: Client
) -> None:
    post = post_by(alice)
    door = client.post(f"{post.get_absolute_url()}like/", {"liked": "1"})
    assert door.status_code == 302
    assert door["Location"] == f"/accounts/signup/?next=/%3Fat%3D{post.key}"
    assert not Like.objects.exists()
    answer = client.post(
        door["Location"],
        {
            "email": "wren@example.org",
            "username": "wren",
            "password1": PASSWORD,
            "birth_date_day": "3",
            "birth_date_month": "4",
            "birth_date_year": "1991",
            "next": f"/?at={post.key}",
        },
    )
    assert answer["Location"] == f"/?at={post.key}"
    assert Like.objects.get().user.username == "wren"
    client.get(answer["Location"])
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": "wren", "password": PASSWORD})
    assert Post.objects.get().stat.likes == 1


def test_a_view_needs_a_visit_that_we_gave(alice: User, client: Client) -> None:
    post = post_by(alice)
    url = f"{post.get_absolute_url()}view/"
    assert client.post(url, {"seconds": "2.0"}).status_code == 204
    assert not View.objects.exists()
    client.get("/")
    client.post(url, {"seconds": "2.0"})
    client.post(url, {"seconds": "1e9", "completed": "1"})
    seen = View.objects.get()
    assert seen.viewer.startswith("visit:")
    assert (seen.seconds, seen.completed) == (3.0, True)


def test_a_forged_visit_counts_nothing(alice: User, client: Client) -> None:
    post = post_by(alice)
    client.cookies[visits.COOKIE] = "forged:visit"
    client.post(f"{post.get_absolute_url()}view/", {"seconds": "nan"})
    assert not View.objects.exists()


def test_publishing_from_the_clip_page(alice: User, client_of: ClientOf) -> None:
    clip = ready_clip(alice)
    answer = client_of(alice).post(
        f"/clips/{clip.key}/publish/", {"caption": "At last", "visibility": "unlisted"}
    )
    post = Post.objects.get()
    assert answer["Location"] == post.get_absolute_url()
    assert (post.caption, post.visibility) == ("At last", "unlisted")


def test_nobody_publishes_the_clip_of_another(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    clip = ready_clip(alice)
    answer = client_of(mallory).post(
        f"/clips/{clip.key}/publish/", {"visibility": "public"}
    )
    assert answer.status_code == 404
    assert not Post.objects.exists()


@pytest.mark.parametrize("action", ["edit", "remove", "restore"])
def test_nobody_touches_the_post_of_another(
    alice: User, mallory: User, client_of: ClientOf, action: str
) -> None:
    post = post_by(alice, "Mine")
    url = f"{post.get_absolute_url()}{action}/"
    answer = client_of(mallory).post(url, {"caption": "x", "visibility": "public"})
    assert answer.status_code == 404
    post.refresh_from_db()
    assert (post.caption, post.removed) == ("Mine", None)


def test_removing_a_post_can_be_undone(alice: User, client_of: ClientOf) -> None:
    client, post = client_of(alice), post_by(alice)
    client.post(f"{post.get_absolute_url()}remove/")
    profile = text_of(client, "/@alice/")
    assert f"{post.get_absolute_url()}restore/" in profile
    client.post(f"{post.get_absolute_url()}restore/")
    assert Post.objects.listed().count() == 1


def test_a_caption_too_long_is_refused_in_words(
    alice: User, client_of: ClientOf
) -> None:
    client, post = client_of(alice), post_by(alice, "Short")
    client.post(
        f"{post.get_absolute_url()}edit/",
        {"caption": "x" * 501, "visibility": "public"},
    )
    page = text_of(client, post.get_absolute_url())
    assert "The caption has 501 characters; 500 fit." in page
    assert Post.objects.get().caption == "Short"


def test_the_profile_of_a_person_and_of_nobody(alice: User, client: Client) -> None:
    post = post_by(alice, title="Night calls")
    page = text_of(client, "/@alice/")
    assert "Night calls" in page
    assert post.get_absolute_url() in page
    assert "Settings" not in page
    assert "keeps theirs backstage" in text_of(client, "/@alice/?tab=characters")
    assert "An empty stage" in text_of(client, "/@nobody/", 404)


def test_tags_have_pages(alice: User, client: Client) -> None:
    post = post_by(alice, "Mind the #fog")
    assert post.get_absolute_url() in text_of(client, "/tag/fog/")
    assert client.get("/tag/nothing/").status_code == 404


def test_a_characters_clips_are_a_fragment(alice: User, client: Client) -> None:
    hob = character_of(alice, "Hob")
    hob.visibility = "public"
    hob.save()
    assert "Hob is waiting in the wings" in text_of(client, f"/c/{hob.key}/clips/")
    post = post_by(alice, character=hob)
    assert post.get_absolute_url() in text_of(client, f"/c/{hob.key}/clips/")

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from avatarfx.models import Clip
from avatarfx.recipe import Recipe
from feed import services
from feed.models import Like, Post
from socialapp.characters.models import Character, Portrait
from socialapp.performance import Rig

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

BASE = "/api/v1"
REF = "sha256:" + "0" * 64 + "."


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


def ready_clip(owner: User, **fields: Any) -> Clip:
    rig = Rig(portrait=f"{REF}png", width=400, height=300, style="photo")
    portrait = Portrait.objects.create(
        owner=owner, source="maker", ref=f"{REF}png", rig=rig.to_json()
    )
    character = Character.objects.create(owner=owner, name="Hob", portrait=portrait)
    return Clip.objects.create(
        owner=owner,
        character=character,
        script="Hello.",
        recipe=Recipe(script="Hello.", cast=()).to_json(),
        **{
            "state": "ready",
            "video": f"{REF}mp4",
            "poster": f"{REF}webp",
            "captions": f"{REF}vtt",
            "finished": timezone.now(),
        }
        | fields,
    )


def posted(owner: User, caption: str = "", visibility: str = "public") -> Post:
    return services.publish_post(
        clip=ready_clip(owner), author=owner, caption=caption, visibility=visibility
    )


def api(user: User | None = None) -> APIClient:
    client = APIClient()
    if user:
        client.force_authenticate(user)
    return client


def captions(response: Any) -> list[str]:
    return [row["caption"] for row in response.json()["results"]]


def test_a_ready_clip_is_published(alice: User) -> None:
    clip = ready_clip(alice)
    response = api(alice).post(
        f"{BASE}/posts/", {"clip": clip.key, "caption": "Night calls #radio"}
    )
    assert response.status_code == 201
    body = response.json()
    assert (body["tags"], body["likes"], body["views"], body["mine"]) == (
        ["radio"],
        0,
        0,
        True,
    )
    assert body["clip"]["video"] == "/media/blobs/00/" + "0" * 64 + ".mp4"
    assert body["author"]["username"] == "alice"
    assert body["character"]["name"] == "Hob"
    assert body["ai_generated"] is True


def test_publishing_again_is_the_same_post(alice: User) -> None:
    clip = ready_clip(alice)
    keys = {
        api(alice).post(f"{BASE}/posts/", {"clip": clip.key}).json()["key"]
        for _ in range(3)
    }
    assert len(keys) == 1


def test_an_unready_clip_is_refused(alice: User) -> None:
    clip = ready_clip(alice, state="queued")
    response = api(alice).post(f"{BASE}/posts/", {"clip": clip.key})
    assert response.status_code == 400
    assert response.json()["type"] == "urn:troupe:post-refused"


def test_strangers_clips_cannot_be_published(alice: User, mallory: User) -> None:
    clip = ready_clip(alice)
    assert api(mallory).post(f"{BASE}/posts/", {"clip": clip.key}).status_code == 400
    assert api().post(f"{BASE}/posts/", {"clip": clip.key}).status_code == 401
    assert not Post.objects.exists()


def test_what_belongs_to_the_house_cannot_be_set(alice: User, bob: User) -> None:
    clip = ready_clip(alice)
    body = (
        api(alice)
        .post(
            f"{BASE}/posts/",
            {"clip": clip.key, "author": "bob", "likes": 99, "published": "2020-01-01"},
        )
        .json()
    )
    post = Post.objects.get(key=body["key"])
    assert post.author == alice
    assert post.stat.likes == 0
    assert post.published.year > 2020


def test_the_feed_is_public_newest_first_and_pages(alice: User) -> None:
    for n in range(5):
        posted(alice, f"Post {n}")
    posted(alice, "Hidden", "unlisted")
    url, seen = f"{BASE}/posts/?limit=2", []
    while url:
        page = api().get(url)
        seen += captions(page)
        url = page.json()["next"]
    assert seen == [f"Post {n}" for n in (4, 3, 2, 1, 0)]


def test_the_feed_of_a_tag(alice: User) -> None:
    posted(alice, "One #tea")
    posted(alice, "Two #coffee")
    assert captions(api().get(f"{BASE}/posts/?tag=tea")) == ["One #tea"]
    names = [row["name"] for row in api().get(f"{BASE}/tags/").json()["results"]]
    assert names == ["coffee", "tea"]


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", "²"])
def test_an_odd_limit_is_refused(limit: str) -> None:
    assert api().get(f"{BASE}/posts/?limit={limit}").status_code == 400


def test_a_page_costs_the_same_for_few_and_many(
    alice: User, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        posted(alice, f"Post {n} #t{n}")
    with django_assert_max_num_queries(5):
        assert len(api().get(f"{BASE}/posts/").json()["results"]) == 12


def test_a_post_is_edited_and_taken_down(alice: User) -> None:
    url = f"{BASE}/posts/{posted(alice, 'One #tea').key}/"
    body = api(alice).patch(url, {"caption": "Two #coffee"}).json()
    assert (body["caption"], body["tags"]) == ("Two #coffee", ["coffee"])
    assert body["edited"]
    assert api(alice).delete(url).status_code == 204
    assert api(alice).get(url).status_code == 404


def test_a_caption_that_is_too_long_is_refused(alice: User) -> None:
    url = f"{BASE}/posts/{posted(alice).key}/"
    assert api(alice).patch(url, {"caption": "x" * 501}).status_code == 400


@pytest.mark.parametrize(
    ("visibility", "seen"), [("private", 404), ("unlisted", 200), ("public", 200)]
)
def test_who_may_open_a_post(
    alice: User, mallory: User, visibility: str, seen: int
) -> None:
    post = posted(alice, "Mine", visibility)
    url = f"{BASE}/posts/{post.key}/"
    for client in (api(), api(mallory)):
        assert client.get(url).status_code == seen
        assert client.post(f"{url}views/").status_code == seen
    assert api(mallory).put(f"{url}like/").status_code == seen
    assert api(alice).get(url).status_code == 200


@pytest.mark.parametrize(
    ("visibility", "code"), [("private", 404), ("unlisted", 403), ("public", 403)]
)
def test_strangers_change_nothing(
    alice: User, mallory: User, visibility: str, code: int
) -> None:
    post = posted(alice, "Mine", visibility)
    url = f"{BASE}/posts/{post.key}/"
    assert api(mallory).patch(url, {"caption": "Theirs"}).status_code == code
    assert api(mallory).delete(url).status_code == code
    assert api().patch(url, {"caption": "Theirs"}).status_code == 401
    assert api().delete(url).status_code == 401
    post.refresh_from_db()
    assert (post.caption, post.removed) == ("Mine", None)


def test_a_like_counts_once(alice: User, bob: User) -> None:
    url = f"{BASE}/posts/{posted(alice).key}/"
    for _ in range(3):
        assert api(bob).put(f"{url}like/").json() == {"liked": True, "likes": 1}
    assert api(bob).get(url).json()["liked"] is True
    assert api(alice).get(url).json()["liked"] is False
    for _ in range(2):
        assert api(bob).delete(f"{url}like/").json() == {"liked": False, "likes": 0}
    assert not Like.objects.exists()


def test_visitors_cannot_like(alice: User) -> None:
    assert api().put(f"{BASE}/posts/{posted(alice).key}/like/").status_code == 401


def test_a_view_counts_once_a_day(alice: User, bob: User) -> None:
    url = f"{BASE}/posts/{posted(alice).key}/"
    watched = {"seconds": 3.5, "completed": True}
    assert api(bob).post(f"{url}views/", watched).json() == {"counted": True}
    assert api(bob).post(f"{url}views/", watched).json() == {"counted": False}
    assert api().post(f"{url}views/", watched).json() == {"counted": False}
    assert api().get(url).json()["views"] == 1


@pytest.mark.parametrize("seconds", [-1, 1e9, "x"])
def test_odd_views_are_refused(alice: User, seconds: Any) -> None:
    url = f"{BASE}/posts/{posted(alice).key}/views/"
    assert api(alice).post(url, {"seconds": seconds}).status_code == 400


def test_a_profile_shows_strangers_what_is_public(alice: User) -> None:
    posted(alice, "Public")
    posted(alice, "Unlisted", "unlisted")
    posted(alice, "Private", "private")
    url = f"{BASE}/people/alice/posts/"
    assert captions(api().get(url)) == ["Public"]
    assert captions(api(alice).get(url)) == ["Private", "Unlisted", "Public"]
    assert api().get(f"{BASE}/people/nobody/posts/").status_code == 404

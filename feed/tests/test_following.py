"""Who follows whom: the order that shows them, the pages that name them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from feed import services
from feed.models import Follow
from feed.selectors import following
from feed.tests.rows import character_of, post_by
from socialapp.accounts.models import User
from socialapp.accounts.services import AccountError, change_profile
from socialapp.characters.models import Character
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from conftest import ClientOf
    from feed.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def read(viewer: User, limit: int = 50) -> list[str]:
    """The whole order, page by page."""
    found: list[str] = []
    after = None
    while True:
        page = services.read_feed(
            viewer=viewer, name="", order="following", limit=limit, after=after
        )
        found += [post.key for post in page.posts]
        after = page.after
        if not after:
            return found


def teen() -> User:
    return User.objects.create_user(
        username="tim",
        email="tim@example.com",
        password=None,
        birth_date=timezone.now().date() - dt.timedelta(days=15 * 366),
    )


@pytest.fixture(params=["asking each", "looking through the newest"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of finding posts give the same order."""
    if request.param != "asking each":
        monkeypatch.setattr(following, "FEW", 0)
        monkeypatch.setattr(following, "WINDOW", 3)
    return str(request.param)


@pytest.fixture
def posts(alice: User, bob: User, mallory: User) -> list[Post]:
    """Newest first: of Alice and of a character of Bob's, whom Mallory follows, and
    others among them."""
    kiko, other = character_of(bob, "Kiko"), character_of(bob, "Hob")
    made = [
        post_by(alice, minutes_ago=1),
        post_by(bob, minutes_ago=2, character=kiko),
        post_by(bob, minutes_ago=3, character=other),
        post_by(alice, minutes_ago=4),
        post_by(bob, minutes_ago=5, character=other),
        post_by(bob, minutes_ago=6, character=kiko),
        post_by(alice, minutes_ago=7),
    ]
    services.follow(person=mallory, creator=alice)
    services.follow(person=mallory, character=kiko)
    return made


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_following_shows_the_newest_of_both_kinds(
    way: str, posts: list[Post], mallory: User, limit: int
) -> None:
    expected = [posts[n].key for n in (0, 1, 3, 5, 6)]
    assert read(mallory, limit) == expected


def test_pages_repeat_and_skip_nothing_while_posts_are_added(
    way: str, posts: list[Post], alice: User, mallory: User
) -> None:
    first = services.read_feed(viewer=mallory, name="", order="following", limit=2)
    post_by(alice)
    rest = services.read_feed(
        viewer=mallory, name="", order="following", limit=50, after=first.after
    )
    keys = [post.key for post in (*first.posts, *rest.posts)]
    assert keys == [posts[n].key for n in (0, 1, 3, 5, 6)]


def test_what_may_not_be_shown_leaves_no_gap(
    way: str, posts: list[Post], mallory: User
) -> None:
    services.set_marks(post=posts[1], demoted=True)
    services.set_withheld(post=posts[3], level="hidden")
    services.want_less(person=mallory, post=posts[5])
    page = services.read_feed(viewer=mallory, name="", order="following", limit=2)
    assert [post.key for post in page.posts] == [posts[0].key, posts[6].key]
    assert page.after is None


def test_one_who_is_followed_twice_over_is_shown_once(
    way: str, alice: User, mallory: User
) -> None:
    hob = character_of(alice)
    post = post_by(alice, character=hob)
    services.follow(person=mallory, creator=alice)
    services.follow(person=mallory, character=hob)
    assert read(mallory) == [post.key]


def test_a_page_asks_the_same_however_many_are_followed(
    posts: list[Post], mallory: User, django_assert_max_num_queries: Any
) -> None:
    people = User.objects.bulk_create(
        User(username=f"p{n}", email=f"p{n}@example.com") for n in range(300)
    )
    Follow.objects.bulk_create(Follow(person=mallory, creator=one) for one in people)
    with django_assert_max_num_queries(8):
        page = services.read_feed(viewer=mallory, name="", order="following", limit=6)
    assert len(page.posts) == 5


def test_a_cursor_that_nobody_gave_out_begins_at_the_top(
    posts: list[Post], mallory: User
) -> None:
    for cursor in ("x", "9e9.1", "99999999999999999999.1", ""):
        page = services.read_feed(
            viewer=mallory, name="", order="following", limit=1, after=cursor
        )
        assert page.posts[0].key == posts[0].key


def test_who_follows_nobody_is_shown_whom_they_could(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    post_by(alice)
    Character.objects.update(starter=True, visibility="public")
    page = client_of(mallory).get("/?order=following").content.decode()
    assert "Nothing from those you follow" in page
    assert page.count("<troupe-follow>") == 2
    assert "@alice" in page
    assert 'role="feed"' not in page


def test_a_visitor_is_not_asked_whom_they_follow(alice: User) -> None:
    post_by(alice)
    page = Client().get("/?order=following").content.decode()
    assert 'href="/?order=following"' not in page
    assert 'role="feed"' in page
    told = Client().get("/api/v1/feed/?order=following").json()
    assert len(told["results"]) == 1


def test_whom_one_follows_is_ones_own_business(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    services.follow(person=mallory, creator=alice)
    url = "/@mallory/following/"
    assert "@alice" in client_of(mallory).get(url).content.decode()
    for browser in (client_of(bob), Client()):
        page = browser.get(url).content.decode()
        assert "Kept private" in page
        assert "@alice" not in page
        assert browser.get("/api/v1/people/mallory/following/").status_code == 403
        followers = browser.get("/@alice/followers/").content.decode()
        assert "@mallory" not in followers
        assert "1 follows and keeps it to themselves" in followers
    client_of(mallory).post("/tastes/shown/", {"on": "1"})
    page = client_of(bob).get(url).content.decode()
    assert "@alice" in page
    told = Client().get("/api/v1/people/alice/followers/").json()
    assert [one["person"]["username"] for one in told["results"]] == ["mallory"]


def test_nobody_sees_whom_a_minor_follows(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    tim = teen()
    services.follow(person=tim, creator=alice)
    User.objects.filter(pk=tim.pk).update(shows_follows=True)
    assert "Kept private" in client_of(bob).get("/@tim/following/").content.decode()
    for viewer in (alice, bob):
        page = client_of(viewer).get("/@alice/followers/").content.decode()
        assert "@tim" not in page
    assert Notice.objects.get().lead == "Somebody follows you."
    with pytest.raises(AccountError, match="Before 18"):
        change_profile(user=tim, shows_follows=True)


def test_followers_of_a_day_are_one_notice(
    alice: User, bob: User, mallory: User
) -> None:
    for follower in (bob, mallory):
        services.follow(person=follower, creator=alice)
    notice = Notice.objects.get()
    assert (notice.person, notice.kind) == (alice, "followed")
    assert notice.lead == "@mallory and 1 other follow you."
    services.follow(person=mallory, character=character_of(alice, "Kiko"))
    assert Notice.objects.latest("pk").lead == "@mallory follows Kiko."


def test_buttons_follow_from_profiles_and_characters(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    hob = character_of(alice)
    Character.objects.update(visibility="public")
    browser = client_of(mallory)
    for url, body in (
        ("/@alice/", {"creator": "alice"}),
        (hob.get_absolute_url(), {"character": hob.key}),
    ):
        assert 'aria-pressed="false"' in browser.get(url).content.decode()
        browser.post("/tastes/follow/", body | {"next": url})
        page = browser.get(url).content.decode()
        assert "Following" in page
        assert "/accounts/login/" in Client().get(url).content.decode()
    assert Follow.objects.count() == 2


def test_people_and_characters_are_followed_by_program(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    hob = character_of(alice)
    Character.objects.update(visibility="public")
    browser = client_of(mallory)
    for url in (
        "/api/v1/people/alice/follow/",
        f"/api/v1/characters/{hob.key}/follow/",
    ):
        for _ in range(2):
            assert browser.put(url).json() == {"following": True, "followers": 1}
        assert browser.delete(url).json() == {"following": False, "followers": 0}
        assert Client().put(url).status_code == 401
    assert browser.put("/api/v1/people/mallory/follow/").status_code == 400


def test_the_list_of_followers_goes_on_by_program(
    alice: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feed.api.people.PAGE", 2)
    for n in range(5):
        person = User.objects.create_user(
            username=f"fan{n}", email=f"fan{n}@example.com", password=None
        )
        services.follow(person=person, creator=alice)
    browser = client_of(alice)
    found, url = [], "/api/v1/people/alice/followers/"
    while url:
        told = browser.get(url).json()
        found += [one["person"]["username"] for one in told["results"]]
        url = told["next"]
    assert found == [f"fan{n}" for n in (4, 3, 2, 1, 0)]
    assert browser.get("/api/v1/people/alice/followers/?after=x").status_code == 400

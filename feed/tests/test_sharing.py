"""Passing posts on, the player on other sites, and oEmbed."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from feed import embeds, services
from feed.models import Post, PostStat, Share
from feed.tests.rows import character_of, post_by
from socialapp.accounts.signals import account_closed

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = dt.datetime(2026, 11, 3, 12, tzinfo=dt.UTC)
HOUSE = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def house(settings: Settings) -> None:
    settings.SITE_URL = HOUSE


def shares(post: Post) -> int:
    return PostStat.objects.get(post=post).shares


def oembed(client: Client, url: str, status: int = 200, **query: str) -> dict[str, Any]:
    answer = client.get("/oembed/", {"url": url, **query})
    assert answer.status_code == status
    assert answer["Access-Control-Allow-Origin"] == "*"
    told: dict[str, Any] = answer.json()
    return told


def test_a_viewer_shares_a_post_once_a_day(alice: User) -> None:
    post = post_by(alice)
    assert services.count_share(post=post, viewer="user:1", now=NOW)
    assert not services.count_share(post=post, viewer="user:1", now=NOW)
    assert services.count_share(post=post, viewer="visit:a", now=NOW)
    tomorrow = NOW + dt.timedelta(days=1)
    assert services.count_share(post=post, viewer="user:1", now=tomorrow)
    assert shares(post) == Share.objects.count() == 3


def test_who_has_no_name_and_who_is_too_fast_is_not_counted(alice: User) -> None:
    posts = [post_by(alice) for _ in range(22)]
    assert not services.count_share(post=posts[0], viewer="", now=NOW)
    counted = [
        services.count_share(post=post, viewer="visit:bot", now=NOW) for post in posts
    ]
    assert sum(counted) == 20
    later = NOW + dt.timedelta(minutes=2)
    assert services.count_share(post=posts[-1], viewer="visit:bot", now=later)


def test_a_share_needs_a_visit_that_we_gave(alice: User, client: Client) -> None:
    post = post_by(alice)
    url = f"{post.get_absolute_url()}share/"
    assert client.post(url).status_code == 204
    assert shares(post) == 0
    client.get("/")
    client.post(url)
    client.post(url)
    assert shares(post) == 1


def test_views_that_come_faster_than_anybody_watches_are_dropped(alice: User) -> None:
    hob = character_of(alice)
    posts = [post_by(alice, character=hob) for _ in range(62)]
    # Half of each, at two and a half times its speed.
    counted = [
        services.count_view(
            post=post,
            viewer="visit:bot",
            seconds=1.5,
            now=NOW + dt.timedelta(seconds=0.6 * n),
        )
        for n, post in enumerate(posts)
    ]
    assert sum(counted) == 60
    # What was counted may still grow longer.
    late = NOW + dt.timedelta(seconds=45)
    services.count_view(
        post=posts[0], viewer="visit:bot", seconds=3.0, completed=True, now=late
    )
    assert PostStat.objects.get(post=posts[0]).watched == 1.0
    assert services.count_view(post=posts[-1], viewer="visit:else", seconds=3.0)


def test_shares_over_the_api(alice: User, bob: User, client_of: ClientOf) -> None:
    post = post_by(alice)
    url = f"/api/v1/posts/{post.key}/share/"
    assert client_of(bob).post(url).json() == {"counted": True}
    assert client_of(bob).post(url).json() == {"counted": False}
    assert client_of(bob).get(f"/api/v1/posts/{post.key}/").json()["shares"] == 1


def test_the_sheet_has_the_link_and_the_code(alice: User, client: Client) -> None:
    post = post_by(alice, title="<Night> calls")
    page = client.get(f"{post.get_absolute_url()}share/?sheet=1").content.decode()
    assert f'value="http://testserver{post.get_absolute_url()}"' in page
    assert f"{HOUSE}/embed/{post.key}/" in page
    assert "<Night>" not in page
    assert "Share “" in client.get(f"{post.get_absolute_url()}share/").content.decode()


def test_a_public_post_has_cards_and_others_have_none(
    alice: User, client: Client
) -> None:
    post = post_by(alice, "Mind the fog", title="Night calls")
    page = client.get(post.get_absolute_url()).content.decode()
    assert '<meta name="twitter:card" content="player">' in page
    assert f'content="{HOUSE}/embed/{post.key}/"' in page
    found = re.search(r'application/json\+oembed" href="([^"]+)"', page)
    assert found is not None
    discovered = client.get(found[1].replace("&amp;", "&").removeprefix(HOUSE))
    assert discovered.json()["title"] == "Night calls"
    services.edit_post(post=post, visibility="unlisted")
    page = client.get(post.get_absolute_url()).content.decode()
    assert "og:" not in page
    assert "twitter:" not in page
    assert "oembed" not in page
    assert '<meta name="robots" content="noindex">' in page


def test_the_player_may_stand_anywhere_and_knows_nobody(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    post = post_by(alice, title="Night calls")
    answer = client_of(bob).get(f"/embed/{post.key}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "frame-ancestors *;" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert not answer.cookies
    assert "AI generated" in page
    assert f'href="{HOUSE}{post.get_absolute_url()}"' in page
    assert "@bob" not in page
    assert "csrf" not in page


def test_a_house_may_choose_who_shows_its_player(
    alice: User, client: Client, settings: Settings
) -> None:
    settings.EMBED_ANCESTORS = "https://blog.example"
    answer = client.get(f"/embed/{post_by(alice).key}/")
    assert "frame-ancestors https://blog.example;" in answer["Content-Security-Policy"]


def test_what_must_not_be_shown_elsewhere_is_not(alice: User, client: Client) -> None:
    post = post_by(alice)

    def shown() -> tuple[int, int, int]:
        url = f"{HOUSE}{post.get_absolute_url()}"
        return (
            client.get(f"/embed/{post.key}/").status_code,
            client.get(f"/embed/{post.key}/here/").status_code,
            client.get("/oembed/", {"url": url}).status_code,
        )

    assert shown() == (200, 204, 200)
    services.set_embeddable(post=post, on=False)
    assert shown() == (404, 404, 401)
    services.set_embeddable(post=post, on=True)
    services.set_marks(post=post, adults_only=True)
    assert shown() == (404, 404, 404)
    services.set_marks(post=post, adults_only=False)
    services.set_withheld(post=post, level=Post.Level.HIDDEN)
    assert shown() == (404, 404, 404)
    services.set_withheld(post=post, level="")
    for visibility, status in (("unlisted", 401), ("private", 404), ("public", 200)):
        services.edit_post(post=post, visibility=visibility)
        assert shown()[2] == status
    assert "Not on show" in client.get("/embed/nothere1/").content.decode()


def test_the_author_alone_keeps_the_player_at_home(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    post = post_by(alice)
    url = f"{post.get_absolute_url()}embeddable/"
    assert client_of(mallory).post(url, {"on": "0"}).status_code == 404
    page = client_of(alice).get(post.get_absolute_url()).content.decode()
    assert "Keep its player off other sites" in page
    client_of(alice).post(url, {"on": "0"})
    assert not Post.objects.get().embeddable
    answer = client_of(alice).patch(
        f"/api/v1/posts/{post.key}/",
        {"embeddable": True},
        content_type="application/json",
    )
    assert answer.json()["embeddable"] is True
    assert answer.json()["edited"] is None


def test_oembed_describes_the_player(alice: User, client: Client) -> None:
    post = post_by(alice, title='Say "hi" <now>')
    url = f"{HOUSE}{post.get_absolute_url()}"
    told = oembed(client, url)
    assert (told["version"], told["type"]) == ("1.0", "video")
    assert (told["title"], told["author_name"]) == ('Say "hi" <now>', "@alice")
    assert told["author_url"] == f"{HOUSE}/@alice/"
    assert f'src="{HOUSE}/embed/{post.key}/"' in told["html"]
    assert 'title="Say &quot;hi&quot; &lt;now&gt;"' in told["html"]
    assert told["thumbnail_url"].startswith("http://testserver/media/")
    assert oembed(client, url.rstrip("/")) == told
    over_api = client.get("/api/v1/oembed/", {"url": url})
    assert over_api.json() == told


def test_oembed_keeps_to_the_room_that_there_is(alice: User, client: Client) -> None:
    url = f"{HOUSE}{post_by(alice).get_absolute_url()}"
    told = oembed(client, url, maxwidth="300", maxheight="400")
    assert told["width"] <= 300
    assert told["height"] <= 400
    assert f'width="{told["width"]}"' in told["html"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"url": "https://elsewhere.example/p/abcdefgh/"}, 404),
        ({"url": f"{HOUSE}/p/nothere1/"}, 404),
        ({"url": f"{HOUSE}/cast/"}, 404),
        ({"url": "http://[broken/p/abcdefgh/"}, 404),
        ({"url": "javascript:alert(1)//127.0.0.1:8000/p/abcdefgh/"}, 404),
        ({"url": f"{HOUSE}/p/x/", "maxwidth": "-1"}, 400),
        ({"url": f"{HOUSE}/p/x/", "maxheight": "٣"}, 400),
    ],
)
def test_oembed_refuses_by_the_specification(
    client: Client, query: dict[str, str], status: int
) -> None:
    assert client.get("/oembed/", query).status_code == status
    problem = client.get("/api/v1/oembed/", query)
    assert problem.status_code == status
    assert problem["Content-Type"] == "application/problem+json"


def test_oembed_is_json_alone(client: Client) -> None:
    told = oembed(client, f"{HOUSE}/p/nothere1/", 501, format="xml")
    assert told == {"detail": "JSON is the only format here."}


@pytest.mark.parametrize("shape", ["9:16", "1:1", "16:9", "nonsense"])
def test_a_player_is_never_too_small_to_see(shape: str) -> None:
    size = embeds.size_for(shape, widest=10, tallest=10)
    assert min(size.width, size.height) == embeds.LEAST
    size = embeds.size_for(shape, widest=None, tallest=None)
    assert size.width <= embeds.WIDEST
    assert size.height <= embeds.TALLEST


def test_shares_leave_with_who_made_them_and_count_no_more(
    alice: User, bob: User
) -> None:
    post = post_by(alice)
    services.count_share(post=post, viewer=f"user:{bob.pk}", now=timezone.now())
    account_closed.send(sender=type(bob), user=bob)
    assert not Share.objects.exists()
    assert shares(post) == 0

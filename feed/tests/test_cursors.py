"""A cursor belongs to its list: nowhere else does it lead to a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from feed import cursors, services
from feed.api import people
from feed.models import CustomFeed
from feed.search import finding
from feed.tests.remixing import open_up, original, remix_by
from feed.tests.rows import character_of, post_by
from feed.tests.test_search import spoken
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from django.test import Client

    from conftest import ClientOf
    from feed.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LISTS = (
    "feed/?order=ranked",
    "feed/?order=trending",
    "feed/?order=newest",
    "feed/?order=following",
    "feeds/{storms}/posts/",
    "feeds/{calms}/posts/",
    "feeds/{hot}/posts/",
    "posts/?tag=rain",
    "posts/?tag=fog",
    "people/alice/posts/",
    "people/bob/posts/",
    "people/alice/followers/",
    "saved/",
    "collections/{kitchen}/posts/",
    "collections/{garden}/posts/",
    "posts/{first}/remixes/",
    "posts/{second}/remixes/",
    "search/?q=walnut&kind=clip",
    "search/?q=hazel&kind=clip",
    "search/?q=walnut&kind=said",
    "me/less/",
    "me/hidden/",
    "me/appearances/",
)

PAGES = {
    "feed/?order=trending": "/more/?order=trending",
    "feed/?order=newest": "/more/?order=newest",
    "feed/?order=following": "/more/?order=following",
    "feeds/{storms}/posts/": "/feeds/{storms}/",
    "feeds/{hot}/posts/": "/feeds/{hot}/more/?",
    "posts/?tag=fog": "/tag/fog/",
    "people/alice/posts/": "/@alice/",
    "saved/": "/saved/",
    "collections/{kitchen}/posts/": "/collections/{kitchen}/",
    "posts/{first}/remixes/": "/p/{first}/tree/",
    "search/?q=walnut&kind=clip": "/search/?q=walnut&kind=clip",
}
"""The same lists on pages."""


@pytest.fixture
def there(
    alice: User, bob: User, mallory: User, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Keys by their names in `LISTS`, each of which has a second page for Mallory."""
    monkeypatch.setattr(finding, "PAGE", 1)
    monkeypatch.setattr(people, "PAGE", 1)
    open_up(alice, bob)
    hers = character_of(mallory, "Kiko")
    posts: list[Post] = []
    for author in (alice, bob):
        for number in range(2):
            posts.append(
                original(
                    author,
                    "walnut hazel #rain #fog",
                    minutes_ago=10 + number,
                    character=hers,
                    performance=spoken("Walnut", "and", "hazel."),
                )
            )
    first, second = posts[0], posts[2]
    for of in (first, second):
        for number in range(2):
            remix_by(bob, of, caption=f"Again {number}")
    for one in posts:
        services.like_post(post=one, user=mallory)
        services.save_post(post=one, person=mallory)
        services.follow(person=mallory, creator=one.author)
    for follower in (bob, mallory):
        services.follow(person=follower, creator=alice)
        User.objects.filter(pk=follower.pk).update(shows_follows=True)
    found = {"first": first.key, "second": second.key}
    for name, rules in (
        ("storms", {"tags": ["rain"]}),
        ("calms", {"tags": ["fog"]}),
        ("hot", {"tags": ["rain"], "order": "trending"}),
    ):
        built = services.build_feed(owner=mallory, name=name, rules=rules)
        found[name] = built.key
    for name in ("kitchen", "garden"):
        into = services.create_collection(person=mallory, title=name)
        found[name] = into.key
        for one in posts:
            services.put_in(collection=into, post=one)
    for name in ("Hob", "Nan"):
        # Of nobody's post here: the feeds stay as they are.
        services.hide(person=mallory, character=character_of(bob, name))
    old = [post_by(bob, "Old", minutes_ago=900 + number) for number in range(2)]
    for one in old:
        services.want_less(person=mallory, post=one)
    return found


def parameter(path: str) -> str:
    return "cursor" if path.startswith("search/") else "after"


def address(path: str, there: dict[str, str]) -> str:
    path = path.format(**there)
    return f"/api/v1/{path}{'&' if '?' in path else '?'}limit=1"


def cursor_of(path: str, there: dict[str, str], client: Client) -> str:
    answer = client.get(address(path, there))
    assert answer.status_code == 200, (path, answer.content)
    following = answer.json()["next"]
    assert following, f"{path} has one page"
    return str(parse_qs(urlsplit(following).query)[parameter(path)][0])


@pytest.mark.parametrize("source", LISTS)
def test_a_cursor_leads_on_in_its_own_list_and_in_no_other(
    source: str, there: dict[str, str], mallory: User, client_of: ClientOf
) -> None:
    client = client_of(mallory)
    cursor = cursor_of(source, there, client)
    for target in LISTS:
        answer = client.get(f"{address(target, there)}&{parameter(target)}={cursor}")
        if target == source:
            assert answer.status_code == 200
            assert answer.json()["results"]
            continue
        assert answer.status_code == 400, f"{source} goes on in {target}"
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:troupe:cursor-refused"
        assert answer.json()["errors"][0]["field"] == parameter(target)


@pytest.mark.parametrize("source", ["posts/?tag=rain", "search/?q=hazel&kind=clip"])
def test_pages_begin_anew_with_a_cursor_of_another_list(
    source: str, there: dict[str, str], mallory: User, client_of: ClientOf
) -> None:
    client = client_of(mallory)
    cursor = cursor_of(source, there, client)
    for page in PAGES.values():
        path = page.format(**there)
        client.get(path)
        fresh = client.get(path)
        joint = "&" if "?" in path else "?"
        again = client.get(f"{path}{joint}after={cursor}")
        assert again.status_code == 200
        assert shown(again) == shown(fresh)
        assert shown(fresh)


def shown(answer: Any) -> list[str]:
    """Keys of the posts on a page, in their order."""
    context = answer.context
    posts = context.get("posts")
    if posts is None and "found" in context:
        posts = [one.thing for shelf in context["found"].shelves for one in shelf.found]
    if posts is None:
        posts = [one.post for one in context["tree"].children]
    return [one.key for one in posts]


def test_the_newest_have_two_addresses_and_one_cursor(
    there: dict[str, str], mallory: User, client_of: ClientOf
) -> None:
    client = client_of(mallory)
    cursor = cursor_of("feed/?order=newest", there, client)
    answer = client.get(f"/api/v1/posts/?after={cursor}")
    assert answer.status_code == 200


def test_somebody_elses_cursor_of_what_is_theirs_is_refused(
    there: dict[str, str], alice: User, mallory: User, client_of: ClientOf
) -> None:
    for path in ("saved/", "feed/?order=following", "me/appearances/"):
        cursor = cursor_of(path, there, client_of(mallory))
        answer = client_of(alice).get(f"{address(path, there)}&after={cursor}")
        assert answer.status_code == 400


def test_a_feed_that_changed_its_order_begins_anew(
    there: dict[str, str], mallory: User, client_of: ClientOf
) -> None:
    path = "feeds/{storms}/posts/"
    cursor = cursor_of(path, there, client_of(mallory))
    feed = CustomFeed.objects.get(key=there["storms"])
    services.change_feed(feed=feed, rules={"tags": ["rain"], "order": "trending"})
    answer = client_of(mallory).get(f"{address(path, there)}&after={cursor}")
    assert answer.status_code == 400


@pytest.mark.parametrize("place", ["1.2", "l-abcdefgh-4", "x" * 3000])
def test_a_place_is_read_in_its_own_list_alone(place: str) -> None:
    cursor = cursors.sealed("tag:rain", place)
    assert cursors.opened("tag:rain", cursor) == place
    assert cursors.opened("tag:fog", cursor) == ""
    assert cursors.opened("tag:rain", place) == ""
    assert cursors.opened("tag:rain", None) == ""

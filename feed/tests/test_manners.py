"""How the lists of the API behave: while posts are added, when nothing is new, and when
somebody sends what nobody gave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from feed.models import Post, PostStat, RankedList, Tag
from feed.selectors.kept import Kept
from feed.selectors.shown import Somebody, posts_in
from feed.tests.rows import character_of, ready_clip

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

LISTS = (
    "/api/v1/posts/",
    "/api/v1/posts/?tag=rain",
    "/api/v1/feed/?order=ranked",
    "/api/v1/feed/?order=newest",
    "/api/v1/feed/?order=trending",
    "/api/v1/people/alice/posts/",
    "/api/v1/characters/",
    "/api/v1/tags/",
)


def posts(author: User, count: int, name: str = "p") -> list[Post]:
    """As the services leave them, without what they ask on the way."""
    character = character_of(author)
    tag, _ = Tag.objects.get_or_create(name="rain")
    found = []
    for number in range(count):
        post = Post.objects.create(
            author=author, clip=ready_clip(author, character=character)
        )
        PostStat.objects.create(post=post, likes=1, heat=1.0 + number)
        own, _ = Tag.objects.get_or_create(name=f"{name}{number}")
        post.tags.set([tag, own])
        found.append(post)
    return found


def get(client: Client, path: str, **headers: str) -> Any:
    return client.get(path, headers=headers)


@pytest.mark.database
@pytest.mark.parametrize("path", LISTS)
def test_no_page_repeats_or_skips_while_twenty_are_added(
    path: str, alice: User, bob: User, client_of: ClientOf
) -> None:
    before = posts(alice, 9)
    names = {"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "rain"}
    client = client_of(bob)
    seen: list[str] = []
    following = path + ("&" if "?" in path else "?") + "limit=4"
    added = False
    while following:
        page = get(client, following).json()
        seen += [one.get("key") or one["name"] for one in page["results"]]
        following = page["next"]
        if not added:
            added = True
            posts(alice, 20, "q")
    assert len(seen) == len(set(seen))
    if "tags" in path:
        assert names <= set(seen)
    elif "characters" not in path:
        assert {post.key for post in before} <= set(seen)


@pytest.mark.database
@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("after", ["x", "9.9.9", "1" * 40 + ".1", "l--1", "\u0661.1"])
def test_a_cursor_that_nobody_gave_out_is_refused_by_name(
    path: str, after: str, alice: User, client_of: ClientOf
) -> None:
    field = "cursor" if "tags" in path or "characters" in path else "after"
    client = client_of(alice)
    answer = client.get(path, {"order": "ranked", field: after} | query(path))
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field


def query(path: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in path.partition("?")[2].split("&") if pair)


def test_a_cursor_of_another_order_is_refused(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    posts(alice, 6)
    client = client_of(bob)
    ranked = get(client, "/api/v1/feed/?order=ranked&limit=2").json()["next"]
    newest = get(client, "/api/v1/feed/?order=newest&limit=2").json()["next"]
    for wrong in (
        ranked.replace("order=ranked", "order=newest"),
        newest.replace("order=newest", "order=ranked"),
        ranked.replace("/feed/", "/posts/"),
    ):
        assert get(client, wrong).status_code == 400
    assert get(client, ranked).status_code == 200


def test_a_list_that_is_gone_or_anothers_is_410_and_says_what_to_do(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    posts(alice, 6)
    mine = get(client_of(bob), "/api/v1/feed/?limit=2").json()["next"]
    theirs = get(client_of(alice), mine)
    RankedList.objects.all().delete()
    gone = get(client_of(bob), mine)
    assert theirs.status_code == gone.status_code == 410
    assert theirs.json() == gone.json()
    assert gone.json()["type"] == "urn:troupe:cursor-gone"
    assert "without `after`" in gone.json()["detail"]
    # Who scrolls a page goes on with a new list.
    assert client_of(bob).get("/more/", {"after": "l-abcdefgh-4"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/v1/posts/", "/api/v1/feed/?order=newest", "/api/v1/tags/"]
)
def test_what_is_not_new_is_not_sent_again(
    path: str, alice: User, bob: User, client_of: ClientOf
) -> None:
    made = posts(alice, 3)
    client = client_of(bob)
    first = get(client, path)
    assert first["ETag"].startswith('W/"')
    assert first["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= {w.strip() for w in first["Vary"].split(",")}
    same = get(client, path, if_none_match=first["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    assert same["ETag"] == first["ETag"]
    assert same["RateLimit"]
    assert same["Cache-Control"] == "private, no-cache"
    made[0].tags.add(Tag.objects.create(name="another"))
    changed = get(client, path, if_none_match=first["ETag"])
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_a_like_of_mine_makes_a_post_new_for_me(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    path = f"/api/v1/posts/{posts(alice, 1)[0].key}/"
    client = client_of(bob)
    first = get(client, path)
    assert get(client, path, if_none_match=first["ETag"]).status_code == 304
    client.put(f"{path}like/")
    assert get(client, path, if_none_match=first["ETag"]).status_code == 200


def test_every_answer_says_what_is_left(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    first, second = (get(client, "/api/v1/posts/") for _ in range(2))
    assert first["RateLimit-Policy"] == '"user";q=1500;w=300'

    def left(answer: Any) -> int:
        assert answer["RateLimit"].startswith('"user";r=')
        return int(answer["RateLimit"].partition("r=")[2].partition(";")[0])

    assert left(second) == left(first) - 1
    strangers = get(Client(), "/api/v1/posts/")
    assert strangers["RateLimit-Policy"] == '"anon";q=300;w=300'
    assert "RateLimit" not in Client().get("/")


def test_who_asks_too_much_is_told_when_to_come_back(
    alice: User, client_of: ClientOf
) -> None:
    cache.clear()
    with override_settings(API_RATES={"user": "2/5m"}):
        client = client_of(alice)
        answers = [get(client, "/api/v1/posts/") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 300
    assert ";r=0;" in answers[-1]["RateLimit"]
    assert answers[-1]["Content-Type"] == "application/problem+json"


@pytest.mark.database
def test_a_kept_query_answers_as_the_one_it_was_made_of(alice: User, bob: User) -> None:
    made = posts(alice, 4)
    kept = Kept(
        lambda ids, who, since: (
            Post.objects.filter(pk__among=ids, author=who, published__gte=since)
            .select_related("stat")
            .order_by("pk")
        ),
        ids=list,
        who=int,
        since=type(timezone.now()),
    )
    ids = [post.pk for post in made]
    long_ago = made[0].published
    for wanted, who, since in (
        (ids, alice.pk, long_ago),
        (ids[1:3], alice.pk, long_ago),
        (ids, bob.pk, long_ago),
        (ids, alice.pk, made[2].published),
        ([], alice.pk, long_ago),
    ):
        plain = Post.objects.filter(
            pk__in=wanted, author=who, published__gte=since
        ).order_by("pk")
        assert kept(ids=wanted, who=who, since=since) == list(plain)
    found = kept(ids=ids, who=alice.pk, since=long_ago)
    assert [post.stat.heat for post in found] == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.database
def test_postgres_plans_a_page_that_it_was_asked_for_before_no_more(
    alice: User,
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite plans each query anew")
    ids = [post.pk for post in posts(alice, 3)]
    for _ in range(7):
        assert len(posts_in(viewer=alice, ids=ids)) == 3
    with connection.cursor() as cursor:
        cursor.execute(
            "select sum(generic_plans + custom_plans) from pg_prepared_statements"
            " where statement like '%feed_post%any($%'"
        )
        assert cursor.fetchone()[0] >= 1


def test_a_kept_query_without_a_place_for_a_value_says_so(db: None) -> None:
    kept = Kept(lambda **_who: Post.objects.filter(author=7), who=int)
    with pytest.raises(ValueError, match="no place for who"):
        kept(who=3)


def test_a_kept_query_that_looks_at_the_clock_is_refused(db: None) -> None:
    """Kept, it would ask for ever for what was new when the process began."""
    kept = Kept(
        lambda ids: Post.objects.filter(pk__among=ids, published__gt=timezone.now()),
        ids=list,
    )
    with pytest.raises(ValueError, match="looks at the clock"):
        kept(ids=[3])


def test_a_condition_that_asks_more_of_a_viewer_is_not_remembered() -> None:
    with pytest.raises(AttributeError):
        _ = Somebody(3, is_authenticated=True).is_staff  # type: ignore[attr-defined]

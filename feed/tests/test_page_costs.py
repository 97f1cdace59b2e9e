"""A page costs the same whatever was blocked, muted or hidden since the list was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feed import services
from feed.models import Post, PostStat, RankedList
from feed.selectors import pages, shown
from feed.tests.rows import character_of, ready_clip
from socialapp.accounts.models import Block, User

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LIMIT = 10
ROUND = 4
"""Queries of one look at some posts: themselves, their tags, muted words, and lines of
chats."""


def people(number: int) -> list[User]:
    return [
        User.objects.create_user(
            username=f"maker{n}", email=f"maker{n}@example.com", password=None
        )
        for n in range(number)
    ]


def posts(authors: Sequence[User], count: int) -> list[Post]:
    """In turn, as rows alone."""
    casts = {author.pk: character_of(author) for author in authors}
    made = []
    for number in range(count):
        author = authors[number % len(authors)]
        post = Post.objects.create(
            author=author, clip=ready_clip(author, character=casts[author.pk])
        )
        PostStat.objects.create(post=post, heat=float(count - number))
        made.append(post)
    return made


def first_page(viewer: User, order: str) -> str:
    page = services.read_feed(viewer=viewer, name="v", order=order, limit=LIMIT)
    assert page.after
    return page.after


def cost(viewer: User, order: str, after: str) -> tuple[int, int, str | None]:
    """Queries of a page, how many posts it has, and where it goes on."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = services.read_feed(
            viewer=viewer, name="v", order=order, after=after, limit=LIMIT
        )
    return len(asked), len(page.posts), page.after


@pytest.mark.parametrize("order", ["ranked", "trending"])
def test_a_page_of_a_list_asks_for_two_more_pieces_at_most(
    order: str, mallory: User
) -> None:
    makers = people(4)
    made = posts(makers, 90)
    after = first_page(mallory, order)
    plain, number, _ = cost(mallory, order, after)
    assert number == LIMIT
    assert plain <= ROUND + 1
    # Three of four makers, and then everything before the last few.
    for maker in makers[:3]:
        Block.objects.create(person=mallory, whom=maker)
    dearer, number, following = cost(mallory, order, after)
    assert number == LIMIT
    assert following
    assert dearer <= plain + 2 * ROUND
    kept = RankedList.objects.latest("pk").posts[-3:]
    Block.objects.all().delete()
    Post.objects.exclude(pk__in=[pk for pk, _, _ in kept]).update(demoted=True)
    dearest, number, following = cost(mallory, order, after)
    assert (number, following) == (3, None)
    assert dearest <= plain + 2 * ROUND
    assert len(made) == 90


def test_when_all_can_be_shown_a_page_looks_at_no_more_than_it_shows(
    mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts(people(3), 40)
    after = first_page(mallory, "trending")
    asked: list[int] = []
    read = shown.posts_in

    def noting(*, viewer: User, ids: Sequence[int]) -> list[Post]:
        asked.append(len(ids))
        return read(viewer=viewer, ids=ids)

    monkeypatch.setattr("feed.selectors.posts_in", noting)
    cost(mallory, "trending", after)
    assert asked == [LIMIT]


def test_nothing_is_skipped_or_shown_twice_where_much_is_hidden(mallory: User) -> None:
    makers = people(4)
    made = {post.pk: post for post in posts(makers, 60)}
    after: str | None = first_page(mallory, "trending")
    rest = [pk for pk, _, _ in RankedList.objects.latest("pk").posts[LIMIT:]]
    for maker in makers[:2]:
        Block.objects.create(person=mallory, whom=maker)
    seen: list[int] = []
    while after:
        page = services.read_feed(
            viewer=mallory, name="v", order="trending", after=after, limit=7
        )
        seen += [post.pk for post in page.posts]
        after = page.after
    assert seen == [pk for pk in rest if made[pk].author in makers[2:]]
    assert len(seen) > 20


def test_following_asks_the_same_whatever_was_hidden(mallory: User) -> None:
    makers = people(2)
    made = posts(makers, 90)
    for maker in makers:
        services.follow(person=mallory, creator=maker)
    after = first_page(mallory, "following")
    plain, _, _ = cost(mallory, "following", after)
    for left in (30, 3):
        for post in made[left:-LIMIT]:
            services.want_less(person=mallory, post=post)
        dearer, number, following = cost(mallory, "following", after)
        assert (number, bool(following)) == (min(left, LIMIT), left > LIMIT)
        assert dearer <= 3 * plain


def test_muted_words_are_looked_for_in_few_steps(
    mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "STEP", 4)
    monkeypatch.setattr(pages, "TRIED", 60)
    maker = people(1)
    made = posts(maker, 70)
    services.mute_words(person=mallory, words="none")
    found, after, asked = 0, None, []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            page = services.read_feed(
                viewer=mallory, name="v", order="newest", after=after, limit=2
            )
        asked.append(len(queries))
        found += len(page.posts)
        after = page.after
        if after is None:
            break
    # Everything says it: "None." is in the script of each.
    assert (found, len(made)) == (0, 70)
    assert max(asked) <= 3 * ROUND + 1
    assert after is None

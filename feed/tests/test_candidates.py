"""Where candidates come from: each source finds what the newest hundred would not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feed import selectors, services
from feed.models import Impression, Post, PostStat, RankedList, Ranker, Tag
from feed.ranking import PRIOR, Taste
from feed.ranking.traits import NAMES
from feed.selectors import candidates, shown, tastes
from feed.services import Look
from feed.tests.remixing import open_up, remade
from feed.tests.rows import character_of, post_by, ready_clip
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.django_db, pytest.mark.database]

DAYS = 60 * 24
"""Minutes."""


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    candidates.forget()


@pytest.fixture
def newer(bob: User) -> None:
    """110 posts of the last two hours, which many have been shown and nobody liked."""
    hob = character_of(bob)
    clips = [ready_clip(bob, character=hob) for _ in range(110)]
    now = timezone.now()
    posts = Post.objects.bulk_create(
        Post(author=bob, clip=clip, lead=hob, published=now - dt.timedelta(minutes=n))
        for n, clip in enumerate(clips)
    )
    PostStat.objects.bulk_create(PostStat(post=post, shown=50) for post in posts)


def found(taste: Taste) -> set[int]:
    candidates.forget()
    return set(candidates.candidates(taste=taste, seed=1).posts.tolist())


def old(author: User, caption: str = "", days: float = 5) -> Post:
    return post_by(author, caption, minutes_ago=int(days * DAYS))


def test_the_newest_hundred_hide_what_is_older(newer: None, alice: User) -> None:
    assert old(alice).pk not in found(Taste())


def test_whom_one_follows_is_found(newer: None, alice: User, mallory: User) -> None:
    post, other = old(alice), old(mallory)
    assert post.pk in found(Taste(people=np.array([alice.pk])))
    cast = found(Taste(characters=np.array([other.character.pk])))
    assert other.pk in cast
    assert post.pk not in cast


def test_what_is_liked_of_late_is_found(newer: None, alice: User, bob: User) -> None:
    post = old(alice)
    services.like_post(post=post, user=bob)
    assert post.pk in found(Taste())


def test_what_is_under_a_tag_that_one_likes_is_found(newer: None, alice: User) -> None:
    post = old(alice, "Fog #harbour")
    tag = Tag.objects.get(name="harbour").pk
    assert post.pk in found(Taste(tags={tag: 0.8}))
    assert post.pk not in found(Taste(tags={tag: -0.6}))


def test_what_few_have_met_is_found_while_it_is_new(newer: None, alice: User) -> None:
    post = old(alice, days=1.5)
    assert post.pk in found(Taste())
    PostStat.objects.filter(post=post).update(shown=20)
    assert post.pk not in found(Taste())


def test_remixes_of_what_one_liked_are_found(
    newer: None, alice: User, bob: User
) -> None:
    post = old(alice)
    open_up(alice)
    child = services.publish_post(clip=remade(bob, post), author=bob, caption="")
    Post.objects.filter(pk=child.pk).update(
        published=timezone.now() - dt.timedelta(days=4)
    )
    assert child.pk in found(Taste(liked=np.array([post.pk])))
    assert child.pk not in found(Taste())


def _private(post: Post) -> None:
    services.edit_post(post=post, visibility="private")


@pytest.mark.parametrize(
    "off",
    [
        _private,
        lambda post: services.remove_post(post=post),
        lambda post: services.set_withheld(post=post, level="hidden"),
        lambda post: services.set_marks(post=post, demoted=True),
        lambda post: User.objects.filter(pk=post.author_id).update(
            leaves=timezone.now()
        ),
    ],
)
def test_safety_has_the_last_word(
    alice: User, bob: User, mallory: User, off: Callable[[Post], object]
) -> None:
    """Whatever the order says: the list holds the post, and no page of it shows it."""
    post, other = post_by(alice), post_by(bob)
    name = f"user:{mallory.pk}"
    page = services.read_feed(viewer=mallory, name=name, order="ranked", limit=1)
    kept = selectors.list_of(name=name, key=page.list)
    assert kept is not None
    ids = [entry[0] for entry in kept.posts]
    assert {one.pk for one in shown.posts_in(viewer=mallory, ids=ids)} == set(ids)
    off(post)
    assert post.pk in ids
    assert shown.posts_in(viewer=mallory, ids=ids) == [other]
    again = services.read_feed(
        viewer=mallory, name=name, order="ranked", after=f"l-{kept.key}-0", limit=9
    )
    assert again.posts == [other]


def test_two_of_one_creator_in_ten_where_seen_meets_unseen(
    alice: User, bob: User, mallory: User
) -> None:
    """Four are Ada's, two of them seen; of what else was seen each is somebody's own."""
    name = f"user:{mallory.pk}"
    hers = [post_by(alice, minutes_ago=n) for n in range(4)]
    others = [
        post_by(
            User.objects.create_user(username=f"c{n}", email=f"c{n}@x.invalid"),
            minutes_ago=60 + n,
        )
        for n in range(9)
    ]
    PostStat.objects.update(shown=50, views=40, watched=20)
    PostStat.objects.filter(post__in=hers).update(likes=20)
    looks = [Look(post.key, 1.0) for post in (*hers[2:], *others)]
    services.note_looks(viewer=name, looks=looks)
    order = services.read_feed(viewer=mallory, name=name, order="ranked", limit=30)
    made_by = [post.author_id for post in order.posts]
    assert len(made_by) == 13
    assert made_by[:2] == [alice.pk] * 2
    assert made_by[:10].count(alice.pk) == 2


def test_dwell_of_the_house_is_what_a_post_is_held_against(alice: User) -> None:
    long, short = post_by(alice), post_by(alice)
    for post, seconds in ((long, 20.0), (short, 2.0)):
        for n in range(30):
            look = Look(post.key, seconds)
            services.note_looks(viewer=f"visit:{n}:{post.pk}", looks=[look])
    PostStat.objects.update(views=30)
    candidates.forget()
    assert 6.0 < candidates.house().dwell < 11.0
    ordered = selectors.ranked(viewer=alice, name="", personal=False)
    at = NAMES.index("dwell")
    traits = {pk: row[at] for pk, row, _ in ordered.entries}
    assert traits[long.pk] > 0 > traits[short.pk]


def test_lists_and_weights_of_another_version_break_nothing(
    alice: User, mallory: User
) -> None:
    post = post_by(alice)
    before = [0.5] * (len(NAMES) - 1)
    kept = RankedList.objects.create(
        viewer=f"user:{mallory.pk}", posts=[[post.pk, before, 0]], weights=before
    )
    assert selectors.reasons_for(shown=kept, post=post) is None
    ((_, _, _, place, traits),) = selectors.placed([(post.key, 2.0, 0.5)], kept)
    assert (place, traits) == (0, ())
    weights = PRIOR.to_json()
    del weights["dwell"]
    Ranker.objects.create(weights=weights, active=True)
    candidates.forget()
    assert selectors.weights_now() == PRIOR


def plan(sql: str, values: Any) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # In a table this small, to read all of it is cheapest.
            cursor.execute("set local enable_seqscan = off")
            cursor.execute(f"explain {sql}", values)
        else:
            cursor.execute(f"explain query plan {sql}", values)
        return "\n".join(str(row) for row in cursor.fetchall())


def test_the_newest_looks_of_a_viewer_are_a_stretch_of_an_index(alice: User) -> None:
    post = post_by(alice)
    now = timezone.now()
    Impression.objects.bulk_create(
        Impression(
            viewer=f"user:{n % 12}",
            post=post,
            day=now.date() - dt.timedelta(days=n),
            created=now - dt.timedelta(days=n),
        )
        for n in range(12_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    newest = Impression.objects.filter(viewer="user:1").order_by("-created")[:200]
    of_late = Impression.objects.filter(
        viewer="user:1", created__gt=now - dt.timedelta(minutes=1)
    )
    for asked in (newest.values_list("post_id"), of_late.values_list("pk")):
        told = plan(*asked.query.sql_with_params())
        assert "impression_of_viewer" in told, told
        assert "TEMP B-TREE" not in told
        assert "Sort" not in told
    with CaptureQueriesContext(connection) as asked_for:
        tastes._looked(viewer="user:1")
    order = (
        newest.query.sql_with_params()[0].partition("ORDER BY")[2].split(" LIMIT")[0]
    )
    assert order in asked_for[0]["sql"], "what is explained is what is asked"

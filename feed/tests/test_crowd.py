from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from avatarfx.approving import PEOPLE
from avatarfx.approving import facets_of as clip_facets
from avatarfx.models import Clip
from feed import approving, crowd, hashtags, selectors
from feed.crowd import draws
from feed.models import Follow, Impression, Like, Post, PostStat, View
from feed.services import recheck_words
from feed.tests.rows import starters
from moderation.approvals import selectors as approvals
from socialapp.accounts.models import User
from socialapp.characters import wording
from socialapp.characters.models import Character
from socialapp.characters.starters import house

if TYPE_CHECKING:
    from django.test import Client

POSTS = 200


@pytest.fixture
def films(db: None) -> list[Clip]:
    return starters()


@pytest.mark.database
def test_a_crowd_is_shown_like_anybody(films: list[Clip], client: Client) -> None:
    crowd.make(posts=POSTS, seed=3)
    assert Post.objects.count() == POSTS
    viewer = User.objects.filter(birth_date__year=1990).latest("pk")
    page = selectors.feed_page(viewer=viewer, limit=100)
    listed = Post.objects.listed().filter(demoted=False)
    assert len(page.posts) == min(100, listed.count())
    assert client.get("/").status_code == 200
    shown = page.posts[0]
    assert client.get(shown.get_absolute_url()).status_code in {200, 404}
    assert client.get(f"/@{shown.author.username}/").status_code == 200
    clips = {one.video for one in films}
    assert {one.clip.video for one in page.posts if one.clip} <= clips


@pytest.mark.database
def test_its_counters_are_those_of_its_rows_as_far_back_as_there_are_rows(
    films: list[Clip],
) -> None:
    crowd.make(posts=POSTS, seed=3)
    since = timezone.now() - dt.timedelta(days=draws.WINDOW)
    new = PostStat.objects.filter(post__published__gt=since)
    assert Like.objects.exists()
    assert not Impression.objects.filter(post__published__lte=since).exists()
    for model, name in ((Like, "likes"), (View, "views"), (Impression, "shown")):
        counted = dict(
            model._default_manager.values_list("post").annotate(n=Count("pk"))
        )
        told = dict(new.filter(**{f"{name}__gt": 0}).values_list("post", name))
        assert counted == told
    for stat in new:
        seconds = stat.post.impressions.aggregate(all=Sum("seconds"))["all"] or 0.0
        assert stat.dwell == pytest.approx(seconds)
        assert stat.follows == Follow.objects.filter(post=stat.post).count()
    assert Follow.objects.filter(post__isnull=False).exists()
    assert not Follow.objects.exclude(post=None).exclude(creator=F("post__author"))
    assert not Follow.objects.filter(post__published__lte=since).exists()
    # What every view adds is the part that was watched.
    for stat in new.filter(views__gt=0).select_related("post__clip"):
        seconds = stat.post.views.aggregate(all=Sum("seconds"))["all"]
        assert stat.post.clip is not None
        assert stat.post.clip.seconds is not None
        assert seconds / stat.post.clip.seconds == pytest.approx(stat.watched)
    assert not PostStat.objects.filter(
        Q(likes__gt=F("views")) | Q(views__gt=F("shown"))
    )
    assert not PostStat.objects.filter(likes=0, heat__gt=0).exists()


@pytest.mark.database
def test_the_reconcilers_find_everything_approved(films: list[Clip]) -> None:
    crowd.make(posts=POSTS, seed=3)
    posts = Post.objects.exclude(caption="")
    standing = approvals.standings(
        kind=approving.KIND, things={p.key: approving.facets_of(p) for p in posts}
    )
    assert all(not one.strays and one.asked for one in standing.values())
    clips = Clip.objects.filter(post__isnull=False).prefetch_related(*PEOPLE)
    standing = approvals.standings(
        kind="clip", things={c.key: clip_facets(c) for c in clips}
    )
    assert all(not s.strays and len(s.asked) == 2 for s in standing.values())
    cast = Character.objects.filter(owner__email__endswith=".invalid", starter=False)
    standing = approvals.standings(
        kind=wording.KIND, things={c.key: wording.facets_of(c) for c in cast}
    )
    assert all(not s.strays and len(s.asked) == 2 for s in standing.values())
    assert recheck_words() == {"captions asked about": 0}


def test_tags_are_those_of_the_captions(films: list[Clip]) -> None:
    crowd.make(posts=POSTS, seed=3)
    for post in Post.objects.prefetch_related("tags"):
        names = sorted(tag.name for tag in post.tags.all())
        assert names == sorted(hashtags.names_in(post.caption))


def test_numbers_go_on_after_it(films: list[Clip], alice: User) -> None:
    crowd.make(posts=POSTS, seed=3, sure=True)
    follow = Follow.objects.create(person=alice, creator=house())
    assert Follow.objects.filter(pk__gt=follow.pk).count() == 0


def test_a_house_with_people_or_with_a_crowd_gets_none(
    films: list[Clip], alice: User
) -> None:
    with pytest.raises(crowd.CrowdError, match="--yes-into-this-database"):
        crowd.make(posts=POSTS)
    assert not Post.objects.exists()
    crowd.make(posts=POSTS, sure=True)
    with pytest.raises(crowd.CrowdError, match="already"):
        crowd.make(posts=POSTS, sure=True)


def test_without_rendered_starters_it_says_what_to_do(db: None) -> None:
    with pytest.raises(crowd.CrowdError, match=r"manage\.py seed"):
        crowd.make(posts=POSTS)


def test_the_command_refuses_in_words(films: list[Clip], alice: User) -> None:
    with pytest.raises(CommandError, match="have accounts here"):
        call_command("seed", "--posts", str(POSTS), stdout=io.StringIO())


def test_the_same_seed_draws_the_same_crowd() -> None:
    now = 1_790_000_000_000_000
    size = draws.Size(5000)

    def drawn(seed: int) -> list[bytes]:
        draw = np.random.default_rng(seed)
        posts = draws.posts(size, draw, now)
        looks = draws.looks(size, posts, draw, now)
        graph = draws.follows(size, draw)
        return [
            *(posts.published.tobytes(), posts.author.tobytes()),
            *(looks.person.tobytes(), graph.person.tobytes()),
            "".join(draws.Keys(100, draw)).encode(),
        ]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_it_is_skewed_as_people_are() -> None:
    now = 1_790_000_000_000_000
    size, draw = draws.Size(20_000), np.random.default_rng(1)
    posts = draws.posts(size, draw, now)
    by_popularity = np.sort(posts.popularity)[::-1]
    assert by_popularity[:2000].sum() > 0.4 * by_popularity.sum()
    graph = draws.follows(size, draw)
    followers = np.sort(np.bincount(graph.creator[graph.creator >= 0]))[::-1]
    assert followers[: len(followers) // 10].sum() > 0.35 * followers.sum()
    follows = np.bincount(graph.person)
    assert follows[-1] == min(draws.FAN, size.people + size.characters - 1)
    assert np.median(follows) < np.mean(follows)
    pairs = np.stack([graph.person, graph.creator, graph.character])
    assert np.unique(pairs, axis=1).shape[1] == len(graph)
    assert posts.published.max() < now
    assert posts.published.min() > now - (draws.DAYS + 1) * draws.DAY
    hours = posts.published // 3_600_000_000 % 24
    evening, night = (
        np.sum((hours >= 18) & (hours < 22)),
        np.sum((hours >= 6) & (hours < 10)),
    )
    assert evening > 2 * night
    keys = list(draws.Keys(1000, draw))
    assert len(set(keys)) == 1000
    assert keys == sorted(keys)

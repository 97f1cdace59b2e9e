from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from django.test.utils import override_settings

from feed import crowd
from feed.bench import feed, load, ranking
from feed.models import Impression
from feed.selectors import candidates
from feed.tests.rows import starters
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer


def test_the_ranking_bench_tells_every_policy_of_one_town() -> None:
    small = {"people": 40, "creators": 12, "newcomers": 4, "days": 4, "seed": 3}
    found = ranking.run(small)
    for name in ("ndcg10", "newest_ndcg10", "most_liked_ndcg10", "loops_ndcg10"):
        assert 0.0 < found[name] < 1.0
    for name in ("new_creator_coverage", "newest_coverage"):
        assert 0.0 <= found[name] <= 1.0
    assert ranking.run(small) == found, "the same town lives the same life"


@pytest.mark.database
def test_the_feed_bench_measures_what_it_says(db: None) -> None:
    starters()
    crowd.make(posts=200, seed=2)
    candidates.forget()
    with override_settings(FEED_SHARED_SECONDS=10.0):
        figures = feed.measured(viewers=4, naive_seconds=1.0)
    assert figures["p50_ms"] <= figures["p95_ms"]
    for name in ("cpu_ms", "next_p50_ms", "fan_p50_ms", "naive_ms", "lookup_ms"):
        assert figures[name] > 0.0
    assert figures["fan_follows"] >= 40
    assert 0 < figures["queries_fewest"] <= figures["queries"] < 30
    candidates.forget()


def test_figures_of_several_sizes_stand_side_by_side() -> None:
    one = {
        "p95_ms": 2.0, "p50_ms": 1.0, "cpu_ms": 2.0, "naive_ms": 10.0, "lookup_ms": 0.5,
        "queries": 14, "queries_fewest": 12, "http_p95_ms": 9.0,
    }  # fmt: skip
    large = one | {"cpu_ms": 2.2, "naive_ms": 9000.0, "queries": 15}
    row = feed.told({10_000: one, 1_000_000: large})
    assert row["p95_ms_10k"] == row["p95_ms_1m"] == 2.0
    assert row["http_p95_ms_1m"] == 9.0
    assert row["cpu_ratio"] == 1.1
    assert row["naive_over_ranked"] == 9000.0
    assert (row["queries_per_page_fewest"], row["queries_per_page"]) == (12, 15)


@pytest.mark.django_db(transaction=True)
def test_people_scroll_a_served_feed_without_a_failure(
    live_server: LiveServer,
) -> None:
    starters()
    crowd.make(posts=200, seed=2)
    people = User.objects.filter(birth_date__year=1990, email__endswith=".invalid")
    cookies = [load._session(one) for one in people.order_by("pk")[:2]]
    pace = load.Pace(seconds=4.0, warm=0.0, seed=1, hurry=40.0)
    found = asyncio.run(load.scroll(live_server.url, cookies, pace))
    assert found["failures"] == 0, found["failed"]
    for route in ("page", "more", "poster", "video", "looks", "like", "healthz"):
        assert found[f"{route}_n"] > 0, route
        assert found[f"{route}_p50_ms"] <= found[f"{route}_p95_ms"]
    assert Impression.objects.filter(viewer=f"user:{people.order_by('pk')[0].pk}")

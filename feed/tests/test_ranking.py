from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed import ranking
from feed.ranking import House, Pool, Taste, Weights
from feed.ranking.arranging import EVERY, FAIR, OF_ONE, WINDOW
from feed.ranking.facts import COLUMNS
from feed.ranking.traits import HALF_LIFE, NAMES
from feed.ranking.weights import PRIOR, WeightsError

SMALL = House(watched=0.55, likes=0.1)


def pool_of(count: int, **columns: Any) -> Pool:
    """Posts 1 to `count` of as many creators, a day old, which 30 watched."""
    known = {
        "posts": np.arange(1, count + 1),
        "creators": np.arange(101, 101 + count),
        "characters": np.arange(201, 201 + count),
        "ages": np.full(count, 24.0),
        "shown": np.full(count, 40),
        "views": np.full(count, 30),
        "watched": np.full(count, 15.0),
    }
    tags = columns.pop("tags", ())
    given_ = {name: np.asarray(value) for name, value in columns.items()}
    empty = {
        name: np.zeros(count, np.float64 if name == "heat" else np.int64)
        for name in COLUMNS
    }
    return Pool(**(empty | known | given_), tags=tags)


def totals(pool: Pool, taste: Taste | None = None, house: House = SMALL) -> list[float]:
    scores = ranking.score(pool, taste=taste or Taste(), house=house, weights=PRIOR)
    found: list[float] = scores.totals.tolist()
    return found


def order(pool: Pool, taste: Taste | None = None, **how: Any) -> list[int]:
    known = taste or Taste()
    scores = ranking.score(pool, taste=known, house=SMALL, weights=PRIOR)
    how = {"seed": 1} | how
    placed = ranking.arrange(pool, scores.totals, taste=known, **how)
    return [int(pool.posts[one.row]) for one in placed]


def test_twenty_likes_count_on_a_small_server() -> None:
    """30 people, clips of the same age: a tenth more at least."""
    liked, untouched = totals(pool_of(2, likes=[20, 0], heat=[9.0, 0.0]))
    assert liked > untouched * 1.1


def test_one_like_of_one_viewer_is_no_rate_of_one() -> None:
    lucky, proven = totals(
        pool_of(2, views=[1, 60], likes=[1, 30], watched=[0.5, 30.0])
    )
    assert proven > lucky


def test_what_nobody_here_can_do_says_nothing_of_a_post() -> None:
    table = ranking.features(pool_of(2, views=[0, 900]), Taste(), House(comments=0.0))
    assert table[:, NAMES.index("talked")].tolist() == [0.0, 0.0]
    assert table[1, NAMES.index("remixed")] < 0.0


def test_who_watches_to_the_end_says_more_than_who_leaves() -> None:
    kept, left = totals(pool_of(2, watched=[27.0, 3.0]))
    assert kept > left


def test_a_month_costs_what_an_hour_does_not() -> None:
    now, later, old = totals(pool_of(3, ages=[24.0, 25.0, 24.0 * 30]))
    assert now - later < (now - old) / 20
    assert now > old * 1.3


def test_a_half_life_halves_freshness() -> None:
    table = ranking.features(
        pool_of(2, ages=[10.0, 10.0 + HALF_LIFE]), Taste(), House()
    )
    young, old = table[:, NAMES.index("fresh")]
    assert old == pytest.approx(young / 2)


def test_a_clock_that_runs_ahead_makes_nothing_fresher_than_new() -> None:
    table = ranking.features(pool_of(2, ages=[-500.0, 0.0]), Taste(), House())
    assert table[0, NAMES.index("fresh")] == table[1, NAMES.index("fresh")] == 1.0


def test_whom_one_follows_comes_before_whom_one_does_not() -> None:
    known = Taste(people=np.array([102]), characters=np.array([203]))
    first, second, third = totals(pool_of(3), known)
    assert second == third > first


def test_what_one_likes_less_sinks_below_everything() -> None:
    cold = Taste(creators={101: -1.0}, cast={201: 1.0})
    best = {"likes": [30, 0], "watched": [30.0, 3.0], "ages": [0.0, 400.0]}
    disliked, rest = totals(pool_of(2, **best), cold)
    assert disliked < rest


def test_tags_of_a_taste_count_and_the_disliked_one_counts_most() -> None:
    sea, gore, tax = 1, 2, 3
    tags = (frozenset({sea}), frozenset({sea, gore}), frozenset({tax}))
    known = Taste(tags={sea: 0.8, gore: -0.5})
    liked, torn, other = totals(pool_of(3, tags=tags), known)
    assert liked > other > torn


def test_a_remix_of_what_one_liked_is_kin() -> None:
    kin, other, none = totals(
        pool_of(3, parents=[50, 51, 0]), Taste(liked=np.array([50, 0]))
    )
    assert kin > other == none


def test_terms_sum_to_the_score_digit_for_digit() -> None:
    pool = pool_of(3, likes=[3, 0, 9], heat=[0.2, 1.0, 4.0])
    scores = ranking.score(
        pool, taste=Taste(people=np.array([101])), house=House(), weights=PRIOR
    )
    for row, total in enumerate(scores.totals.tolist()):
        assert round(sum(scores.why(row).values()), 6) == total
    assert "follows" in scores.why(0)
    assert "follows" not in scores.why(1)


def test_a_hidden_creator_is_nowhere() -> None:
    pool = pool_of(6, creators=[1, 1, 2, 2, 3, 3], ages=[1.0] * 6, shown=[0] * 6)
    left = order(pool, Taste(hidden=np.array([2])))
    assert sorted(left) == [1, 2, 5, 6]
    cast = Taste(hidden_characters=np.array([201]))
    assert 1 not in order(pool, cast)


def test_two_of_one_creator_in_any_ten() -> None:
    pool = pool_of(
        40, creators=[1] * 20 + list(range(2, 22)), likes=[9] * 20 + [0] * 20
    )
    found = order(pool)
    creators = [int(pool.creators[post - 1]) for post in found]
    # 20 others leave room for as many of the first as 2 in 10 are.
    for start in range(20 - WINDOW):
        assert creators[start : start + WINDOW].count(1) <= OF_ONE
    assert sorted(found) == list(range(1, 41))


def test_a_house_of_one_creator_has_a_feed_all_the_same() -> None:
    assert sorted(order(pool_of(12, creators=[7] * 12))) == list(range(1, 13))


def test_a_new_clip_gets_its_chance_on_the_first_page() -> None:
    known = {"likes": [20] * 30, "watched": [28.0] * 30, "ages": [20.0] * 30}
    proven = pool_of(30, **known)
    new = pool_of(
        31,
        likes=[20] * 30 + [0],
        watched=[28.0] * 30 + [0.0],
        ages=[20.0] * 30 + [40.0],
        shown=[40] * 30 + [0],
        views=[30] * 30 + [0],
    )
    assert order(new)[EVERY - 1] == 31
    assert 31 not in order(proven)


def test_different_viewers_try_different_new_clips() -> None:
    pool = pool_of(60, shown=[0] * 60, views=[0] * 60, ages=[30.0] * 60)
    tried = {order(pool, seed=seed)[EVERY - 1] for seed in range(20)}
    assert len(tried) > 10


def test_a_clip_that_had_its_chance_stands_by_its_score() -> None:
    pool = pool_of(30, shown=[FAIR] * 30, ages=[1.0] * 30)
    placed = ranking.arrange(pool, np.zeros(30), taste=Taste(), seed=1)
    assert not any(one.chance for one in placed)


def test_two_of_one_creator_in_any_ten_where_the_unseen_meet_the_seen() -> None:
    """Two of Ada's are new to the viewer, and the best of what is not are hers, too."""
    ada = 1
    creators = [ada, ada, *range(2, 5), ada, ada, *range(5, 20)]
    seen = np.array([False] * 5 + [True] * 17)
    pool = pool_of(22, creators=creators, likes=[9, 9, 0, 0, 0, 9, 9] + [0] * 15)
    found = order(pool, later=seen)
    assert set(found[:5]) == {1, 2, 3, 4, 5}, "what was seen comes last"
    assert sorted(found) == list(range(1, 23))
    made_by = [creators[post - 1] for post in found]
    for start in range(22 - WINDOW):
        assert made_by[start : start + WINDOW].count(ada) <= OF_ONE


def test_a_new_clip_gets_its_chance_among_what_was_not_seen_alone() -> None:
    pool = pool_of(20, ages=[20.0] * 20, shown=[40] * 19 + [0])
    seen = np.array([False] * 10 + [True] * 10)
    assert set(order(pool, later=seen)[:10]) == set(range(1, 11))


@pytest.mark.parametrize("what", ["comments", "remixes", "follows", "dwell", "likes"])
def test_more_of_what_people_do_after_it_raises_a_score(what: str) -> None:
    kind = np.float64 if what == "dwell" else np.int64
    several = np.array([0, 6, 18], kind) * (20 if what == "dwell" else 1)
    none, some, many = totals(pool_of(3, **{what: several}))
    assert many > some > none


def test_who_stays_is_told_from_who_scrolls_past_and_one_is_no_rate() -> None:
    house = House(dwell=8.0)
    pool = pool_of(
        4, shown=[50, 50, 50, 1], dwell=[50 * 20.0, 50 * 8.0, 50 * 1.0, 120.0]
    )
    at = NAMES.index("dwell")
    long, usual, short, once = ranking.features(pool, Taste(), house)[:, at]
    assert long > 0 > short
    assert usual == 0.0
    assert long > once > 0
    unknown = ranking.features(pool_of(1, shown=[0]), Taste(), house)[0, at]
    assert unknown == 0.0


def test_no_pool_is_no_feed() -> None:
    assert order(pool_of(0)) == []
    assert totals(pool_of(0)) == []


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        pool_of(3, likes=[1, 2])
    with pytest.raises(ValueError, match="differ in length"):
        pool_of(3, tags=(frozenset(),))


def test_weights_come_back_from_their_json() -> None:
    assert Weights.from_json(json.loads(json.dumps(PRIOR.to_json()))) == PRIOR


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        PRIOR.to_json() | {"luck": 1.0},
        PRIOR.to_json() | {"fresh": "much"},
        PRIOR.to_json() | {"fresh": True},
        PRIOR.to_json() | {"fresh": float("nan")},
        PRIOR.to_json() | {"fresh": 1e9},
    ],
)
def test_what_are_no_weights_is_refused(wrong: object) -> None:
    with pytest.raises(WeightsError):
        Weights.from_json(wrong)


counts = st.integers(0, 10**9)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 9),
            st.floats(-1e6, 1e6),
            counts,
            counts,
            counts,
            st.floats(0, 1e9),
        ),
        max_size=40,
    ),
    st.integers(0, 2**32),
)
def test_every_pool_is_placed_whole_once_and_by_the_rule(
    rows: list[tuple[int, float, int, int, int, float]], seed: int
) -> None:
    columns = list(zip(*rows, strict=True)) or [()] * 6
    pool = pool_of(
        len(rows),
        creators=np.array(columns[0], np.int64),
        ages=np.array(columns[1], np.float64),
        views=np.array(columns[2], np.int64),
        likes=np.array(columns[3], np.int64),
        shown=np.array(columns[4], np.int64),
        heat=np.array(columns[5], np.float64),
    )
    table = ranking.features(pool, Taste(), House())
    assert np.isfinite(table).all()
    assert (np.abs(table) <= 1).all()
    found = order(pool, seed=seed)
    assert sorted(found) == pool.posts.tolist()


def test_equal_scores_put_the_newer_first() -> None:
    pool = pool_of(4, ages=[24.0, 24.0, 24.0, 24.0])
    found = order(pool)
    assert all(a > b for a, b in pairwise(found))

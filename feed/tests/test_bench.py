from __future__ import annotations

from feed.bench import ranking


def test_the_ranking_bench_tells_every_policy_of_one_town() -> None:
    small = {"people": 40, "creators": 12, "newcomers": 4, "days": 4, "seed": 3}
    found = ranking.run(small)
    for name in ("ndcg10", "newest_ndcg10", "most_liked_ndcg10", "loops_ndcg10"):
        assert 0.0 < found[name] < 1.0
    for name in ("new_creator_coverage", "newest_coverage"):
        assert 0.0 <= found[name] <= 1.0
    assert ranking.run(small) == found, "the same town lives the same life"

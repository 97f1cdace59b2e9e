from __future__ import annotations

import datetime as dt
import json
from random import Random
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from feed import selectors
from feed.models import Impression, Ranker
from feed.ranking import PRIOR
from feed.ranking.learning import JUDGED, Outcome, TooLittleError, learn, replay
from feed.ranking.traits import NAMES
from feed.tests.rows import post_by

if TYPE_CHECKING:
    from socialapp.accounts.models import User


def lived(count: int = 2000, *, days: int = 8, decides: str = "liked") -> list[Outcome]:
    """Viewers to whom one trait alone matters."""
    dice = Random(5)  # noqa: S311  a simulation
    at = NAMES.index(decides)
    found = []
    for n in range(count):
        # Hardly anybody says what they want.
        traits = [0.0 if name in JUDGED else dice.uniform(-1, 1) for name in NAMES]
        found.append(
            Outcome(
                viewer=f"user:{n % 5}",
                day=100 + n % days,
                post=n,
                published=dice.random() * 1e6,
                likes=dice.randrange(50),
                traits=tuple(traits),
                success=dice.random() < 0.5 + 0.45 * traits[at],
                new=n % 7 == 0,
            )
        )
    return found


def test_what_decides_is_learnt_and_judged_on_later_days() -> None:
    learnt = learn(lived(), current=PRIOR)
    by_name = learnt.weights.by_name
    rest = [abs(by_name[n]) for n in NAMES if n not in {"liked", "less", "follows"}]
    assert by_name["liked"] > 5 * max(rest)
    assert learnt.better
    report = learnt.report
    assert report["ndcg10_new"] > report["ndcg10_current"]
    assert report["ndcg10_new"] > report["ndcg10_newest"] + 0.05
    assert report["ndcg10_new"] > report["ndcg10_most_liked"] + 0.05
    assert 0 < report["new_creators_newest"] < 1


def test_what_people_said_is_not_unlearnt() -> None:
    learnt = learn(lived(), current=PRIOR)
    for name in ("less", "follows"):
        assert learnt.weights.by_name[name] >= PRIOR.by_name[name]


def test_weights_that_are_no_better_are_not_used() -> None:
    first = learn(lived(), current=PRIOR)
    assert not learn(lived(), current=first.weights).better


def test_too_little_is_said_and_nothing_learnt() -> None:
    with pytest.raises(TooLittleError, match="500"):
        learn(lived(300), current=PRIOR)
    with pytest.raises(TooLittleError, match="one day"):
        learn(lived(900, days=1), current=PRIOR)
    with pytest.raises(TooLittleError):
        learn([], current=PRIOR)


def test_a_day_on_which_nothing_was_watched_judges_nobody() -> None:
    cold = [
        Outcome("user:1", 1, n, float(n), n, tuple([0.0] * len(NAMES)), success=False)
        for n in range(3)
    ]
    assert replay(cold, {"prior": PRIOR})["ndcg10_prior"] == 0.0


@pytest.mark.django_db
def test_the_command_says_what_is_missing_and_keeps_what_is(alice: User) -> None:
    with pytest.raises(CommandError, match="one day"):
        call_command("train_ranker")
    assert not Ranker.objects.exists()


@pytest.mark.django_db
def test_the_command_learns_from_impressions(
    alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    post = post_by(alice)
    now = timezone.now()
    Impression.objects.bulk_create(
        Impression(
            viewer=f"visit:{n}",
            post=post,
            day=(now - dt.timedelta(days=n % 8)).date(),
            traits=list(one.traits),
            watched=0.9 if one.success else 0.1,
            created=now - dt.timedelta(days=n % 8),
        )
        for n, one in enumerate(lived())
    )
    call_command("train_ranker", "--dry-run")
    assert json.loads(capsys.readouterr().out)["used"] is False
    assert selectors.weights_now() == PRIOR
    call_command("train_ranker")
    told = json.loads(capsys.readouterr().out)
    row = Ranker.objects.get()
    assert row.active is told["used"]
    assert row.weights == told["weights"]

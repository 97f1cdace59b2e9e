"""Where a clip stands and how long that takes, in numbers and in words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from avatarfx import selectors
from avatarfx.line import paces, places
from avatarfx.line.paces import Pace, Span
from avatarfx.models import Clip, Render
from avatarfx.services import leases
from avatarfx.tests.lines import claimed, lease_of, queue_up
from socialapp.jobs.backends import inline
from socialapp.jobs.queue import BackendDownError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

pytestmark = pytest.mark.database

EXACT = Pace({"": Span(1.0, 1.0, 1.0)})
"""A clip of two seconds takes 3.5: two, and what each clip takes."""


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Who works is asked in each test."""
    monkeypatch.setattr(paces, "_asked", None)
    yield
    paces._asked = None


def place(clip: Clip) -> int | None:
    return places.standing(clip, EXACT).place


def made(clip: Clip, rung: str, took: float, lasted: float = 4.0) -> None:
    """A render of `clip` that ended just now."""
    Clip.objects.filter(pk=clip.pk).update(rung=rung, seconds=lasted, state="ready")
    now = timezone.now()
    Render.objects.create(
        clip=clip,
        fence=1,
        worker="far:1",
        started=now - timedelta(seconds=took),
        ended=now,
        outcome="ready",
    )


def test_a_place_is_the_number_of_claims_until_then(
    alice: User, bob: User, hob: Character
) -> None:
    clips = queue_up(alice, hob, 5) + queue_up(bob, hob, 2)
    clips += queue_up(bob, hob, 3, lane="later")
    said = {clip.pk: place(clip) for clip in clips}
    assert [said[pk] for pk in claimed(10)] == list(range(1, 11))


def test_whoever_comes_beside_a_long_line_of_another_is_told_a_short_wait(
    alice: User, bob: User, hob: Character
) -> None:
    *_, last = queue_up(alice, hob, 40)
    (his,) = queue_up(bob, hob)
    standings = places.standings([last, his], EXACT)
    assert standings[his.pk].place == 2
    assert standings[last.pk].place == 41
    assert standings[his.pk].left == Span(7.0, 7.0, 7.0)


def test_asking_for_many_is_asking_for_each(
    alice: User, bob: User, hob: Character
) -> None:
    clips = queue_up(alice, hob, 4) + queue_up(bob, hob, 2, lane="later")
    clips += queue_up(bob, hob, aim="still")
    claimed(1)
    for clip in clips:
        clip.refresh_from_db()
    together = places.standings(clips, EXACT)
    for clip in clips:
        assert together[clip.pk] == places.standing(clip, EXACT)


def test_two_hands_halve_the_wait(alice: User, hob: Character) -> None:
    *_, last = queue_up(alice, hob, 5)
    one = places.standing(last, EXACT).left
    two = places.standing(last, Pace(EXACT.rates, hands=2)).left
    assert one
    assert two
    assert (one.usual, two.usual) == (5 * 3.5, 2 * 3.5 + 3.5)


def test_with_a_hand_free_nobody_waits_for_what_is_being_made(
    alice: User, hob: Character
) -> None:
    _, second = queue_up(alice, hob, 2)
    claimed(1)
    left = places.standing(second, Pace(EXACT.rates, hands=2)).left
    assert left
    assert left.usual == 3.5


def test_a_lower_rung_is_expected_where_the_last_clip_ended_on_it(
    alice: User, hob: Character
) -> None:
    assert paces.aim_of(hob) == "full"
    (clip,) = queue_up(alice, hob)
    assert hob.portrait
    clip.actors.create(seat="a", character=hob, portrait=hob.portrait)
    made(clip, "still", 2.0)
    assert paces.aim_of(hob) == "still"
    hob.portrait = None
    assert paces.aim_of(hob) == "full"


def test_each_rung_has_a_pace_of_its_own(alice: User, hob: Character) -> None:
    clips = queue_up(alice, hob, 8)
    for number, clip in enumerate(clips):
        made(clip, "full" if number % 2 else "still", 21.5 if number % 2 else 3.5)
    pace = paces.learn()
    assert pace.work("full", 4.0).usual == pytest.approx(21.5, abs=0.01)
    assert pace.work("still", 4.0).usual == pytest.approx(3.5, abs=0.01)
    assert pace.rates["captions" if "captions" in pace.rates else ""].usual > 0.5


def test_few_renders_make_a_wide_guess_and_many_alike_a_narrow_one(
    alice: User, hob: Character
) -> None:
    clips = queue_up(alice, hob, 6)
    made(clips[0], "full", 21.5)
    assert paces.learn().rates["full"].high > 3 * paces.learn().rates["full"].low
    for clip in clips[1:]:
        made(clip, "full", 21.5)
    rate = paces.learn().rates["full"]
    assert rate.high == pytest.approx(rate.low, rel=0.01)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (None, ""),
        (Span(1, 2, 4), "a moment"),
        (Span(8, 9, 10), "about 9 seconds"),
        (Span(35, 38, 42), "about 40 seconds"),
        (Span(20, 40, 80), "20 to 80 seconds"),
        (Span(60, 118, 240), "1 to 4 minutes"),
        (Span(110, 118, 125), "about 2 minutes"),
        (Span(50, 95, 200), "1 to 4 minutes"),
        (Span(7000, 7200, 7300), "about 2 hours"),
        (Span(3600, 10_000, 20_000), "1 to 6 hours"),
    ],
)
def test_a_wait_is_told_as_surely_as_it_is_known(span: Span | None, words: str) -> None:
    assert places.in_words(span) == words


def test_while_nobody_renders_no_time_is_promised(
    alice: User, hob: Character, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clip,) = queue_up(alice, hob)
    monkeypatch.setattr(inline, "workers", lambda _: 0)
    told = selectors.progress_of(clip)
    assert (told["place"], told["eta_seconds"], told["eta_range"]) == (1, None, None)
    assert told["eta_words"] == "unknown: nobody renders at the moment"


def test_with_redis_away_one_worker_is_taken_to_be_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def down(_: str) -> int:
        raise BackendDownError("away")

    monkeypatch.setattr(inline, "workers", down)
    assert paces.hands() == 1


def test_what_is_left_of_a_render_shrinks_with_it(alice: User, hob: Character) -> None:
    (clip,) = queue_up(alice, hob)
    claimed(1)
    leases.beat(lease_of(clip), stage="movement", percent=50)
    clip.refresh_from_db()
    left = places.standing(clip, EXACT).left
    assert left
    assert left.usual == pytest.approx(1.75)


def test_a_place_costs_as_many_queries_in_a_long_line_as_in_a_short_one(
    alice: User, bob: User, hob: Character
) -> None:
    (clip,) = queue_up(bob, hob)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as caught:
            selectors.progress_of(clip)
        counts.append(len(caught))
        queue_up(alice, hob, 30)
    assert counts[0] == counts[1]

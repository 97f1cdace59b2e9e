"""Whose turn it is: people in turns, two lanes, what a worker can do, batches."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from avatarfx import selectors, services
from avatarfx.abilities import ANY, Abilities
from avatarfx.line import turns
from avatarfx.models import Clip, Render
from avatarfx.services import leases
from avatarfx.tests.conftest import make_character
from avatarfx.tests.lines import claimed, lease_of, queue_up
from avatarfx.tests.worker_rows import listed
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from pytest_django import Settings

    from socialapp.characters.models import Character

pytestmark = pytest.mark.database


def hungry(engines: dict[str, Any], megabytes: int) -> dict[str, Any]:
    warp = engines["animator"]["warp"] | {"MEMORY_MB": megabytes}
    return engines | {"animator": engines["animator"] | {"warp": warp}}


PLAIN = Abilities(rungs=frozenset({"sway", "still"}), memory_mb=2000)


def numbers(clips: list[Clip]) -> list[int]:
    return [clip.pk for clip in clips]


def test_beside_500_clips_of_one_person_another_starts_within_two_slots(
    alice: User, bob: User, hob: Character
) -> None:
    queue_up(alice, hob, 500)
    claimed(3)
    (his,) = queue_up(bob, make_character(bob))
    assert his.pk in claimed(2)


def test_people_take_turns(alice: User, bob: User, hob: Character) -> None:
    hers, his = queue_up(alice, hob, 3), queue_up(bob, hob, 3)
    pairs = zip(numbers(hers), numbers(his), strict=True)
    assert claimed(6) == list(chain.from_iterable(pairs))


def test_asking_for_one_after_another_is_no_way_around_the_turns(
    alice: User, bob: User, hob: Character
) -> None:
    hers = numbers(queue_up(alice, hob, 6))
    claimed(2)
    got = []
    for _ in range(6):
        queue_up(bob, hob)
        got += claimed(2)
    assert [pk in hers for pk in got].count(True) >= 4


def test_who_used_many_turns_before_is_not_made_to_wait_for_them_later(
    alice: User, bob: User, hob: Character
) -> None:
    queue_up(alice, hob, 20)
    claimed(20)
    queue_up(bob, hob, 20)
    (hers,) = queue_up(alice, hob)
    assert hers.pk in claimed(3)


def test_who_waits_goes_before_the_background_which_never_starves(
    alice: User, bob: User, hob: Character
) -> None:
    background = numbers(queue_up(bob, hob, 3, lane="later"))
    queue_up(alice, hob, 12)
    got = claimed(15)
    stood = [n for n, pk in enumerate(got) if pk in background]
    assert stood == [turns.PATIENCE, 2 * turns.PATIENCE + 1, 3 * turns.PATIENCE + 2]


def test_what_was_claimed_before_the_background_came_did_not_pass_it_by(
    alice: User, bob: User, hob: Character
) -> None:
    queue_up(alice, hob, 6)
    claimed(5)
    (later,) = queue_up(bob, hob, lane="later")
    assert claimed(2)[1] == later.pk


def test_a_worker_is_not_given_what_it_cannot_do(
    alice: User, bob: User, hob: Character
) -> None:
    (first,) = queue_up(alice, hob, needs=",warp,")
    (second,) = queue_up(bob, hob, needs=",sway,")
    assert claimed(2, can=PLAIN) == [second.pk]
    able = Abilities(rungs=PLAIN.rungs | {"warp"}, memory_mb=2000)
    assert claimed(2, can=able) == [first.pk]


def test_a_worker_is_given_no_film_that_its_memory_does_not_hold(
    alice: User, hob: Character
) -> None:
    (long,) = queue_up(alice, hob, lasts=60.0)
    (short,) = queue_up(alice, hob, lasts=10.0)
    small = Abilities(rungs=frozenset({ANY}), memory_mb=1000)
    assert claimed(2, can=small) == [short.pk]
    assert claimed(1) == [long.pk]


def test_nor_one_that_needs_a_hungry_animator(
    alice: User, hob: Character, settings: Settings
) -> None:
    settings.ENGINES = hungry(settings.ENGINES, 9000)
    (clip,) = queue_up(alice, hob, needs=",warp,")
    able = Abilities(rungs=frozenset({"warp"}), memory_mb=8000)
    assert claimed(1, can=able) == []
    assert claimed(1, can=replace(able, memory_mb=9000)) == [clip.pk]


def test_a_clip_that_no_worker_can_make_says_what_is_lacking(
    alice: User, hob: Character
) -> None:
    (long,) = queue_up(alice, hob, lasts=60.0)
    (odd,) = queue_up(alice, hob, needs=",sway,")
    (plain,) = queue_up(alice, hob)
    listed("near:1", abilities=Abilities(frozenset({"warp"}), 1000).to_json())
    told = {one["key"]: one for one in selectors.progress_of_all([long, odd, plain])}
    assert told[long.key]["eta_words"] == (
        "unknown: it takes 1,480 MB of memory, and none that runs has over 1,000"
    )
    assert told[odd.key]["eta_words"] == "unknown: none that runs has sway"
    assert told[plain.key]["eta_seconds"] > 0


def test_a_house_whose_workers_all_drain_promises_no_time(
    alice: User, hob: Character
) -> None:
    (clip,) = queue_up(alice, hob)
    listed("near:1", draining=True)
    assert selectors.progress_of(clip)["eta_seconds"] is None


def test_what_a_clip_needs_is_written_down_with_it(alice: User, hob: Character) -> None:
    clip = services.request_clip(
        owner=alice, character=hob, script="Good evening.", needs=("warp", "sway")
    )
    assert claimed(can=PLAIN) == []
    assert clip.as_recipe().needs == ("sway", "warp")
    with pytest.raises(services.NotNowError, match="no animator named loom"):
        services.request_clip(
            owner=alice, character=hob, script="Good evening.", needs=("loom",)
        )


def test_a_batch_is_of_one_kind_and_people_take_turns_in_it(
    alice: User, bob: User, hob: Character
) -> None:
    hers = numbers(queue_up(alice, hob, 5))
    queue_up(alice, hob, shape="1:1")
    his = numbers(queue_up(bob, hob, 1, aim="still")), numbers(queue_up(bob, hob, 2))
    batch = leases.claim_batch(worker="far:1", most=4)
    assert numbers(batch) == [hers[0], hers[1], his[1][0], hers[2]]
    assert {clip.fence for clip in batch} == {1}
    assert Render.objects.count() == 4


def test_of_clips_that_are_made_at_once_each_has_its_part_of_the_memory(
    alice: User, hob: Character
) -> None:
    first, long, second = (
        queue_up(alice, hob, lasts=lasts)[0] for lasts in (10.0, 60.0, 10.0)
    )
    able = Abilities(rungs=frozenset({ANY}), memory_mb=2000, batch=4, at_once=2)
    claim = partial(leases.claim_batch, worker="far:1", can=able, most=4)
    assert numbers(claim()) == numbers([first, second])
    assert numbers(claim()) == [long.pk], "it is made alone"
    one_by_one = replace(able, at_once=1)
    again = [queue_up(alice, hob, lasts=lasts)[0] for lasts in (10.0, 60.0)]
    assert numbers(claim(can=one_by_one)) == numbers(again)


def test_one_that_was_tried_before_is_claimed_alone(
    alice: User, hob: Character
) -> None:
    first, second, third = queue_up(alice, hob, 3)
    Clip.objects.filter(pk=second.pk).update(attempts=1)
    batches = [numbers(leases.claim_batch(worker="far:1", most=4)) for _ in range(3)]
    assert batches == [[first.pk, third.pk], [second.pk], []]


def test_a_batch_may_be_smaller_than_was_asked_for(alice: User, hob: Character) -> None:
    queue_up(alice, hob, 2)
    assert len(leases.claim_batch(worker="far:1", most=8)) == 2
    assert leases.claim_batch(worker="far:1", most=8) == []


def test_a_lost_clip_keeps_its_turn(alice: User, hob: Character) -> None:
    first, second, _ = queue_up(alice, hob, 3)
    assert claimed(1) == [first.pk]
    services.reconcile(lost="far:1")
    assert claimed(2) == [first.pk, second.pk]


def test_one_that_is_tried_again_waits_for_a_new_turn(
    alice: User, bob: User, hob: Character
) -> None:
    first, second = queue_up(alice, hob, 2)
    claimed(1)
    leases.fail(lease_of(first), "No.", permanent=True)
    services.retry_clip(clip=first)
    assert claimed(2) == [second.pk, first.pk]


def test_who_cancels_moves_up_and_nobody_else_back(
    alice: User, bob: User, hob: Character
) -> None:
    hers, his = queue_up(alice, hob, 4), queue_up(bob, hob, 4)
    before = numbers(list(turns.waiting("now").filter(owner=bob)))
    services.cancel_clip(clip=hers[0])
    assert numbers(list(turns.waiting("now").filter(owner=bob))) == before
    assert claimed(2) == [hers[1].pk, his[0].pk]


def test_what_was_cancelled_is_not_held_against_its_owner(
    alice: User, bob: User, hob: Character
) -> None:
    for clip in queue_up(alice, hob, 10):
        services.cancel_clip(clip=clip)
    queue_up(bob, hob, 3)
    (clip,) = queue_up(alice, hob)
    assert clip.pk in claimed(2)


def test_the_claim_reads_the_head_of_an_index(alice: User, hob: Character) -> None:
    queue_up(alice, hob, 3)
    with CaptureQueriesContext(connection) as caught:
        assert claimed(1)
    if connection.vendor != "sqlite":
        return
    (head,) = [
        query["sql"]
        for query in caught.captured_queries
        if 'ORDER BY "avatarfx_clip"."turn"' in query["sql"]
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {head}")
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "clip_line" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_once_never_share_a_clip() -> None:
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    queue_up(alice, make_character(alice), 12)
    got: list[int] = []
    barrier = threading.Barrier(4)

    def work(name: str) -> None:
        barrier.wait()
        try:
            while clips := leases.claim_batch(worker=name, most=2):
                got.extend(numbers(clips))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(f"far:{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever found every row locked came back later in a house; the line is empty.
    got += claimed(12)
    assert len(got) == len(set(got)) == 12

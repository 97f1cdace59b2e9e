"""Clips of a batch that are made at the same time: each ends by itself."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError

from avatarfx import budgets, encode, memory, services
from avatarfx.abilities import Abilities
from avatarfx.line import paces
from avatarfx.models import Clip, Render
from avatarfx.services import abreast, leases, rendering, workers
from avatarfx.services import minder as minding
from avatarfx.tests.conftest import make_character
from avatarfx.tests.test_residents import CAN, _forked, line_of, queue, states
from avatarfx.tests.worker_rows import listed
from socialapp.accounts.models import User
from socialapp.engines import devices
from socialapp.engines.errors import EngineError
from socialapp.jobs import horse
from socialapp.jobs.backends import rq

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from avatarfx.tests.conftest import Troupe

    Whose = Callable[[], Clip]

__all__ = ["queue"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

TWO = replace(CAN, at_once=2)
WAIT = 30.0


@pytest.fixture
def resident(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process takes four clips at once and makes two of them at the same time."""
    monkeypatch.setattr(horse, "resident", lambda: True)
    monkeypatch.setattr(workers, "abilities", lambda: TWO)


@pytest.fixture
def alice(transactional_db: None, queue: None) -> User:
    """Nobody works for her but whom a test tells to."""
    return User.objects.create_user("alice", "alice@example.com", "a secret of hers")


@pytest.fixture
def whose(monkeypatch: pytest.MonkeyPatch) -> Whose:
    """Tells which clip the thread that asks is making."""
    here = threading.local()
    attempt = rendering._attempt

    def noted(clip: Clip, **options: Any) -> None:
        here.clip = clip
        attempt(clip, **options)

    monkeypatch.setattr(rendering, "_attempt", noted)
    return lambda: here.clip


def met(then: Callable[[int], object] = lambda _: None) -> Callable[[int], None]:
    """An `at_frame` before whose first frame two clips wait for each other."""
    both = threading.Barrier(2, timeout=WAIT)

    def at_frame(number: int) -> None:
        if number == 0:
            both.wait()
        then(number)

    return at_frame


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_two_are_made_at_once_and_two_after_them(
    resident: None, troupe: Troupe, alice: User
) -> None:
    clips = line_of(alice, make_character(alice), 4)
    seen = list[list[str]]()
    troupe.full.at_frame = met(lambda n: seen.append(states(clips)) if n == 0 else None)
    assert rendering.render_next() == 4
    assert states(clips) == ["ready"] * 4
    assert ["ready", "ready", "rendering", "rendering"] in seen
    assert not [t for t in threading.enumerate() if t.name.startswith("attempt-")]
    traces = Render.objects.values_list("trace", flat=True)
    beside = [e["beside"] for trace in traces for e in trace if e["name"] == "movement"]
    assert beside == [1] * 4
    assert abreast.others() == 0


def test_an_error_in_one_leaves_the_other_whole(
    resident: None, troupe: Troupe, alice: User, whose: Whose
) -> None:
    clips = line_of(alice, make_character(alice), 2)

    def breaks(number: int) -> None:
        if number == 2 and whose() == clips[0]:
            raise OSError("gone")

    troupe.full.at_frame = met(breaks)
    assert rendering.render_next() == 2
    assert states(clips) == ["queued", "ready"]


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Minders look often."""
    monkeypatch.setattr(minding, "NEWS_SECONDS", 0.02)
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.05)


def test_one_that_is_cancelled_stops_and_the_other_goes_on(
    resident: None, brisk: None, troupe: Troupe, alice: User, whose: Whose
) -> None:
    clips = line_of(alice, make_character(alice), 2)
    drawn = list[int]()

    def cancel(number: int) -> None:
        if whose() != clips[0]:
            return
        drawn.append(number)
        if number == 1:
            services.cancel_clip(clip=clips[0])
        if number > 1:
            time.sleep(0.1)

    troupe.full.at_frame = met(cancel)
    assert rendering.render_next() == 2
    assert states(clips) == ["cancelled", "ready"]
    whole = round((Clip.objects.get(pk=clips[1].pk).seconds or 0) * 25)
    assert len(drawn) < whole


def test_one_whose_lease_was_given_away_is_fenced_off_and_the_other_is_not(
    resident: None, troupe: Troupe, alice: User, whose: Whose
) -> None:
    clips = line_of(alice, make_character(alice), 2)
    last = threading.Event()

    def lose(number: int) -> None:
        if number == 1 and whose() == clips[0]:
            # Another worker claims it; nobody here notices before the end.
            Clip.objects.filter(pk=clips[0].pk).update(fence=7, worker="other:1")
            last.set()

    troupe.full.at_frame = met(lose)
    rendering.render_next()
    assert last.is_set()
    assert states(clips) == ["rendering", "ready"]
    lost = Clip.objects.get(pk=clips[0].pk)
    assert (lost.worker, lost.video) == ("other:1", "")


def test_each_keeps_its_own_lease(
    resident: None, brisk: None, troupe: Troupe, alice: User, whose: Whose
) -> None:
    clips = line_of(alice, make_character(alice), 2)

    def let_it_run_out(number: int) -> None:
        if number == 1:
            mine = Clip.objects.filter(pk=whose().pk)
            mine.update(leased_until=None)
            until(lambda: mine.get().leased_until is not None)

    troupe.full.at_frame = met(let_it_run_out)
    assert rendering.render_next() == 2
    assert states(clips) == ["ready"] * 2


def test_told_to_stop_it_ends_both_and_gives_back_what_waits(
    resident: None, troupe: Troupe, alice: User
) -> None:
    clips = line_of(alice, make_character(alice), 4)
    troupe.full.at_frame = met(lambda _: workers.stop())
    try:
        assert rendering.render_next() == 2
    finally:
        workers.leave()
        workers._me.stopping = False
    assert states(clips) == ["ready", "ready", "queued", "queued"]
    assert [Clip.objects.get(pk=clip.pk).attempts for clip in clips] == [1, 1, 0, 0]


def test_a_device_that_is_lost_lets_both_end_and_nothing_begin(
    resident: None,
    troupe: Troupe,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[bool] = []
    monkeypatch.setattr(horse, "end", lambda: ended.append(True))
    clips = line_of(alice, make_character(alice), 3)

    def lose(_: int) -> None:
        devices.lose("cuda", "The graphics card stopped answering.")
        raise EngineError("The graphics card stopped answering.")

    troupe.full.at_frame = met(lose)
    try:
        assert rendering.render_next() == 2
    finally:
        devices.forget()
    assert ended == [True]
    assert states(clips) == ["ready", "ready", "queued"]
    assert {Clip.objects.get(pk=clip.pk).rung for clip in clips[:2]} == {"simple"}
    assert Clip.objects.get(pk=clips[2].pk).attempts == 0


def test_a_database_that_goes_is_told_when_the_other_has_ended(
    resident: None,
    troupe: Troupe,
    alice: User,
    whose: Whose,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clips = line_of(alice, make_character(alice), 2)
    finish = leases.finish

    def gone(lease: leases.Lease, **result: Any) -> bool:
        if lease.clip_id == clips[0].pk:
            raise OperationalError("the database is away")
        return finish(lease, **result)

    def away(*_: Any, **__: Any) -> bool:
        raise OperationalError("the database is away")

    monkeypatch.setattr(leases, "finish", gone)
    monkeypatch.setattr(leases, "fail", away)
    troupe.full.at_frame = met()
    with pytest.raises(OperationalError):
        rendering.render_next()
    assert states(clips) == ["rendering", "ready"]
    assert abreast.others() == 0


def test_one_that_hangs_takes_the_process_along_and_not_the_others_attempts(
    troupe: Troupe,
    alice: User,
    whose: Whose,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clips = line_of(alice, make_character(alice), 3)
    flag, pids = tmp_path / "hung", tmp_path / "pids"
    real, look = encode.Writer._encode, minding.Minder._end_if_stuck

    def encoding(writer: encode.Writer) -> None:
        # The encoder's own thread is no attempt's; its folder says whose it is.
        if f"clip-{clips[0].pk}-" not in str(writer._path):
            return real(writer)
        try:
            flag.touch(exist_ok=False)
        except FileExistsError:
            return real(writer)
        ctypes.CDLL(None).sleep(300)
        raise AssertionError("It slept to its end.")

    def minding_it(minder: minding.Minder) -> None:
        if flag.exists() and minder.lease.clip_id == clips[0].pk:
            minder._clock._budgets = {"movement": (0.5, 0.0)}
        look(minder)

    def waits(number: int) -> None:
        """The second is in the middle of its film when the first is ended."""
        first = len(pids.read_text().split()) == 1
        while first and number == 3 and whose() == clips[1]:
            time.sleep(0.1)

    monkeypatch.setattr(encode.Writer, "_encode", encoding)
    monkeypatch.setattr(minding.Minder, "_end_if_stuck", minding_it)
    troupe.full.at_frame = waits

    def work() -> None:
        with pids.open("a") as file:
            file.write(f"{os.getpid()}\n")
        workers.join(queue="cpu", resident=True)
        workers._me.can = TWO
        rq.work("cpu", burst=True, resident=True)

    assert _forked(work) == 1
    assert flag.exists()
    assert states(clips) == ["queued"] * 3
    attempts = [Clip.objects.get(pk=clip.pk).attempts for clip in clips]
    assert attempts == [1, 0, 0], "the others of its batch had no part in it"
    assert _forked(work) == 0
    assert states(clips) == ["ready"] * 3


def test_after_a_kill_whoever_was_there_is_made_alone(
    troupe: Troupe, alice: User, tmp_path: Path
) -> None:
    clips = line_of(alice, make_character(alice), 3)
    flag = tmp_path / "killed"

    def kill(number: int) -> None:
        if number == 2 and not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    troupe.full.at_frame = kill

    def work() -> None:
        workers.join(queue="cpu", resident=True)
        workers._me.can = TWO
        rq.work("cpu", burst=True, resident=True)

    assert _forked(work) == -signal.SIGKILL
    assert states(clips) == ["rendering"] * 3
    assert services.reconcile()["returned"] == 3
    late = line_of(alice, make_character(alice), 1)
    for clip in clips:
        (alone,) = leases.claim_batch(worker="me:1", can=TWO, most=4)
        assert alone == clip
        leases.fail(
            leases.Lease(alone.pk, alone.fence), "It was this one.", permanent=True
        )
    assert leases.claim_batch(worker="me:1", can=TWO, most=4) == late


def test_whoever_began_last_gives_way_when_memory_is_short(
    troupe: Troupe, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [1000]
    monkeypatch.setattr(memory, "resident_mb", lambda: held[0])
    first, last = (
        minding.Minder(leases.Lease(n, 1), alice.pk, most_mb=100) for n in (1, 2)
    )
    monkeypatch.setattr(minding.Minder, "_mind", lambda _: None)

    def told() -> list[bool]:
        found = []
        for one in (first, last):
            one._too_large = False
            one.weigh()
            found.append(one._too_large)
        return found

    with first:
        held[0] = 1101
        assert told()[0]
        with last:
            assert told() == [False, False], "there are two now"
            held[0] = 1201
            assert told() == [False, True]
        assert told()[0]


def test_each_may_take_as_many_times_as_long() -> None:
    clock = budgets.Clock({"movement": (10.0, 0.0)}, shared_by=3)
    alone = budgets.Clock({"movement": (10.0, 0.0)})
    for one in (clock, alone):
        one.start("movement", 1.0)
        stage, seconds, began = one._now
        one._now = (stage, seconds, began - 25)
    assert not clock.overdue()
    assert alone.overdue()


def test_the_line_knows_how_many_hands_a_worker_has(alice: User) -> None:
    listed("here:1", abilities=Abilities(frozenset({"warp"}), 4000, batch=4, at_once=3).to_json())  # fmt: skip
    listed("here:2")
    assert paces.learn().hands == 4


def test_a_guard_rests_when_nobody_minds_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(horse, "_minding", set())
    horse.beat()
    other = threading.Thread(target=horse.beat)
    other.start()
    other.join()
    horse.rest()
    assert horse.silent_seconds() > 0, "another thread still minds something"
    rest = threading.Thread(target=horse.rest)
    horse._minding.clear()
    rest.start()
    rest.join()
    assert horse.silent_seconds() == 0

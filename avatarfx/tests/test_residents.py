"""Workers that render in their own process: batches, ends, and a real one."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings

from avatarfx import encode, services
from avatarfx.abilities import Abilities
from avatarfx.models import Clip, RenderWorker
from avatarfx.services import claimed, leases, rendering, workers
from avatarfx.tests.conftest import make_character
from avatarfx.tests.engines import breaks_at
from socialapp.accounts.models import User
from socialapp.engines import devices
from socialapp.engines.errors import EngineError
from socialapp.jobs import horse
from socialapp.jobs.backends import rq
from socialapp.lib import redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django import Settings

    from avatarfx.tests.conftest import Troupe
    from socialapp.characters.models import Character

pytestmark = [pytest.mark.django_db, pytest.mark.database]

CAN = Abilities(frozenset({"warp", "sway", "still"}), memory_mb=2000, batch=4)


@pytest.fixture
def resident(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process takes four clips at once."""
    monkeypatch.setattr(horse, "resident", lambda: True)
    monkeypatch.setattr(workers, "abilities", lambda: CAN)


def line_of(owner: User, character: Character, count: int = 3) -> list[Clip]:
    return [
        services.request_clip(owner=owner, character=character, script=f"Line {n}.")
        for n in range(count)
    ]


def states(clips: list[Clip]) -> list[str]:
    return [Clip.objects.get(pk=clip.pk).state for clip in clips]


def test_a_batch_is_claimed_at_once_and_made_in_its_order(
    resident: None, troupe: Troupe, alice: User, hob: Character
) -> None:
    clips = line_of(alice, hob)
    seen = list[list[str]]()
    troupe.full.at_frame = lambda n: seen.append(states(clips)) if n == 0 else None
    assert rendering.render_next() == 3
    assert seen[0] == ["rendering"] * 3
    assert seen[1] == ["ready", "rendering", "rendering"]
    assert states(clips) == ["ready"] * 3
    assert rendering.render_next() == 0


def test_a_worker_that_forks_claims_one(
    troupe: Troupe, alice: User, hob: Character, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "abilities", lambda: CAN)
    clips = line_of(alice, hob)
    assert rendering.render_next() == 1
    assert states(clips) == ["ready", "queued", "queued"]


def test_an_error_in_one_clip_leaves_the_others_alive(
    resident: None, troupe: Troupe, alice: User, hob: Character
) -> None:
    clips = line_of(alice, hob)
    begun = list[int]()

    def second_breaks(number: int) -> None:
        if number == 0:
            begun.append(1)
        if len(begun) == 2:
            breaks_at(0, OSError("gone"))(0)

    troupe.full.at_frame = second_breaks
    rendering.render_next()
    assert states(clips) == ["ready", "queued", "ready"]


def test_a_clip_that_is_cancelled_before_its_turn_is_never_begun(
    resident: None, troupe: Troupe, alice: User, hob: Character
) -> None:
    clips = line_of(alice, hob)

    def cancel(number: int) -> None:
        if number == 0 and Clip.objects.get(pk=clips[1].pk).state == "rendering":
            services.cancel_clip(clip=clips[1])

    troupe.full.at_frame = cancel
    assert rendering.render_next() == 2
    assert states(clips) == ["ready", "cancelled", "ready"]
    assert len(troupe.voice.spoken) == 2


def test_a_worker_that_is_told_to_stop_gives_back_what_it_has_not_begun(
    resident: None, troupe: Troupe, alice: User, hob: Character
) -> None:
    clips = line_of(alice, hob)
    before = Clip.objects.get(pk=clips[1].pk).queued_at
    troupe.full.at_frame = lambda _: workers.stop()
    try:
        assert rendering.render_next() == 1
    finally:
        workers.leave()
        workers._me.stopping = False
    assert states(clips) == ["ready", "queued", "queued"]
    second = Clip.objects.get(pk=clips[1].pk)
    assert (second.attempts, second.worker, second.leased_until) == (0, "", None)
    assert second.queued_at == before, "its place in line stays"
    assert second.renders.get().outcome == "returned"


def test_a_process_that_must_end_gives_back_the_rest_of_its_batch_first(
    resident: None,
    troupe: Troupe,
    alice: User,
    hob: Character,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clips = line_of(alice, hob)
    ended = list[list[str]]()
    monkeypatch.setattr(os, "_exit", lambda _: ended.append(states(clips)))
    with claimed.Batch(leases.claim_batch(worker="me:1", can=CAN, most=3)) as batch:
        hung, beside = batch.begin(), batch.begin()
        assert hung
        assert beside
        leases.fail(leases.Lease(hung.pk, hung.fence), "It hung.", permanent=False)
        horse.end()
    assert ended == [["queued"] * 3]
    assert not horse._wills
    attempts = [Clip.objects.get(pk=clip.pk).attempts for clip in clips]
    assert attempts == [1, 0, 0], "the others had no part in it"


@pytest.mark.django_db(transaction=True)
def test_the_leases_of_those_that_wait_are_kept(
    queue: None, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.05)
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    line_of(alice, make_character(alice), 2)
    mine = leases.claim_batch(worker="me:1", can=CAN, most=2)
    with claimed.Batch(mine) as batch:
        batch.begin()
        Clip.objects.filter(pk=mine[1].pk).update(leased_until=None)
        until = time.monotonic() + 20
        while Clip.objects.get(pk=mine[1].pk).leased_until is None:
            assert time.monotonic() < until
            time.sleep(0.02)
    assert Clip.objects.get(pk=mine[1].pk).state == "queued"


GUARDED = """
import ctypes, threading, time
from socialapp.jobs import horse
horse.settle(guard_seconds=1.0)
assert horse.resident() and horse.disposable()
horse.beat()
print("held", flush=True)
ctypes.PyDLL(None).sleep(60)
"""


def test_what_holds_the_interpreter_s_lock_cannot_keep_a_resident_process() -> None:
    child = subprocess.run(
        [sys.executable, "-c", GUARDED],
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert child.stdout == "held\n"
    assert child.returncode == 1
    assert "Timeout" in child.stderr


@pytest.fixture
def queue(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """A Redis of the test's own, and jobs that go there."""
    binary = redis_server.find()
    if binary is None:
        pytest.skip("This machine has no Redis server")
    sock, folder = tmp_path / "redis.sock", tmp_path / "redis"
    redis_server.prepare(sock, folder)
    argv = redis_server.arguments(binary, sock=sock, folder=folder)
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while not redis_server.answers(sock):
        assert time.monotonic() < until
        time.sleep(0.02)
    settings.REDIS_URL = f"unix://{sock}"
    settings.JOBS = {"BACKEND": "socialapp.jobs.backends.rq"}
    yield
    process.kill()
    process.wait()


def _forked(work: Callable[[], object]) -> int:
    """The exit code of a process in which `work` is done."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:
            os._exit(70)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.django_db(transaction=True)
def test_a_resident_worker_renders_without_a_fork_and_ends_when_it_hangs(
    queue: None, troupe: Troupe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that hangs is ended from inside; the next one makes all clips."""
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(rq, "LOOK_SECONDS", 1)
    flag, pids = tmp_path / "hung", tmp_path / "pids"
    real = encode.Writer._encode

    def encoding(writer: encode.Writer) -> None:
        with pids.open("a") as file:
            file.write(f"{os.getpid()}\n")
        try:
            flag.touch(exist_ok=False)
        except FileExistsError:
            return real(writer)
        django_settings.STAGE_BUDGETS["movement"] = (1.0, 0.0)  # of this process alone
        ctypes.CDLL(None).sleep(300)
        raise AssertionError("It slept to its end.")

    monkeypatch.setattr(encode.Writer, "_encode", encoding)
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    clips = line_of(alice, make_character(alice))

    def work() -> None:
        workers.join(queue="cpu", resident=True)
        workers._me.can = CAN
        rq.work("cpu", burst=True, resident=True)

    assert _forked(work) == 1
    assert flag.exists()
    attempts = [Clip.objects.get(pk=clip.pk).attempts for clip in clips]
    assert attempts == [1, 0, 0], "the others of its batch had no part in it"
    assert states(clips) == ["queued"] * 3
    assert _forked(work) == 0
    assert states(clips) == ["ready"] * 3
    first, *rest = pids.read_text().split()
    assert len(rest) >= 3
    assert len(set(rest)) == 1, "all in one process"
    assert first not in rest
    assert services.reconcile()["returned"] == 0


@pytest.mark.django_db(transaction=True)
def test_sigterm_lets_a_resident_worker_end_the_clip_that_it_makes(
    queue: None, troupe: Troupe, tmp_path: Path
) -> None:
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    clips = line_of(alice, make_character(alice))
    troupe.full.at_frame = lambda n: (
        os.kill(os.getpid(), signal.SIGTERM) if n == 2 else None
    )

    def work() -> None:
        workers.join(queue="cpu", resident=True)
        workers._me.can = CAN
        rq.work("cpu", resident=True)

    assert _forked(work) == 0
    assert states(clips) == ["ready", "queued", "queued"]
    assert not RenderWorker.objects.exists(), "it left the list"


@pytest.mark.django_db(transaction=True)
def test_a_drained_worker_leaves_its_queue_alone(queue: None, troupe: Troupe) -> None:
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    clips = line_of(alice, make_character(alice), 1)
    for draining, state in ((True, "queued"), (False, "ready")):
        workers.join(queue="cpu", resident=False)
        workers.drain(workers=RenderWorker.objects.all(), draining=draining)
        rq.work("cpu", burst=True)
        assert states(clips) == [state]


def test_a_worker_whose_card_is_lost_ends_what_it_began_and_returns_the_rest(
    resident: None,
    troupe: Troupe,
    alice: User,
    hob: Character,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[bool] = []
    monkeypatch.setattr(horse, "end", lambda: ended.append(True))
    clips = line_of(alice, hob)
    first = troupe.full.animate

    def lose(*args: object, **kwargs: object) -> object:
        devices.lose("cuda", "The graphics card stopped answering.")
        raise EngineError("The graphics card stopped answering.")

    monkeypatch.setattr(troupe.full, "animate", lose)
    try:
        assert rendering.render_next() == 1
    finally:
        devices.forget()
    assert ended == [True]
    assert states(clips) == [Clip.State.READY, Clip.State.QUEUED, Clip.State.QUEUED]
    clips[0].refresh_from_db()
    assert clips[0].rung == "simple"
    assert "stopped answering" in clips[0].rung_reason
    assert Clip.objects.get(pk=clips[1].pk).attempts == 0
    monkeypatch.setattr(troupe.full, "animate", first)
    assert rendering.render_next() == 2, "the next process makes the others"

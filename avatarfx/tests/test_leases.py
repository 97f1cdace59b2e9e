"""Leases: who may write a result, and what becomes of the dead."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db.models.functions import Now

from avatarfx import services
from avatarfx.models import Clip, Render
from avatarfx.services import leases
from avatarfx.services.leases import Lease
from socialapp.accounts import quotas
from socialapp.accounts.models import Ticket
from socialapp.jobs import horse
from socialapp.jobs.backends import inline
from socialapp.jobs.queue import BackendDownError

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

pytestmark = pytest.mark.database

RESULT = {
    "rung": "full",
    "rung_reason": "",
    "voice_engine": "tone 1",
    "seconds": 1.0,
    "width": 64,
    "height": 64,
    "video": "sha256:" + "0" * 64 + ".mp4",
    "poster": "",
    "captions": "",
    "size": 1,
}


@pytest.fixture
def clip(alice: User, hob: Character) -> Clip:
    return services.request_clip(owner=alice, character=hob, script="Good evening.")


def claimed(worker: str = "far:1") -> Lease:
    clip = leases.claim(worker=worker)
    assert clip is not None
    return Lease(clip.pk, clip.fence)


def run_out(lease: Lease) -> None:
    Clip.objects.filter(pk=lease.clip_id).update(leased_until=Now() - timedelta(1))


def test_the_longest_waiting_clip_is_claimed_once(
    alice: User, hob: Character, clip: Clip
) -> None:
    second = services.request_clip(owner=alice, character=hob, script="Me too.")
    assert claimed().clip_id == clip.pk
    assert claimed().clip_id == second.pk
    assert leases.claim(worker="far:1") is None


def test_a_claim_counts_an_attempt_and_opens_a_render(clip: Clip) -> None:
    claimed("far:7")
    clip.refresh_from_db()
    assert (clip.state, clip.fence, clip.attempts) == ("rendering", 1, 1)
    render = Render.objects.get()
    assert (render.fence, render.worker, render.outcome) == (1, "far:7", "")


def test_a_lease_lasts_by_the_databases_clock(clip: Clip) -> None:
    lease = claimed()
    held = Clip.objects.filter(pk=clip.pk)
    assert held.filter(leased_until__gt=Now() + timedelta(seconds=15)).exists()
    assert not held.filter(leased_until__gt=Now() + timedelta(seconds=21)).exists()
    run_out(lease)
    assert leases.beat(lease, stage="voice", percent=3)
    assert held.filter(leased_until__gt=Now() + timedelta(seconds=15)).exists()


def test_result_and_charge_arrive_together_and_once(alice: User, clip: Clip) -> None:
    lease = claimed()
    assert leases.finish(lease, result=RESULT, trace=[])
    assert not leases.finish(lease, result=RESULT, trace=[])
    clip.refresh_from_db()
    assert (clip.state, clip.percent) == ("ready", 100)
    assert Ticket.objects.get().state == "spent"
    assert quotas.left(alice).left == 4
    assert Render.objects.get().outcome == "ready"


def test_a_lower_rung_gives_the_ticket_back(alice: User, clip: Clip) -> None:
    result = RESULT | {"rung": "simple", "rung_reason": "A mask hides the mouth."}
    assert leases.finish(claimed(), result=result, trace=[])
    assert quotas.left(alice).left == 5
    clip.refresh_from_db()
    assert clip.rung_reason == "A mask hides the mouth."


def test_a_dead_workers_clip_goes_back_in_line(clip: Clip) -> None:
    lease = claimed()
    assert services.reconcile()["returned"] == 0
    run_out(lease)
    assert services.reconcile()["returned"] == 1
    clip.refresh_from_db()
    assert (clip.state, clip.attempts) == ("queued", 1)
    assert Render.objects.get().outcome == "lost"


def test_a_result_that_comes_too_late_is_fenced_off(alice: User, clip: Clip) -> None:
    slow = claimed("far:1")
    run_out(slow)
    services.reconcile()
    quick = claimed("far:2")
    assert not leases.beat(slow)
    assert not leases.finish(slow, result=RESULT, trace=[])
    assert not leases.fail(slow, "Too late.", permanent=True)
    assert leases.finish(quick, result=RESULT, trace=[])
    assert quotas.left(alice).left == 4
    outcomes = Render.objects.order_by("fence").values_list("outcome", flat=True)
    assert list(outcomes) == ["lost", "ready"]
    assert not leases.keep_performance(slow, {})


def test_after_three_lost_workers_it_fails_and_says_why(
    alice: User, clip: Clip
) -> None:
    for _ in range(3):
        run_out(claimed())
        services.reconcile()
    clip.refresh_from_db()
    assert clip.state == "failed"
    assert "stopped three times" in clip.error
    assert quotas.left(alice).left == 5


def test_a_passing_fault_is_tried_three_times(alice: User, clip: Clip) -> None:
    for attempt in (1, 2, 3):
        assert leases.fail(claimed(), "The voice stopped.", permanent=False)
        clip.refresh_from_db()
        assert clip.state == ("failed" if attempt == 3 else "queued")
    assert clip.error.startswith("The voice stopped. Nothing was spent")
    assert quotas.left(alice).left == 5


def test_a_worker_known_to_be_dead_is_not_waited_for(clip: Clip) -> None:
    claimed("far:66")
    assert services.reconcile(lost="far:67")["returned"] == 0
    assert services.reconcile(lost="far:66")["returned"] == 1
    clip.refresh_from_db()
    assert clip.state == "queued"


def test_a_process_that_is_gone_from_this_machine_holds_nothing(clip: Clip) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    claimed(horse.name_of(child.pid))
    assert services.reconcile()["returned"] == 1
    clip.refresh_from_db()
    assert clip.state == "queued"


def test_a_living_process_keeps_its_lease(clip: Clip) -> None:
    claimed(horse.name_of(os.getpid()))
    assert services.reconcile()["returned"] == 0
    clip.refresh_from_db()
    assert clip.state == "rendering"


def test_the_percent_only_rises(clip: Clip) -> None:
    lease = claimed()
    leases.beat(lease, stage="movement", percent=60, detail="frame 1 of 2")
    leases.beat(lease, stage="voice", percent=3)
    clip.refresh_from_db()
    assert (clip.percent, clip.stage) == (60, "voice")
    leases.beat(lease, percent=250)
    clip.refresh_from_db()
    assert clip.percent == 99


def test_sleeping_clips_are_woken_again(
    clip: Clip,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent: list[tuple[int, ...]] = []
    monkeypatch.setattr(inline, "send", lambda _job, ids, _queue: sent.append(ids))
    with django_capture_on_commit_callbacks(execute=True):
        assert services.reconcile()["woken"] == 1
    assert sent == [(clip.pk,)]
    monkeypatch.setattr(inline, "waiting", lambda _: 1)
    assert services.reconcile()["woken"] == 0


def test_without_redis_reconcile_still_returns_leases(
    clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_: str) -> int:
        raise BackendDownError("away")

    monkeypatch.setattr(inline, "waiting", down)
    run_out(claimed())
    done = services.reconcile()
    assert (done["returned"], done["woken"]) == (1, 0)
    clip.refresh_from_db()
    assert clip.state == "queued"


def test_what_killed_renewals_left_is_swept(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    root = leases.scratch_root()
    root.mkdir(parents=True, exist_ok=True)
    mine = Path(tempfile.mkdtemp(prefix=leases.renewal_prefix(), dir=root))
    killed = root / f"renew-{horse.name_of(ended.pid)}-k3x8_2ab"
    elsewhere, forgotten = root / "renew-elsewhere:7-aaaa", root / "renew-k3x8_2ab"
    other = root / "kept-by-somebody"
    for folder in (killed, elsewhere, forgotten, other):
        folder.mkdir()
        (folder / "clip.mp4").write_bytes(b"half a film")
    try:
        assert leases.sweep() == 1
        assert not killed.exists()
        old = time.time() - leases.LONGEST_RENEWAL - 1
        for folder in (elsewhere, forgotten, other):
            os.utime(folder, (old, old))
        assert leases.sweep() == 2
        assert mine.exists()
        assert other.exists()
        assert not elsewhere.exists()
        assert not forgotten.exists()
    finally:
        mine.rmdir()
        shutil.rmtree(other)


def test_what_dead_attempts_left_is_swept(clip: Clip) -> None:
    lease = claimed()
    mine = leases.scratch_of(lease)
    dead = leases.scratch_of(Lease(clip.pk, 99))
    for folder in (mine, dead):
        folder.mkdir(parents=True)
        (folder / "clip.mp4").write_bytes(b"half a film")
    assert services.reconcile()["swept"] == 1
    assert mine.exists()
    assert not dead.exists()
    leases.finish(lease, result=RESULT, trace=[])
    services.reconcile()
    assert not mine.exists()

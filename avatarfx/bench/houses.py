"""A whole house in a temporary folder: database, Redis, workers under a supervisor."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command

from socialapp.characters.starters import seed_cast
from socialapp.lib import redis_server
from socialapp.lib.supervise import Program, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialapp.characters.models import Character

MANAGE = Path(settings.BASE_DIR) / "manage.py"


def again_in_a_house(bench: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Run `bench` once more with ``--inside``, in a process with its own DATA_DIR.

    Settings are read once a process, so a second folder needs a second process.
    """
    with tempfile.TemporaryDirectory(prefix="troupe-") as folder:
        env = {
            **os.environ,
            "DATA_DIR": folder,
            "CLIPS_PER_DAY": "10000",
            "JOBS_BACKEND": "socialapp.jobs.backends.rq",
        }
        for name in ("REDIS_URL", "DATABASE_URL", "S3_BUCKET"):
            env.pop(name, None)
        done = subprocess.run(  # noqa: S603 - our own command
            [
                sys.executable,
                str(MANAGE),
                "bench",
                bench,
                "--json",
                "--inside",
                *arguments,
            ],
            env=env,
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@contextlib.contextmanager
def house(*, workers: int) -> Iterator[tuple[Supervisor, dict[str, Character]]]:
    """A migrated database with the starter cast, Redis, workers and the reconciler."""
    call_command("migrate", interactive=False, verbosity=0)
    cast = seed_cast()
    supervisor = Supervisor(_say)
    binary = redis_server.find()
    if binary is None:
        raise RuntimeError("This machine has no Redis")
    folder = settings.DATA_DIR / "redis"
    redis_server.prepare(settings.REDIS_SOCKET, folder)
    try:
        supervisor.start(
            _program(
                "redis",
                *redis_server.arguments(
                    binary, sock=settings.REDIS_SOCKET, folder=folder
                ),
            )
        )
        answers = redis_server.answers
        if not supervisor.wait_for(lambda: answers(settings.REDIS_SOCKET), 20):
            raise RuntimeError("Redis did not start")
        for number in range(workers):
            supervisor.start(_manage(f"worker-{number}", "work", "cpu"))
        supervisor.start(_manage("reconcile", "reconcile", "--loop"))
        yield supervisor, cast
    finally:
        supervisor.stop()


def parent_of(pid: int) -> int | None:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    parent = int(words[1])
    return parent if parent > 1 else None


def _manage(name: str, *arguments: str) -> Program:
    return _program(name, sys.executable, str(MANAGE), *arguments)


def _program(name: str, *argv: str) -> Program:
    return Program(
        name=name,
        argv=argv,
        log=settings.DATA_DIR / "logs" / f"{name}.log",
        stop_seconds=3,
    )


def _say(name: str, words: str) -> None:
    sys.stderr.write(f"{name}: {words}\n")

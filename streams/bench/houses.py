"""A house for sockets: a migrated database, Redis and web servers in a folder of its own.

Runs in a process whose DATA_DIR is that folder: see ``avatarfx.bench.houses``.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command

from socialapp.lib import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

READY_SECONDS = 60.0


@dataclass
class House:
    redis: subprocess.Popen[bytes] | None = None
    webs: list[Web] = field(default_factory=list)
    directors: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_redis(self) -> None:
        binary = redis_server.find()
        if binary is None:
            raise RuntimeError("This machine has no Redis")
        sock, folder = settings.REDIS_SOCKET, settings.DATA_DIR / "redis"
        redis_server.prepare(sock, folder)
        self.redis = _run(
            "redis", 1, redis_server.arguments(binary, sock=sock, folder=folder)
        )
        until = time.monotonic() + READY_SECONDS
        while not redis_server.answers(sock):
            if time.monotonic() > until:
                raise RuntimeError("Redis did not start")
            time.sleep(0.01)

    def kill_redis(self) -> None:
        if self.redis is not None:
            self.redis.kill()
            self.redis.wait()

    def start_web(self, app: str = "socialapp.asgi:application") -> Web:
        """A Daphne on the first core, when there are two to choose from; `Web.wait`
        for it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        argv = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port)]
        name = f"web-{port}"
        web = Web(_run(name, 0, [*argv, "-v", "0", app]), port)
        self.webs.append(web)
        return web

    def start_director(self) -> subprocess.Popen[bytes]:
        """One of those that direct, on the second core, with Redis and the load."""
        manage = str(settings.BASE_DIR / "manage.py")
        name = f"direct-{len(self.directors)}"
        process = _run(name, 1, [sys.executable, manage, "direct"])
        self.directors.append(process)
        return process


@dataclass(frozen=True, slots=True)
class Web:
    process: subprocess.Popen[bytes]
    port: int

    def wait(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while True:
            url = f"http://127.0.0.1:{self.port}/healthz"
            try:
                urllib.request.urlopen(url, timeout=2).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("Daphne did not start") from None
                time.sleep(0.05)
            else:
                return

    def kb(self) -> int:
        """Resident memory, KiB."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(text.partition("VmRSS:")[2].split()[0])

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        text = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def house() -> Iterator[House]:
    """Migrated, with Redis; web servers are started by the caller."""
    call_command("migrate", interactive=False, verbosity=0)
    made = House()
    try:
        made.start_redis()
        yield made
    finally:
        for director in made.directors:
            director.kill()
            director.wait()
        for web in made.webs:
            web.stop()
        made.kill_redis()


def _run(name: str, core: int, argv: Sequence[str]) -> subprocess.Popen[bytes]:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1 and (taskset := shutil.which("taskset")):
        argv = [taskset, "-c", str(cores[core]), *argv]
    logs = settings.DATA_DIR / "logs"
    logs.mkdir(exist_ok=True)
    with (logs / f"{name}.log").open("ab") as file:
        return subprocess.Popen(  # noqa: S603 - our own commands
            argv, cwd=settings.BASE_DIR, stdout=file, stderr=file
        )

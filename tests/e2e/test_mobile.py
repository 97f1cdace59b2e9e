"""The client that is generated from the schema has types that hold, and walks a day."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ROOT

if TYPE_CHECKING:
    from tests.e2e.conftest import Troupe

JOURNEY = Path(__file__).parent / "mobile" / "journey.py"


def run(*command: str | Path, **more: str) -> str:
    """What it printed; its complaint when it failed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=os.environ | more,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the generated package lies."""
    made = tmp_path_factory.mktemp("client") / "python"
    tool = Path(sys.executable).with_name("openapi-python-client")
    run(tool, "generate", "--path", "docs/openapi.yaml", "--output-path", made)
    return made


def test_the_journey_fits_the_types_of_the_client(client: Path, tmp_path: Path) -> None:
    plain = tmp_path / "mypy.ini"
    plain.write_text("[mypy]\nstrict = True\nfollow_imports = silent\n")
    mypy = [sys.executable, "-m", "mypy", "--config-file", str(plain), str(JOURNEY)]
    assert "Success" in run(*mypy, MYPYPATH=str(client))


def test_a_phone_app_walks_its_day(troupe: Troupe, client: Path) -> None:
    told = run(sys.executable, JOURNEY, troupe.url, PYTHONPATH=str(client))
    assert told.splitlines()[-1] == "done"

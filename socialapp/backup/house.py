"""Which files are a house's own: those of DATA_DIR, and what the storage keeps."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.storage import default_storage

from socialapp.backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT_OUT = frozenset({"logs", "redis", "backgrounds", "up.lock"})
"""Of DATA_DIR: what tells of a machine, or is made again from what the backup has."""


def files() -> Iterator[tuple[str, Path]]:
    """Names within DATA_DIR and where they lie. Sockets, links, drafts (their names begin
    with a dot), databases and what can be fetched again are none of them."""
    root = Path(settings.DATA_DIR)
    elsewhere = {root / name for name in LEFT_OUT} | {
        Path(str(folder))
        for folder in (
            settings.STATIC_ROOT,
            settings.MEDIA_ROOT,
            settings.MODELS_DIR,
            settings.NEURAL_WEIGHTS_DIR,
        )
    }
    for folder, below, names in os.walk(root):
        here = Path(folder)
        below[:] = sorted(
            one
            for one in below
            if here / one not in elsewhere and not one.startswith((".", "bench-"))
        )
        for name in sorted(names):
            file = here / name
            if file in elsewhere or name.startswith(".") or ".sqlite3" in name:
                continue
            if file.is_file() and not file.is_symlink():
                yield file.relative_to(root).as_posix(), file


def stored(folder: str = "") -> Iterator[str]:
    """Names of everything in the storage, S3 or MEDIA_ROOT."""
    try:
        below, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(names):
        # An upload that is under way has a draft's name until it is whole.
        if name and not name.startswith("."):
            yield f"{folder}/{name}" if folder else name
    for one in sorted(below):
        yield from stored(f"{folder}/{one}" if folder else one)


def stored_in() -> str:
    """The bucket, or nothing."""
    options: dict[str, Any] = settings.STORAGES["default"].get("OPTIONS", {})
    return str(options.get("bucket_name", ""))


@contextmanager
def closed() -> Iterator[None]:
    """Nobody runs on this DATA_DIR meanwhile; BackupError when somebody does."""
    path = Path(settings.DATA_DIR) / "up.lock"
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupError(
                f"This house is running on {path.parent}. Stop it first (Ctrl-C where"
                " `make up` runs), then restore."
            ) from None
        yield

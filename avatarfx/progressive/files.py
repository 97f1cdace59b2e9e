"""Segments in the default storage, where workers and web processes share them.

Their names begin with ``private/``, which `socialapp.lib.media` gives to nobody: what is
not finished is handed out by `avatarfx.api.live` alone.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from socialapp.lib.blobs import PRIVATE

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

ROOT = f"{PRIVATE}live"
INIT = "init.mp4"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Whose segments they are: each attempt at a clip has a folder of its own."""

    clip_id: int
    fence: int

    @property
    def folder(self) -> str:
        return f"{ROOT}/{self.clip_id}-{self.fence}"

    def name(self, run: int, file: str) -> str:
        """Storage name of a file of one run, counted from 1 within the attempt."""
        return f"{self.folder}/{run}/{file}"


def segment(number: int) -> str:
    return f"{number}.m4s"


def save(attempt: Attempt, run: int, file: str, data: bytes) -> None:
    """OSError when there is no room, or when the name is taken."""
    name = attempt.name(run, file)
    kept = default_storage.save(name, ContentFile(data))
    if kept != name:
        default_storage.delete(kept)
        raise FileExistsError(f"{name} is there already")


def read(attempt: Attempt, run: int, file: str) -> bytes:
    """FileNotFoundError when it is gone."""
    with default_storage.open(attempt.name(run, file)) as stored:
        data: bytes = stored.read()
    return data


def forget(attempt: Attempt) -> None:
    """Everything that was stored of this attempt; what cannot be reached stays for the
    next sweep."""
    try:
        runs, _ = default_storage.listdir(attempt.folder)
        for run in runs:
            folder = f"{attempt.folder}/{run}"
            for name in default_storage.listdir(folder)[1]:
                default_storage.delete(f"{folder}/{name}")
            _remove_folder(folder)
        _remove_folder(attempt.folder)
    except FileNotFoundError:
        return
    except Exception:  # a storage raises what it likes
        log.warning("The segments of %s stay for now", attempt, exc_info=True)


def attempts() -> Iterator[Attempt]:
    """Whose segments are in the storage."""
    try:
        folders, _ = default_storage.listdir(ROOT)
    except FileNotFoundError:
        return
    for folder in folders:
        if match := re.fullmatch(r"(\d{1,18})-(\d{1,9})", folder):
            yield Attempt(int(match[1]), int(match[2]))


def _remove_folder(name: str) -> None:
    """A folder of a disk; an object store has none."""
    try:
        default_storage.path(name)
    except NotImplementedError:
        return
    default_storage.delete(name)

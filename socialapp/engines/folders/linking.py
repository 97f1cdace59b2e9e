"""A folder of weights made of links into the operator's hub cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.engines.folders import hub
from socialapp.engines.folders.layouts import FolderError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def link(folder: Path, places: Mapping[str, str]) -> int:
    """Link into `folder`, at each place in it (``.``: at its top), what the cache has of
    a repository ``org/name``; how many links that are new.

    Nothing is copied or replaced. FolderError when a repository is not in the cache or
    something else is in the way.
    """
    found: dict[str, Path] = {}
    for place, repository in places.items():
        snapshot = hub.snapshot(repository)
        if snapshot is None:
            raise FolderError(
                f"{repository} is not in {hub.cache()}. Fetch it with your own tools, or"
                " set HF_HUB_CACHE to where it is.",
                "missing",
            )
        found[place] = snapshot
    made = 0
    for place, snapshot in found.items():
        target = (folder / place).resolve()
        if not target.is_relative_to(folder.resolve()):
            raise FolderError(f"{place} is not inside of {folder}.")
        target.mkdir(parents=True, exist_ok=True)
        made += sum(_linked(target / one.name, one) for one in snapshot.iterdir())
    return made


def _linked(path: Path, to: Path) -> bool:
    if path.is_symlink() and path.readlink() == to:
        return False
    if path.exists() or path.is_symlink():
        raise FolderError(f"{path} is in the way: move it, then link again.")
    path.symlink_to(to)
    return True

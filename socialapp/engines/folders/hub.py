"""The operator's own hub cache: what was fetched before by other means is found there.

Nothing is downloaded: these are folders and links, laid out as huggingface_hub does it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def cache() -> Path:
    """HF_HUB_CACHE, else ``hub`` in HF_HOME, else in the user's own cache."""
    if own := os.environ.get("HF_HUB_CACHE"):
        return Path(own).expanduser()
    home = os.environ.get("HF_HOME")
    if home:
        return Path(home).expanduser() / "hub"
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "huggingface" / "hub"


def folder_of(own: Path, repository: str = "") -> str:
    """`own` where something lies in it, else the snapshot of `repository` in the cache,
    else `own` all the same: that is where files are missed."""
    with suppress(OSError):
        if any(own.iterdir()):
            return str(own)
    return str((repository and snapshot(repository)) or own)


def snapshot(repository: str) -> Path | None:
    """The folder of ``org/name`` in the cache: what its ``main`` points at, else the
    newest; None: it was never fetched."""
    try:
        kept = cache() / f"models--{repository.replace('/', '--')}"
    except RuntimeError:  # there is no home
        return None
    with suppress(OSError):
        revision = (kept / "refs" / "main").read_text(encoding="ascii").strip()
        if revision and (kept / "snapshots" / revision).is_dir():
            return kept / "snapshots" / revision
    with suppress(OSError):
        found = [path for path in (kept / "snapshots").iterdir() if path.is_dir()]
        return max(found, key=lambda path: path.stat().st_mtime, default=None)
    return None

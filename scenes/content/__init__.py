"""The scenes that ship: templates to start from, each playable to every ending."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenes.machine.reading import read_scene
from socialapp.content.library import FOLDER as OUTLINES

if TYPE_CHECKING:
    from scenes.machine.model import Scene

FOLDER = Path(__file__).resolve().parent


def scene_ids() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def scene(name: str) -> Scene:
    """KeyError when none is called so."""
    if name not in scene_ids():
        raise KeyError(name)
    return read_scene((FOLDER / f"{name}.json").read_bytes())


def backgrounds() -> dict[str, Any]:
    """The briefs of the twelve backgrounds, by the name by which scenes call them."""
    path = OUTLINES / "scenes" / "backgrounds.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found

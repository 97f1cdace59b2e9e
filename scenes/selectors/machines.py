"""Machines of published versions: linked once a process, since a version never changes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from scenes.machine import Machine, read_scene
from scenes.models import SceneVersion

if TYPE_CHECKING:
    from scenes.machine.model import Scene

KEPT = 16
"""Machines that a process holds: one of 10,000 states takes tens of megabytes."""


def machine_of(version: SceneVersion) -> Machine:
    """The text is read from the database only when this process never saw it."""
    return _machine(version.pk, version.digest)


def scene_of(version: SceneVersion) -> Scene:
    return machine_of(version).scene


@lru_cache(maxsize=KEPT)
def _machine(version_id: int, digest: str) -> Machine:  # noqa: ARG001  names the text
    text = SceneVersion.objects.values_list("document", flat=True).get(pk=version_id)
    return Machine(read_scene(text.encode()))

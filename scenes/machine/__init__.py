"""The scene machine: a format for stories, its reader, its player and its validator.

Plain Python without Django, usable on its own. ``read_scene`` and ``write_scene`` know
the file, `Machine` plays it, ``begin`` keeps the log of a play, ``check`` says what is
wrong with a scene. docs/scenes.md specifies all of it; the browser's twin is
``socialapp/static/scenes``.
"""

from scenes.machine.checks.report import Report, check
from scenes.machine.errors import PlayError, SceneError
from scenes.machine.findings import Finding
from scenes.machine.machine import Machine, Position
from scenes.machine.plays import Choose, Play, Player, Preset, Wait, begin, restore
from scenes.machine.reading import read_scene
from scenes.machine.schema import schema
from scenes.machine.texts import texts
from scenes.machine.writing import digest, write_scene

__all__ = [
    "Choose",
    "Finding",
    "Machine",
    "Play",
    "PlayError",
    "Player",
    "Position",
    "Preset",
    "Report",
    "SceneError",
    "Wait",
    "begin",
    "check",
    "digest",
    "read_scene",
    "restore",
    "schema",
    "texts",
    "write_scene",
]

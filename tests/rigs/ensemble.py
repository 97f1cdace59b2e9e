"""Writes the vectors of a shared stage: who stands where, and what the camera sees.

    python -m tests.rigs.ensemble

The server's ``avatarfx/animators/scene.py`` and ``framing.py`` and the browser's
``placing.js`` and ``framing.js`` are both held to them.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from avatarfx.animators import framing
from avatarfx.animators.scene import Scene
from socialapp.engines.protocols import Actor, Staging
from socialapp.performance import CameraKey, Part, Performance, Place, Stage, codec
from tests.rigs.make import FRAMES, PHOTO, RIGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from avatarfx.animators.framing import Placed
    from socialapp.performance import Rig

FILE = Path(__file__).with_name("ensemble.json")

MATTED = replace(PHOTO, matte="sha256:m.png")
FACING = {
    "a": Place(0.3, 0.52, 1.2, 1),
    "b": Place(0.66, 0.48, 0.9, -1),
}
CAMERA = (
    CameraKey(0.0, "all", 1.0, 0.5),
    CameraKey(1.0, "a", 1.0, 0.8),
    CameraKey(1.5, "a", 1.0, 0.2),
    CameraKey(2.5, "b", 1.3, 0.0),
    CameraKey(4.0, "nobody", 1.1, 1.0),
)
LATE = (CameraKey(0.7, "b", 1.0, 0.4),)
TIMES = (0.0, 0.5, 1.0, 1.3, 1.7, 2.0, 2.5, 3.0, 4.2, 4.9, 6.0)

CASES: tuple[tuple[str, dict[str, Rig], dict[str, Place], Any, bool], ...] = (
    ("photo alone", {"a": PHOTO}, {}, CAMERA, False),
    ("matted before a picture", {"a": MATTED}, {}, CAMERA, True),
    ("layers alone", {"a": RIGS["layers"]}, {"a": Place(facing=-1)}, LATE, False),
    ("two layers", {"a": RIGS["layers"], "b": RIGS["layers"]}, {}, CAMERA, False),
    ("two that face", {"a": RIGS["layers"], "b": MATTED}, FACING, CAMERA, True),
    ("a photo and a far one", {"a": PHOTO, "b": RIGS["far"]}, {}, LATE, False),
    (
        "three",
        {"a": MATTED, "b": RIGS["unknown"], "c": RIGS["layers"]},
        {},
        CAMERA,
        False,
    ),
)


def picture() -> bytes:
    file = io.BytesIO()
    Image.radial_gradient("L").resize((96, 96)).convert("RGB").save(file, "PNG")
    return file.getvalue()


def vectors() -> list[dict[str, Any]]:
    return list(_vectors())


def _vectors() -> Iterator[dict[str, Any]]:
    for name, rigs, places, camera, background in CASES:
        for shape, (width, height) in FRAMES.items():
            actors = {seat: Actor(rig, picture()) for seat, rig in rigs.items()}
            stage = Stage(shape=shape, places=places, camera=camera)
            performance = Performance(6.0, tuple(Part(seat) for seat in rigs), stage)
            staging = Staging(performance, actors, picture() if background else b"")
            cast = Scene(staging, (), width, height).cast
            placed = {one.seat: one.placed for one in cast}
            shots = framing.shots(
                camera, placed, shape=shape, width=width, height=height
            )
            yield {
                "name": name,
                "frame": {"shape": shape, "width": width, "height": height},
                "background": background,
                "rigs": {
                    seat: {"anchors": None, **codec.dump(rig)}
                    for seat, rig in rigs.items()
                },
                "places": {seat: codec.dump(place) for seat, place in places.items()},
                "camera": [codec.dump(key) for key in camera],
                "order": [one.seat for one in cast],
                "cut_out": {one.seat: one.cut_out for one in cast},
                "placed": {
                    one.seat: [one.placed.x, one.placed.y, one.placed.scale]
                    for one in cast
                },
                "seen": [_seen(shots, placed, t) for t in TIMES],
            }


def _seen(
    shots: tuple[framing.Shot, ...], placed: dict[str, Placed], t: float
) -> dict[str, Any]:
    """The camera at a moment, as Scene.shot_at and Drawn.draw have it."""
    number = max(i for i, shot in enumerate(shots) if shot.at <= t + 1e-9)
    shot = shots[number]
    box = shot.box
    if number and t < shot.at + shot.ease:
        share = framing.ease((t - shot.at) / shot.ease)
        box = shots[number - 1].box.towards(box, share)
    views = {}
    for seat, one in placed.items():
        view = one.view(box)
        views[seat] = [view.x, view.y, view.width, view.height]
    return {"at": t, "on": shot.on, "hides": [*shot.hides], "views": views}


if __name__ == "__main__":
    text = json.dumps(vectors(), separators=(",", ":"))
    FILE.write_text(text.replace('{"at"', '\n{"at"') + "\n", encoding="utf-8")

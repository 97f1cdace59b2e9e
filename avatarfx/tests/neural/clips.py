"""Small clips of the built-in cast, for tests of what refines them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from avatarfx.animators.neural.base import warp
from avatarfx.animators.neural.control import control
from avatarfx.bench import portraits
from avatarfx.riggers.landmarks import LandmarkRigger
from socialapp.characters import maker
from socialapp.content import library
from socialapp.engines.protocols import Actor, Frame, Staging
from socialapp.lib.blobs import ref_of
from socialapp.performance import (
    CameraKey,
    Panel,
    Part,
    Performance,
    Place,
    Pose,
    Stage,
    Viseme,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from socialapp.engines.protocols import Animator

SIZES = {"1:1": (256, 256), "9:16": (256, 456), "16:9": (456, 256)}
FPS = 25


@cache
def photo(name: str = "photo close") -> Actor:
    data = next(one.data for one in portraits.defaults() if one.name == name)
    rig, blobs = LandmarkRigger().rig(data, ref=ref_of(data, "png"))
    return Actor(rig, data, blobs)


@cache
def drawing(name: str = "tamsin") -> Actor:
    rig, blobs, portrait = maker.import_svg(*library.drawing(name))
    return Actor(rig, portrait, blobs)


def part(seat: str, seconds: float) -> Part:
    """Someone who opens the mouth and turns the head from side to side."""
    return Part(
        seat,
        visemes=(Viseme(0.04, seconds / 2, "aa"), Viseme(seconds / 2, seconds, "ou")),
        poses=(
            Pose(0.0),
            Pose(seconds / 2, yaw=15, pitch=5, roll=6, x=0.05),
            Pose(seconds, yaw=-15, roll=-6, x=-0.05),
        ),
    )


def staging(
    actors: Mapping[str, Actor],
    *,
    frames: int,
    shape: str = "1:1",
    camera: tuple[CameraKey, ...] = (),
    places: dict[str, Place] | None = None,
    panels: tuple[Panel, ...] = (),
    background: bytes = b"",
) -> Staging:
    seconds = frames / FPS
    stage = Stage(shape=shape, camera=camera, places=places or {}, panels=panels)
    parts = tuple(part(seat, seconds) for seat in actors)
    return Staging(Performance(seconds, parts, stage), actors, background)


def masks(staged: Staging) -> list[NDArray[np.bool_]]:
    """Of every frame of a staging, where a model may change it."""
    width, height = SIZES[staged.performance.stage.shape]
    found = []
    for frame in control(warp(), staged, fps=FPS, width=width, height=height):
        touched = np.zeros((height, width), bool)
        for place in frame.faces:
            left, top, right, bottom = place.box
            rows, columns = np.mgrid[top:bottom, left:right]
            inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
            touched[rows[inside], columns[inside]] |= place.mask[inside] > 0
        found.append(touched)
    return found


def filmed(animator: Animator, staged: Staging) -> list[Frame]:
    width, height = SIZES[staged.performance.stage.shape]
    return list(animator.animate(staged, fps=FPS, width=width, height=height))


def pixels(frame: Frame) -> NDArray[np.uint8]:
    return np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 3)


def under(frame: Frame) -> NDArray[np.uint8]:
    return np.frombuffer(frame.under, np.uint8).reshape(frame.height, frame.width, 3)


CASTS = [("photo", "1:1"), ("drawing", "1:1"), ("both", "16:9")]
"""Who is on stage, in which shape: what every animator that refines faces is held to."""


def check_only_faces_change(
    animator: Animator, cast: str, shape: str, *, frames: int
) -> None:
    actors = {
        "photo": {"a": photo()},
        "drawing": {"a": drawing()},
        "both": {"a": drawing(), "b": photo()},
    }[cast]
    staged = staging(actors, frames=frames, shape=shape)
    film = filmed(animator, staged)
    assert len(film) == frames
    for frame, touched in zip(film, masks(staged), strict=True):
        before, after = under(frame), pixels(frame)
        np.testing.assert_array_equal(after[~touched], before[~touched])
        assert touched.any()
        assert np.abs(after[touched].astype(int) - before[touched]).mean() > 3

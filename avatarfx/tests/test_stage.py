"""The stage: where actors stand, what the camera sees, frames in order."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from avatarfx.animators import backdrop, framing, puppets, scene, split, stage
from avatarfx.animators.stage import StageAnimator
from avatarfx.tests.conftest import ANCHORS, picture
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Actor, Staging
from socialapp.performance import (
    CameraKey,
    Face,
    Panel,
    Part,
    Performance,
    Place,
    Pose,
    Rig,
    Stage,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.puppets import View

STILL = "avatarfx.animators.still.StillMaker"
SWAY = "avatarfx.animators.sway.SwayMaker"
FLAT = f"{__name__}.FlatMaker"

SIZES = {"1:1": (512, 512), "9:16": (512, 912), "16:9": (912, 512)}


def rig(width: int = 96, height: int = 96, style: str = "photo") -> Rig:
    return Rig("sha256:x.png", width, height, style, anchors=ANCHORS)


def photo(width: int = 96, height: int = 96) -> Actor:
    return Actor(rig(width, height), picture(width, height))


def bust() -> Actor:
    """A drawing on nothing: opaque in the middle, clear at the sides."""
    pixels = np.zeros((128, 96, 4), np.uint8)
    pixels[20:, 24:72] = (40, 180, 60, 255)
    data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA))[1]
    return Actor(rig(96, 128), bytes(data))


def films(
    actors: dict[str, Actor],
    *,
    seconds: float = 0.2,
    shape: str = "1:1",
    camera: tuple[CameraKey, ...] = (),
    places: dict[str, Place] | None = None,
    makers: tuple[str, ...] = (STILL,),
    background: bytes = b"",
    parts: tuple[Part, ...] = (),
) -> list[NDArray[np.uint8]]:
    performance = Performance(
        seconds,
        parts or tuple(Part(seat) for seat in actors),
        Stage(shape=shape, camera=camera, places=places or {}),
    )
    width, height = SIZES[shape]
    animator = StageAnimator("still", makers)
    frames = animator.animate(
        Staging(performance, actors, background), fps=25, width=width, height=height
    )
    return [
        np.frombuffer(f.pixels, np.uint8).reshape(f.height, f.width, 3) for f in frames
    ]


@dataclass
class Flat:
    """A puppet of one colour that says how often two frames were drawn at once."""

    width: int
    height: int
    opaque: bool = True
    busy: list[int] = field(default_factory=lambda: [0, 0])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def draw(self, face: Face) -> NDArray[np.uint8]:
        with self.lock:
            self.busy[0] += 1
            self.busy[1] = max(self.busy)
        time.sleep(0.004 if int(face.yaw) % 2 else 0.001)
        with self.lock:
            self.busy[0] -= 1
        return np.full((self.height, self.width, 3), round(face.yaw), np.uint8)


class FlatMaker:
    made: list[Flat] = []

    def suits(self, rig: Rig) -> str | None:
        return "It is a drawing." if rig.style == "flat" else None

    def build(
        self,
        actor: Actor,  # noqa: ARG002
        *,
        view: View,  # noqa: ARG002
        width: int,
        height: int,
        cut_out: bool,  # noqa: ARG002
    ) -> puppets.Puppet:
        self.made.append(Flat(width, height))
        return self.made[-1]


@pytest.mark.parametrize("shape", ["1:1", "9:16", "16:9"])
@pytest.mark.parametrize("size", [(96, 96), (60, 160), (120, 96)])
def test_a_photo_is_framed_as_a_close_up_in_every_shape(
    shape: str, size: tuple[int, int]
) -> None:
    width, height = SIZES[shape]
    made = rig(*size)
    placed = framing.fill(made, shape=shape, width=width, height=height, place=Place())
    assert 0.2 * height <= placed.face_height <= 0.7 * height
    x, y = placed.face
    assert 0.2 * width <= x <= 0.8 * width
    assert 0.2 * height <= y <= 0.8 * height


def test_a_large_picture_leaves_no_border() -> None:
    placed = framing.fill(
        rig(2000, 2400), shape="9:16", width=512, height=912, place=Place()
    )
    assert placed.x <= 0 <= placed.x + placed.scale - 512
    assert placed.y <= 0 <= placed.y + placed.scale * placed.ratio - 912


@pytest.mark.parametrize("shape", ["1:1", "9:16", "16:9"])
@pytest.mark.parametrize("sharing", [1, 2, 3])
def test_a_bust_stands_at_the_foot_of_the_stage(shape: str, sharing: int) -> None:
    width, height = SIZES[shape]
    placed = framing.stand(
        rig(96, 128),
        shape=shape,
        width=width,
        height=height,
        place=Place(),
        sharing=sharing,
    )
    # In a tall frame several stand behind a ledge, above the page's words and buttons.
    tall = framing.has_ledge(shape, sharing)
    foot = framing.LEDGE * height if tall else height
    assert placed.y + placed.scale * placed.ratio >= foot
    assert placed.face[1] <= (0.5 if tall else 0.7) * height


def test_an_extended_picture_has_no_empty_edge() -> None:
    frame = films({"a": photo(96, 80)}, shape="9:16")[0]
    assert frame.shape == (912, 512, 3)
    above, inside = frame[10].astype(float), frame[456].astype(float)
    # The extension is the picture's own, dimmed and out of focus; never black.
    assert above.min() > 5
    assert above.std() < inside.std() / 2
    assert np.abs(np.diff(frame[:, 256, 0].astype(int))).max() < 25  # no hard seam


def test_a_photo_alone_keeps_its_background_and_a_bust_gets_velvet() -> None:
    assert backdrop.velvet(64, 64).std() > 3
    frame = films({"a": bust()})[0]
    corner, middle = frame[20, 20], frame[400, 256]
    assert corner[0] > corner[1]  # velvet is red
    np.testing.assert_allclose(middle, (40, 180, 60), atol=3)


def test_a_background_stands_behind_a_bust() -> None:
    blue = np.zeros((50, 50, 3), np.uint8)
    blue[..., 0] = 200  # BGR
    data = bytes(cv2.imencode(".png", blue)[1])
    frame = films({"a": bust()}, background=data)[0]
    np.testing.assert_allclose(frame[20, 20], (0, 0, 200), atol=4)
    np.testing.assert_allclose(frame[400, 256], (40, 180, 60), atol=4)


def test_two_actors_stand_side_by_side() -> None:
    frame = films({"a": bust(), "b": bust()}, shape="16:9")[0]
    green = (frame[450, :, 1] > 150) & (frame[450, :, 0] < 80)
    left, right = green[: 912 // 2], green[912 // 2 :]
    assert left.any()
    assert right.any()
    assert not green[440:470].any()


def test_the_camera_cuts_to_one_of_two() -> None:
    frames = films(
        {"a": bust(), "b": bust()},
        shape="16:9",
        seconds=0.4,
        camera=(CameraKey(0.0, "all"), CameraKey(0.2, "b")),
    )
    wide, near = frames[4], frames[5]
    assert (np.abs(wide.astype(int) - frames[0]) <= 1).all()
    assert (np.abs(near.astype(int) - frames[9]) <= 1).all()

    def greens(frame: NDArray[np.uint8]) -> int:
        return int(((frame[..., 1] > 150) & (frame[..., 0] < 80)).sum())

    assert greens(near) != greens(wide)
    middle = near[300, 300:612]
    assert ((middle[:, 1] > 150) & (middle[:, 0] < 80)).mean() > 0.4


def test_an_eased_move_passes_through_what_lies_between() -> None:
    frames = films(
        {"a": photo(400, 400)},
        seconds=1.2,
        camera=(CameraKey(0.0, "a"), CameraKey(0.2, "a", zoom=1.5, ease=0.6)),
    )
    steps = [
        float(np.abs(a.astype(int) - b).mean()) for a, b in itertools.pairwise(frames)
    ]
    assert max(steps[:4]) == 0  # before the move
    assert all(step > 0 for step in steps[6:18])
    assert max(steps[-5:]) == 0
    assert max(steps) < 6 * float(np.median(steps[6:18]))  # no jump at either end


def test_mirroring_flips_the_picture() -> None:
    plain = films({"a": photo()}, places={"a": Place()})[0]
    turned = films({"a": photo()}, places={"a": Place(facing=-1)})[0]
    assert (np.abs(plain[:, ::-1].astype(int) - turned)).mean() < 3


def test_a_mirrored_actor_still_turns_to_the_viewers_right() -> None:
    face = scene.mirrored(Face(yaw=5, roll=2, gaze_x=0.5, lid_left=1.0))
    assert (face.yaw, face.roll, face.gaze_x) == (-5, -2, -0.5)
    assert (face.lid_left, face.lid_right) == (0.0, 1.0)


def test_frames_come_in_order_though_two_are_drawn_at_once() -> None:
    FlatMaker.made.clear()
    parts = (Part("a", poses=(Pose(0.0, yaw=0.0), Pose(2.0, yaw=100.0))),)
    frames = films({"a": photo(900, 900)}, seconds=2.0, makers=(FLAT,), parts=parts)
    levels = [int(frame[0, 0, 0]) for frame in frames]
    assert len(levels) == 50
    assert levels == sorted(levels)
    assert FlatMaker.made[0].busy[1] == 2


def test_leaving_early_ends_the_threads() -> None:
    before = threading.active_count()
    performance = Performance(60.0, (Part("a"),), Stage(shape="1:1"))
    frames = StageAnimator("full", (FLAT,)).animate(
        Staging(performance, {"a": photo()}), fps=25, width=512, height=512
    )
    next(frames)
    frames.close()  # type: ignore[attr-defined]
    assert threading.active_count() <= before


def test_the_first_maker_that_suits_draws_and_reasons_are_the_makers() -> None:
    drawing = rig(style="flat")
    assert StageAnimator("full", (FLAT,)).suits(drawing) == "It is a drawing."
    assert StageAnimator("full", (FLAT, STILL)).suits(drawing) is None


def test_a_maker_that_is_not_installed_is_named() -> None:
    reason = StageAnimator("full", ("nothing.here.Maker",)).available()
    assert reason is not None
    assert "nothing" in reason


def test_an_empty_stage_and_an_unknown_seat_are_refused() -> None:
    with pytest.raises(EngineError, match="one to 3"):
        films({})
    with pytest.raises(EngineError, match="needs a rig"):
        films({"a": photo()}, parts=(Part("a"), Part("b")))


def test_simple_motion_moves_the_head_and_rests_at_the_foot() -> None:
    puppet = stage._maker(SWAY)().build(
        photo(96, 192),
        view=puppets.View(0, 0, 1, 2),
        width=96,
        height=192,
        cut_out=False,
    )
    rest, moving = puppet.draw(Face()), puppet.draw(Face(roll=4.0, x=0.05))
    moved = np.abs(rest.astype(int) - moving).mean(axis=2)
    assert moved[20:70].mean() > 0.5
    assert moved[150:].max() == 0


def test_simple_motion_never_touches_eyes_or_mouth() -> None:
    maker = stage._maker(SWAY)()
    puppet = maker.build(
        photo(), view=puppets.View(0, 0, 1, 1), width=96, height=96, cut_out=False
    )
    rest = puppet.draw(Face())
    for face in (Face(smile=1.0), Face(lid_left=1.0, lid_right=1.0), Face(mouth="D")):
        np.testing.assert_array_equal(puppet.draw(face), rest)


def split_of(
    actors: dict[str, Actor], *panels: tuple[str, ...], shape: str = "16:9"
) -> Staging:
    stage = Stage(shape=shape, panels=tuple(Panel(seats) for seats in panels))
    parts = tuple(Part(seat, poses=(Pose(0.0, yaw=90.0),)) for seat in actors)
    return Staging(Performance(0.1, parts, stage), actors)


@pytest.mark.parametrize(
    ("shape", "framed", "cells"),
    [
        ("9:16", "1:1", [(0, 0, 512, 454), (0, 458, 512, 454)]),
        ("16:9", "1:1", [(0, 0, 454, 512), (458, 0, 454, 512)]),
        ("1:1", "9:16", [(0, 0, 254, 512), (258, 0, 254, 512)]),
    ],
)
def test_a_frame_is_split_into_halves_that_are_framed_by_their_own_shape(
    shape: str, framed: str, cells: list[tuple[int, int, int, int]]
) -> None:
    found = framing.panels(2, shape, *SIZES[shape])
    assert [cell for _, cell in found] == cells
    assert {name for name, _ in found} == {framed}


def test_what_does_not_divide_goes_to_the_last_panel() -> None:
    (_, first), (_, last) = framing.panels(2, "9:16", 128, 224)
    assert first[3] + last[3] + 1 == 224
    assert last[1] + last[3] == 224


@pytest.mark.parametrize("shape", SIZES)
def test_both_halves_are_drawn_with_a_clean_seam_between_them(shape: str) -> None:
    width, height = SIZES[shape]
    actors = {"a": photo(256, 256), "b": photo(256, 256)}
    staging = split_of(actors, ("a",), ("b",), shape=shape)
    frames = StageAnimator("full", (FLAT,)).animate(
        staging, fps=25, width=width, height=height
    )
    pixels = np.frombuffer(next(frames).pixels, np.uint8).reshape(height, width, 3)
    (_, first), (_, second) = framing.panels(2, shape, width, height)
    for x, y, wide, high in (first, second):
        assert (pixels[y : y + high, x : x + wide] == 90).all()
    down = shape == "9:16"
    seam = pixels[first[3] : second[1]] if down else pixels[:, first[2] : second[0]]
    assert seam.size
    assert (seam == split.SEAM_COLOUR).all()


def test_a_seat_without_a_panel_is_an_error() -> None:
    staging = split_of({"a": photo(), "b": photo()}, ("a",), ("a",))
    with pytest.raises(EngineError, match="each seat stands in one panel"):
        next(
            StageAnimator("full", (FLAT,)).animate(
                staging, fps=25, width=912, height=512
            )
        )

"""Where the faces of a clip are said to be, they are."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from avatarfx.animators.neural.base import warp
from avatarfx.animators.neural.control import control, reference
from avatarfx.animators.neural.faces import Faces
from avatarfx.riggers.landmarks import LandmarkRigger
from avatarfx.tests.neural.clips import FPS, SIZES, drawing, photo, staging
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Actor
from socialapp.lib.blobs import ref_of
from socialapp.performance import CameraKey, Panel, Place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.neural.control import ControlFrame, FacePlace
    from socialapp.engines.protocols import Staging


def filmed(staged: Staging) -> list[ControlFrame]:
    width, height = SIZES[staged.performance.stage.shape]
    return list(control(warp(), staged, fps=FPS, width=width, height=height))


def on_frame(frame: ControlFrame, place: FacePlace) -> NDArray[np.float32]:
    """The mask in a picture of the frame's size."""
    height, width = frame.pixels.shape[:2]
    left, top, right, bottom = place.box
    whole = np.zeros((height, width), np.float32)
    rows, columns = slice(max(0, top), bottom), slice(max(0, left), right)
    part = whole[rows, columns]
    high, wide = part.shape
    part[:] = place.mask[max(0, -top) :, max(0, -left) :][:high, :wide]
    return whole


def found_again(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(478, 2) points in pixels that the landmark network sees in a frame."""
    data = bytes(cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1])
    rig, _ = LandmarkRigger().rig(data, ref=ref_of(data, "png"))
    return np.asarray(np.array(rig.landmarks)[:, :2] * pixels.shape[1])


def test_the_mask_of_a_photo_lies_where_a_network_finds_the_face_again() -> None:
    frames = filmed(staging({"a": photo()}, frames=10))
    for frame in (frames[0], frames[4], frames[8]):
        (place,) = frame.faces
        mask = on_frame(frame, place)
        points = found_again(frame.pixels)
        for inside in (1, 4, 13, 159, 386):  # nose, lip, lids
            x, y = points[inside].round().astype(int)
            assert mask[y, x] > 0.9
        for beyond in (10, 152, 234, 454):  # forehead, chin, cheekbones
            middle = points[1]
            x, y = (middle + (points[beyond] - middle) * 1.12).round().astype(int)
            assert mask[y, x] < 0.5
        left, top, right, bottom = place.box
        assert right - left == bottom - top
        assert (points.min(0) > [left, top]).all()
        assert (points.max(0) < [right, bottom]).all()


def test_the_mask_of_a_drawing_follows_its_head() -> None:
    frames = filmed(staging({"a": drawing()}, frames=10))
    bodies = [on_frame(frame, frame.faces[0]) for frame in frames]
    moves = []
    for one, other in ((0, 4), (4, 9)):
        before, after = (
            cv2.cvtColor(frames[n].pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
            * (bodies[n] > 0.5)
            for n in (one, other)
        )
        window = np.ones_like(before)
        (x, _), _ = cv2.phaseCorrelate(before, after, window)
        centres = [
            float((bodies[n] * np.arange(256)[None]).sum() / bodies[n].sum())
            for n in (one, other)
        ]
        moves.append((x, centres[1] - centres[0]))
    for seen, said in moves:
        assert abs(said) > 2
        assert abs(seen - said) < 2.5


def test_the_lower_face_is_a_part_of_the_face_and_has_the_mouth_in_it() -> None:
    for actor in (photo(), drawing()):
        (frame,) = filmed(staging({"a": actor}, frames=1))
        (place,) = frame.faces
        assert (place.mouth <= place.mask + 1e-6).all()
        (seen,) = Faces(staging({"a": actor}, frames=1), 256, 256).at(0.0)
        left, top, _, _ = place.box
        for at, low in ((seen.mouth, True), (seen.eyes, False)):
            x, y = round(at[0]) - left, round(at[1]) - top
            assert place.mask[y, x] > 0.9
            assert bool(place.mouth[y, x] > 0.9) is low


def test_the_opening_is_the_commanded_one() -> None:
    frames = filmed(staging({"a": photo()}, frames=20))
    openings = [frame.faces[0].opening for frame in frames]
    assert openings[0] < 0.1
    assert max(openings) > 0.6


def test_a_face_behind_another_is_touched_only_where_it_is_seen() -> None:
    places = {"a": Place(0.35, facing=-1), "b": Place(0.6, facing=-1)}
    staged = staging({"a": drawing(), "b": photo()}, frames=1, places=places)
    (frame,) = filmed(staged)
    masks = {place.seat: on_frame(frame, place) for place in frame.faces}
    assert set(masks) == {"a", "b"}
    assert float(np.minimum(masks["a"], masks["b"]).max()) < 0.05
    alone = filmed(staging({"b": photo()}, frames=1))[0].faces[0]
    assert masks["b"].max() > 0.9
    assert alone.mask.max() > 0.9


def test_a_face_that_is_hidden_or_cut_away_is_not_listed() -> None:
    behind = {"a": Place(0.5), "b": Place(0.5)}
    actors = {"a": drawing(), "b": photo()}
    (frame,) = filmed(staging(actors, frames=1, places=behind))
    assert [place.seat for place in frame.faces] == ["a"]
    near = (CameraKey(0.0, "b", zoom=1.6),)
    (frame,) = filmed(staging(actors, frames=1, shape="16:9", camera=near))
    assert [place.seat for place in frame.faces] == ["b"]


@pytest.mark.parametrize("shape", ["1:1", "9:16", "16:9"])
def test_three_in_any_shape_never_share_a_pixel(shape: str) -> None:
    actors = {"a": drawing(), "b": drawing("hob"), "c": drawing("imani")}
    (frame,) = filmed(staging(actors, frames=1, shape=shape))
    masks = [on_frame(frame, place) for place in frame.faces]
    assert len(masks) >= 2
    for one, other in itertools.combinations(masks, 2):
        assert float((one * other).max()) < 0.05


def test_the_square_grows_with_the_camera_and_cuts_with_it() -> None:
    camera = (
        CameraKey(0.0, "a"),
        CameraKey(0.08, "a", zoom=1.5, ease=0.2),
        CameraKey(0.4, "a"),
    )
    frames = filmed(staging({"a": photo()}, frames=12, camera=camera))
    sides = [frame.faces[0].side for frame in frames]
    assert sides[0] == sides[1] == sides[11]
    assert sides[2:8] == sorted(sides[2:8])
    assert sides[8] == pytest.approx(1.5 * sides[0], abs=2)
    for frame in frames:
        assert frame.faces[0].mask.shape == (frame.faces[0].side,) * 2


def test_in_a_split_frame_each_face_stays_in_its_panel() -> None:
    panels = (Panel(("a",)), Panel(("b",), places={"b": Place(0.3)}))
    staged = staging(
        {"a": drawing(), "b": photo()}, frames=1, shape="16:9", panels=panels
    )
    (frame,) = filmed(staged)
    masks = {place.seat: on_frame(frame, place) for place in frame.faces}
    assert set(masks) == {"a", "b"}
    assert masks["a"][:, 228:].max() == 0
    assert masks["b"][:, :226].max() == 0


def test_a_mirrored_actor_is_masked_where_it_is_seen() -> None:
    turned = {"a": Place(facing=-1)}
    plain = filmed(staging({"a": drawing("hob")}, frames=1))[0]
    mirror = filmed(staging({"a": drawing("hob")}, frames=1, places=turned))[0]
    one, other = (on_frame(f, f.faces[0]) for f in (plain, mirror))
    assert np.abs(one[:, ::-1] - other).mean() < 0.01


def test_the_reference_is_the_face_at_rest() -> None:
    for actor in (photo(), drawing()):
        picture = reference(actor, 64)
        assert picture.shape == (64, 64, 3)
        assert picture.dtype == np.uint8
        (frame,) = filmed(staging({"a": actor}, frames=1))
        (place,) = frame.faces
        left, top, right, bottom = place.box
        there = cv2.resize(
            frame.pixels[top:bottom, left:right], (64, 64), interpolation=cv2.INTER_AREA
        )
        mask = cv2.resize(place.mask, (64, 64)) > 0.5
        assert np.abs(picture.astype(int) - there)[mask].mean() < 12


def test_a_portrait_without_a_face_is_refused_in_words() -> None:
    bare = photo()
    rig = replace(bare.rig, anchors=None, landmarks=(), grids="", reason="")
    with pytest.raises(EngineError, match="No face is known"):
        reference(Actor(rig, bare.portrait, bare.blobs), 64)

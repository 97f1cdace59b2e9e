"""Drawn characters on the move: nothing torn, nothing lost, nothing fringed."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image

from avatarfx.animators.layers import LayersMaker, LayersPuppet, cels
from avatarfx.animators.puppets import Painter, View
from socialapp.characters import maker
from socialapp.content import library
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Actor
from socialapp.performance import Face, Rig

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHOLE = View(0.0, 0.0, 1.0, 4 / 3)
REST = Face()


@pytest.fixture(scope="module")
def tamsin() -> Actor:
    rig, blobs, portrait = maker.import_svg(*library.drawing("tamsin"))
    return Actor(rig, portrait, blobs)


@pytest.fixture(scope="module")
def puppet(tamsin: Actor) -> LayersPuppet:
    return _puppet(tamsin)


def _puppet(actor: Actor, view: View = WHOLE, width: int = 300) -> LayersPuppet:
    height = round(width * view.height / view.width)
    return LayersMaker().build(
        actor, view=view, width=width, height=height, cut_out=True
    )


def _close(actor: Actor, point: tuple[float, float], wide: float) -> LayersPuppet:
    """A square view about a point."""
    view = View(point[0] - wide / 2, point[1] - wide / 2, wide, wide)
    return _puppet(actor, view, 200)


def _mouth_view(actor: Actor) -> LayersPuppet:
    assert actor.rig.anchors is not None
    return _close(actor, actor.rig.anchors.mouth, 0.24)


def _eye_view(actor: Actor) -> LayersPuppet:
    assert actor.rig.anchors is not None
    return _close(actor, actor.rig.anchors.eye_left, 0.14)


def _difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def test_only_drawings_in_layers_suit() -> None:
    photo = Rig(portrait="", width=10, height=10, style="photo")
    assert LayersMaker().suits(photo)
    assert LayersMaker().suits(replace(photo, style="layers"))


def test_a_drawing_suits(tamsin: Actor) -> None:
    assert LayersMaker().suits(tamsin.rig) is None


def test_at_rest_the_layers_add_up_to_the_portrait(
    tamsin: Actor, puppet: LayersPuppet
) -> None:
    drawn = puppet.draw(REST)
    flat = Image.open(io.BytesIO(tamsin.portrait)).convert("RGBA")
    small = np.asarray(flat.resize((300, 400), Image.Resampling.BOX))
    assert drawn.shape == small.shape == (400, 300, 4)
    # The cheeks are paler at rest and edges are filtered twice; nothing else differs.
    assert _difference(drawn[..., 3], small[..., 3]) < 0.6
    solid = (drawn[..., 3] > 250) & (small[..., 3] > 250)
    assert _difference(drawn[solid][:, :3], small[solid][:, :3]) < 1.6


@pytest.mark.parametrize(
    "face",
    [
        replace(REST, yaw=25, pitch=10),
        replace(REST, yaw=-25, pitch=-10, roll=8),
        replace(REST, roll=-8, x=0.1, y=0.05),
    ],
)
def test_a_turning_head_shows_no_gaps_and_stays_on_its_neck(
    puppet: LayersPuppet, face: Face
) -> None:
    alpha = puppet.draw(face)[..., 3]
    solid = (alpha > 128).astype(np.uint8)
    pieces = cv2.connectedComponentsWithStats(solid)[2][1:, cv2.CC_STAT_AREA]
    assert (pieces > 40).sum() == 1, "head, neck and body are one"
    holes = cv2.connectedComponentsWithStats(1 - solid)[2][1:, cv2.CC_STAT_AREA]
    at_rest = (puppet.draw(REST)[..., 3] <= 128).astype(np.uint8)
    before = cv2.connectedComponentsWithStats(at_rest)[2][1:, cv2.CC_STAT_AREA]
    assert (holes > 6).sum() <= (before > 6).sum(), "no window opens in the drawing"


def test_painting_onto_a_ground_is_laying_the_drawing_over_it(
    puppet: LayersPuppet,
) -> None:
    assert isinstance(puppet, Painter)
    face = Face(jaw_open=0.6, yaw=6.0, roll=3.0, lid_left=0.5, mouth="D", smile=0.6)
    drawn = puppet.draw(face).astype(float)
    x = np.linspace(0, 255, drawn.shape[1])
    ground = np.stack([x, x[::-1], np.full_like(x, 90)], -1)
    ground = np.repeat(ground[None], len(drawn), 0).astype(np.uint8)
    canvas = np.dstack([ground, np.full(ground.shape[:2], 255, np.uint8)])
    puppet.paint(face, canvas)
    alpha = drawn[..., 3:] / 255
    laid = drawn[..., :3] * alpha + ground * (1 - alpha)
    assert (canvas[..., 3] >= 254).all()
    assert np.abs(canvas[..., :3] - laid).max() <= 4
    assert np.abs(canvas[..., :3] - laid).mean() < 0.6


def test_the_near_layers_move_further_than_the_far_ones(puppet: LayersPuppet) -> None:
    """The nose of a head that turns right moves right, and further than the body."""
    rest, turned = puppet.draw(REST), puppet.draw(replace(REST, yaw=15))
    moves = []
    for top, bottom, left, right in ((215, 240, 125, 175), (340, 400, 60, 240)):
        one, other = (
            cv2.cvtColor(p[top:bottom, left:right, :3], cv2.COLOR_RGB2GRAY).astype(
                np.float32
            )
            for p in (rest, turned)
        )
        moves.append(cv2.phaseCorrelate(one, other)[0][0])
    nose, body = moves
    assert nose > 3
    assert nose > 2 * abs(body)


def _inside(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the mouth is dark; the nose above it does not count."""
    dark: NDArray[np.bool_] = picture[75:, :, :3].max(axis=-1) < 90
    return dark


def test_the_mouth_opens_with_its_letter_and_a_pressed_one_is_shut(
    tamsin: Actor,
) -> None:
    view = _mouth_view(tamsin)
    amounts = [
        int(_inside(view.draw(replace(REST, mouth=m, mouth_from=m))).sum())
        for m in "ABCD"
    ]
    assert amounts == sorted(amounts)
    assert amounts[-1] > 3 * amounts[0]
    forced = replace(REST, mouth="D", mouth_from="D", mouth_press=1.0, jaw_open=1.0)
    shut = replace(REST, mouth="A", mouth_from="A")
    assert _difference(view.draw(forced), view.draw(shut)) < 0.01


def test_a_mouth_that_changes_goes_through_what_lies_between(tamsin: Actor) -> None:
    view = _mouth_view(tamsin)
    heights = []
    for mix in np.linspace(0, 1, 9):
        face = replace(REST, mouth_from="A", mouth="D", mouth_mix=float(mix))
        rows = np.flatnonzero(_inside(view.draw(face)).any(axis=1))
        heights.append(int(np.ptp(rows)))
    assert heights == sorted(heights)
    first, last = heights[0], heights[-1]
    between = {h for h in heights if first + 4 < h < last - 4}
    assert len(between) >= 3, "it opens rather than jumps"


def test_a_smile_lifts_the_corners_and_a_frown_drops_them(tamsin: Actor) -> None:
    view = _mouth_view(tamsin)

    def corner(smile: float) -> float:
        picture = view.draw(replace(REST, smile=smile))[..., :3].max(axis=-1)
        return float(np.argwhere(picture[60:125, 28:44] < 90)[:, 0].mean())

    assert corner(1.0) < corner(0.0) - 3
    assert corner(-1.0) > corner(0.0) + 3


def test_the_iris_follows_the_gaze_and_stays_in_the_white(tamsin: Actor) -> None:
    view = _eye_view(tamsin)
    shut = view.draw(replace(REST, lid_left=1.0))
    rest = view.draw(REST)
    looks = {x: view.draw(replace(REST, gaze_x=x, gaze_y=0.5 * x)) for x in (-1.0, 1.0)}

    def pupil(picture: NDArray[np.uint8]) -> float:
        return float(np.argwhere(picture[..., :3].max(axis=-1) < 40)[:, 1].mean())

    assert pupil(looks[-1.0]) < pupil(looks[1.0]) - 4
    # What a look changes lies within what an open eye shows and a closed one hides.
    opening = np.abs(rest.astype(int) - shut.astype(int)).max(axis=-1) > 12
    opening = cv2.dilate(opening.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    for picture in looks.values():
        changed = np.abs(picture.astype(int) - rest.astype(int)).max(axis=-1) > 12
        assert not (changed & ~opening).any()


def test_lids_come_down_step_by_step_and_one_eye_can_close_alone(tamsin: Actor) -> None:
    view = _eye_view(tamsin)
    levels = np.linspace(0, 1, 9)
    frames = [view.draw(replace(REST, lid_left=float(v))) for v in levels]
    lost = frames[0].astype(int) - frames[-1].astype(int)
    opening = np.abs(lost).max(axis=-1) > 12
    white = [int(((f[..., :3].min(axis=-1) > 200) & opening).sum()) for f in frames]
    assert white == sorted(white, reverse=True)
    assert white[-1] < 0.05 * white[0]
    assert 0.2 * white[0] < white[3] < 0.9 * white[0], "half-closed is half-closed"
    other = view.draw(replace(REST, lid_right=1.0))
    assert _difference(other, frames[0]) < 0.01


def test_no_dark_fringe_round_a_pale_layer() -> None:
    alpha = np.zeros((40, 40), np.uint8)
    cv2.circle(alpha, (20, 20), 12, 255, -1, cv2.LINE_AA)
    white = np.where(alpha[..., None] > 0, np.uint8(255), np.uint8(0)).repeat(4, 2)
    white[..., 3] = alpha
    canvas = np.full((60, 60, 4), 255, np.uint8)
    turned = np.array([[0.98, -0.17, 8.3], [0.17, 0.98, 2.6]])
    cels.paste(canvas, cels.premultiply(white), turned)
    assert canvas.min() >= 253


def test_straight_alpha_comes_back_from_premultiplied() -> None:
    straight = np.zeros((1, 3, 4), np.uint8)
    straight[0] = [(200, 100, 50, 255), (200, 100, 50, 128), (9, 9, 9, 0)]
    back = cels.straighten(cels.premultiply(straight))
    assert np.abs(back[0, :2].astype(int) - straight[0, :2].astype(int)).max() <= 1
    assert back[0, 2, 3] == 0


def test_threads_draw_what_one_thread_draws(tamsin: Actor) -> None:
    faces = [
        replace(
            REST,
            yaw=4.0 * (i % 5),
            lid_left=(i % 4) / 4,
            gaze_x=(i % 3) / 3,
            mouth="XBCDE"[i % 5],
            mouth_from="DXABC"[i % 5],
            mouth_mix=(i % 6) / 5,
        )
        for i in range(40)
    ]
    alone, shared = _puppet(tamsin, width=160), _puppet(tamsin, width=160)
    expected = [alone.draw(face) for face in faces]
    with ThreadPoolExecutor(2) as pool:
        drawn = list(pool.map(shared.draw, faces))
    assert all((a == b).all() for a, b in zip(expected, drawn, strict=True))


def test_a_view_beyond_the_picture_is_clear_there(tamsin: Actor) -> None:
    drawn = _puppet(tamsin, View(-0.5, -0.5, 2.0, 2.0), 200).draw(REST)
    assert drawn[:, :40, 3].max() == 0
    assert drawn[100:150, 90:110, 3].max() == 255


def test_a_missing_and_a_damaged_layer_are_said(tamsin: Actor) -> None:
    ref = tamsin.rig.layers[3].ref
    lacking = {r: d for r, d in tamsin.blobs.items() if r != ref}
    with pytest.raises(EngineError, match="missing"):
        _puppet(replace(tamsin, blobs=lacking))
    with pytest.raises(EngineError, match="damaged"):
        _puppet(replace(tamsin, blobs={**tamsin.blobs, ref: b"no picture"}))

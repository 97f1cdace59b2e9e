"""The same face, by the server and in a browser: what it wears, how it blinks and speaks."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from avatarfx.animators.warp import WarpMaker
from avatarfx.bench.facesets import own, worn
from avatarfx.tests.test_riggers import decoded, encoded, rigged, sample
from avatarfx.tests.test_warp import close_up
from socialapp.engines.protocols import Actor
from socialapp.lib import mouths
from socialapp.performance import Face
from tests.e2e.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from playwright.sync_api import Page, Route

    from avatarfx.animators.puppets import View
    from socialapp.performance import Rig

SIDE = 384
AT = "http://looks.test/"
FACES = {
    "rest": Face(),
    "ah": Face(jaw_open=1.0, mouth_wide=0.6, mouth="D", mouth_from="D"),
    "ee": Face(jaw_open=0.3, mouth_wide=0.9, smile=0.3),
    "smile": Face(smile=1.0, cheek=0.6, yaw=8.0),
    "half": Face(lid_left=0.5, lid_right=0.5),
    "shut": Face(lid_left=1.0, lid_right=1.0, roll=4.0),
}
PAGE = """<!doctype html><link rel=icon href=data:,><script type=module>
import { makePuppet } from "/stage/puppets.js";
import { closeRig, loadRig } from "/stage/rig.js";
window.shoot = async ({ rig, faces, view, side }) => {
  const loaded = await loadRig(rig);
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const gl = canvas.getContext("webgl2", { preserveDrawingBuffer: true, antialias: false });
  const puppet = makePuppet(gl, loaded);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const shots = faces.map((face) => {
    gl.viewport(0, 0, side, side);
    gl.clear(gl.COLOR_BUFFER_BIT);
    puppet.draw(face, view, side, side);
    if (gl.getError()) throw new Error("WebGL refused something");
    return canvas.toDataURL("image/png").split(",")[1];
  });
  puppet.free();
  closeRig(loaded);
  return shots;
};
window.ready = true;
</script>"""


class Gallery:
    """A page that draws faces with the stage's modules, and nothing else."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._files: dict[str, tuple[bytes, str]] = {}
        page.route(f"{AT}**", self._answer)
        page.goto(AT)
        page.wait_for_function("window.ready")

    def _answer(self, route: Route) -> None:
        name = route.request.url.removeprefix(AT)
        if not name:
            route.fulfill(body=PAGE, content_type="text/html")
        elif name in self._files:
            body, kind = self._files[name]
            route.fulfill(body=body, content_type=kind)
        else:
            file = ROOT / "socialapp" / "static" / name
            route.fulfill(path=file, content_type="text/javascript")

    def shows(self, one: Actor, view: View) -> dict[str, NDArray[np.uint8]]:
        """(SIDE, SIDE, 3) of each of `FACES`."""
        rig = one.rig
        blobs = {rig.portrait: one.portrait, **one.blobs}
        self._files = {
            f"blob/{number}": (body, "application/octet-stream")
            for number, body in enumerate(blobs.values())
        }
        urls = {ref: f"/blob/{number}" for number, ref in enumerate(blobs)}
        if rig.style == "flat":
            for letter in mouths.LETTERS:
                drawing = mouths.cartoon_svg(letter, dict(rig.palette), 640).encode()
                self._files[f"mouth/{letter}"] = (drawing, "image/svg+xml")
                urls[f"mouth-{letter}"] = f"/mouth/{letter}"
        shots = self._page.evaluate(
            "(asked) => shoot(asked)",
            {
                "rig": {**rig.to_json(), "urls": urls},
                "faces": [asdict(face) for face in FACES.values()],
                "view": asdict(view),
                "side": SIDE,
            },
        )
        return {
            name: decoded(base64.b64decode(shot))[..., ::-1]
            for name, shot in zip(FACES, shots, strict=True)
        }


def dressed(kind: str) -> Callable[[], bytes]:
    photo = next(own.faces())
    return lambda: encoded(worn.WORN[kind](photo, 3).rgb[..., ::-1])


PICTURES = {
    "photo": lambda: sample("photo close"),
    "painting": lambda: sample("painted hob"),
    "drawing": lambda: sample("flat imani"),
    "drawn beard": lambda: sample("flat hob"),
    **{kind: dressed(kind) for kind in ("moustache", "beard", "glasses", "fringe")},
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_browser_draws_the_faces_that_the_server_draws(
    name: str, page: Page
) -> None:
    data = PICTURES[name]()
    rig, blobs = rigged(data)
    one = Actor(rig, data, blobs)
    view = close_up(rig)
    face = WarpMaker().build(one, view=view, width=SIDE, height=SIDE, cut_out=False)
    shown = Gallery(page).shows(one, view)
    for what, how in FACES.items():
        ours = face.draw(how)[..., :3].astype(int)
        off = np.abs(shown[what].astype(int) - ours)
        print(
            f"{name}, {what}: mean difference {off.mean():.2f} of 255, "
            f"{(off.max(axis=2) > 32).mean():.2%} of the pixels by more than 32"
        )
        assert off.mean() < 1.5
        # And nowhere in the face a patch of another colour: a lid, a tooth, a shade that
        # is not there.
        soft = cv2.blur(shown[what].astype(np.float32) - ours, (15, 15))
        assert np.abs(soft[within(rig, view)]).max() < 32, what


def within(rig: Rig, view: View) -> tuple[slice, slice]:
    """Rows and columns of the face; what is behind it is grown, here and there."""
    points = np.array(rig.landmarks)[:, :2]
    pixels = (points - [view.x, view.y]) / view.width * SIDE
    (left, top), (right, bottom) = pixels.min(0).astype(int), pixels.max(0).astype(int)
    return slice(top, bottom), slice(left, right)

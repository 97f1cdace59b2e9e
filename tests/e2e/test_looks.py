"""The same face, by the server and in a browser: what it wears, how it blinks and speaks."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from avatarfx.animators.warp import WarpMaker
from avatarfx.bench.facesets import own, worn
from avatarfx.tests.test_riggers import encoded, rigged, sample
from avatarfx.tests.test_warp import close_up
from socialapp.engines.protocols import Actor
from socialapp.performance import Face
from tests.e2e.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from playwright.sync_api import Page, Route

    from avatarfx.animators.puppets import View

SIDE = 384
AT = "http://looks.test/"
FACES = {
    "rest": Face(),
    "ah": Face(jaw_open=1.0, mouth_wide=0.6),
    "ee": Face(jaw_open=0.3, mouth_wide=0.9, smile=0.3),
    "smile": Face(smile=1.0, cheek=0.6, yaw=8.0),
    "half": Face(lid_left=0.5, lid_right=0.5),
    "shut": Face(lid_left=1.0, lid_right=1.0, roll=4.0),
}
PAGE = """<!doctype html><link rel=icon href=data:,><script type=module>
import { makePuppet } from "/stage/puppets.js";
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const bitmap = (text) => createImageBitmap(new Blob([bytes(text)]),
  { premultiplyAlpha: "premultiply", colorSpaceConversion: "none" });
window.shoot = async ({ rig, portrait, matte, grids, faces, view, side }) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const gl = canvas.getContext("webgl2", { preserveDrawingBuffer: true, antialias: false });
  const pictures = new Map([[rig.matte, await bitmap(matte)]]);
  const loaded = { rig, portrait: await bitmap(portrait), pictures, grids: bytes(grids).buffer, mouths: {} };
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
  return shots;
};
window.ready = true;
</script>"""


@pytest.fixture
def gallery(page: Page) -> Page:
    """A page that draws faces with the stage's modules, and nothing else."""

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(AT)
        if not name:
            route.fulfill(body=PAGE, content_type="text/html")
            return
        route.fulfill(
            path=ROOT / "socialapp" / "static" / name, content_type="text/javascript"
        )

    page.route(f"{AT}**", answer)
    page.goto(AT)
    page.wait_for_function("window.ready")
    return page


def in_browser(page: Page, one: Actor, view: View) -> list[NDArray[np.uint8]]:
    def text(data: bytes) -> str:
        return base64.b64encode(data).decode()

    data: Any = one.rig.to_json()
    rig = json.loads(data) if isinstance(data, str) else data
    shots = page.evaluate(
        "(asked) => shoot(asked)",
        {
            "rig": {**rig, "urls": {}},
            "portrait": text(one.portrait),
            "matte": text(one.blobs[one.rig.matte]),
            "grids": text(one.blobs[one.rig.grids]),
            "faces": [asdict(face) for face in FACES.values()],
            "view": asdict(view),
            "side": SIDE,
        },
    )
    pictures = []
    for shot in shots:
        raw = np.frombuffer(base64.b64decode(shot), np.uint8)
        decoded = cv2.imdecode(raw, cv2.IMREAD_COLOR)
        assert decoded is not None
        pictures.append(np.asarray(decoded[..., ::-1], np.uint8))
    return pictures


def dressed(kind: str) -> Callable[[], bytes]:
    photo = next(own.faces())
    return lambda: encoded(worn.WORN[kind](photo, 3).rgb[..., ::-1])


PICTURES = {
    "photo": lambda: sample("photo close"),
    "painting": lambda: sample("painted hob"),
    "drawing": lambda: sample("flat imani"),
    **{kind: dressed(kind) for kind in ("moustache", "beard", "glasses", "fringe")},
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_browser_draws_the_faces_that_the_server_draws(
    name: str, gallery: Page
) -> None:
    data = PICTURES[name]()
    rig, blobs = rigged(data)
    one = Actor(rig, data, blobs)
    view = close_up(rig)
    face = WarpMaker().build(one, view=view, width=SIDE, height=SIDE, cut_out=False)
    shown = dict(zip(FACES, in_browser(gallery, one, view), strict=True))
    for what, how in FACES.items():
        ours = face.draw(how)[..., :3].astype(int)
        off = np.abs(shown[what].astype(int) - ours)
        print(
            f"{name}, {what}: mean difference {off.mean():.2f} of 255, "
            f"{(off.max(axis=2) > 32).mean():.2%} of the pixels by more than 32"
        )
        assert off.mean() < 1.5
        # And nowhere a patch of another colour: a lid, a tooth, a shade that is not there.
        soft = cv2.blur(shown[what].astype(np.float32) - ours, (15, 15))
        assert np.abs(soft).max() < 40, what

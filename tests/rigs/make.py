"""Writes the vectors that both renderers are held to: framing, layers, weights, grids.

    python -m tests.rigs.make

Make them anew only when a formula changes on purpose, and change the browser's twin in
``socialapp/static/stage`` with it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from avatarfx.animators.framing import Placed, fill, stand
from avatarfx.animators.layers import motion
from avatarfx.animators.warp import grids as warp
from socialapp.performance import Face, Place, Rig, codec
from socialapp.performance.rig import Anchors

FILE = Path(__file__).with_name("stage.json")

FRAMES = {"9:16": (512, 912), "1:1": (512, 512), "16:9": (912, 512)}

PHOTO = Rig(
    portrait="",
    width=800,
    height=1000,
    style="photo",
    anchors=Anchors((0.42, 0.4), (0.58, 0.41), (0.5, 0.56), (0.5, 0.66)),
)
RIGS = {
    "photo": PHOTO,
    "far": replace(
        PHOTO, anchors=Anchors((0.47, 0.3), (0.53, 0.3), (0.5, 0.36), (0.5, 0.4))
    ),
    "unknown": replace(PHOTO, anchors=None),
    "layers": replace(PHOTO, style="layers"),
}

FACES = {
    "rest": Face(),
    "turn": Face(yaw=14, pitch=-8, roll=6, x=0.03, y=-0.02, smile=0.8, cheek=0.6),
    "talk": Face(jaw_open=0.8, mouth_wide=0.3, lip_bite=0.2, tongue=0.5, lid_left=0.6),
    "press": Face(mouth_press=0.7, jaw_open=0.5, smile=-0.6, brow_knit=-0.8),
    "wide": Face(lid_left=-0.4, lid_right=-0.4, brow_raise=0.9, gaze_x=-0.7),
}


def view(placed: Placed, width: int, height: int) -> list[float]:
    scale = placed.scale
    return [-placed.x / scale, -placed.y / scale, width / scale, height / scale]


def framing() -> list[dict[str, Any]]:
    out = []
    for name, rig in RIGS.items():
        for shape, (width, height) in FRAMES.items():
            size = {"shape": shape, "width": width, "height": height}
            if rig.style == "layers":
                placed = stand(
                    rig,
                    shape=shape,
                    width=width,
                    height=height,
                    place=Place(),
                    sharing=1,
                )
            else:
                placed = fill(
                    rig, shape=shape, width=width, height=height, place=Place()
                )
            rig_json = {"anchors": None, **codec.dump(rig)}
            out.append(
                {
                    "name": name,
                    **size,
                    "rig": rig_json,
                    "view": view(placed, width, height),
                }
            )
    return out


def small_grids() -> warp.Grids:
    """A rig of a few nodes whose every number is different."""
    face = warp.Lattice(0.2, 0.1, 0.6, 0.7, 4, 5)
    head = warp.Lattice(0.0, 0.0, 1.0, 1.2, 3, 3)
    rng = np.random.default_rng(7)

    def field() -> Any:
        return rng.uniform(-0.2, 0.2, (face.rows, face.columns, 2)).astype(np.float16)

    fields = (
        {
            ("upper", name): field()
            for name in ("rest", "jaw_open", "smile_up", "brow_up", "gaze_x")
        }
        | {("lower", name): field() for name in ("rest", "jaw_open", "smile_up")}
        | {("lid_left", "lid_left"): field(), ("lid_right", "lid_right"): field()}
    )
    line = np.array([[0.4, 0.5], [0.5, 0.52], [0.6, 0.5]], np.float32)
    return warp.Grids(
        unit=0.2,
        face_width=0.35,
        axis=(1.0, 0.0),
        pivot=(0.5, 0.9),
        face=face,
        head=head,
        fields={key: value.astype(np.float32) for key, value in fields.items()},
        depth=rng.uniform(-0.3, 0.5, (3, 3)).astype(np.float32),
        follow=rng.uniform(0, 1, (3, 3)).astype(np.float32),
        lip_upper=line,
        lip_lower=line + np.float32(0.02),
        zone=(0.3, 0.45, 0.4, 0.3),
        lids={"left": (line, line), "right": (line, line)},
        mouth={"centre": [0.5, 0.5], "half_width": 0.1, "teeth": 0.02},
    )


def vectors() -> dict[str, Any]:
    rig = small_grids()
    return {
        "framing": framing(),
        "turns": [
            {"face": codec.dump(face), "turn": list(motion.turn_of(face))}
            for face in FACES.values()
        ],
        "weights": [
            {
                "face": codec.dump(face),
                "speaking": warp.weights_of(face),
                "flat": warp.weights_of(face, flat=True),
            }
            for face in FACES.values()
        ],
        "grids": {
            "blob": base64.b64encode(rig.pack()).decode("ascii"),
            "rest": np.round(rig.fields["upper", "rest"].ravel(), 6).tolist(),
            "sums": [
                {
                    "face": codec.dump(face),
                    "layer": layer,
                    "sum": summed(rig, layer, face),
                }
                for face in FACES.values()
                for layer in ("upper", "lower")
            ],
        },
        "constants": {
            "JAW_OF": motion.JAW_OF,
            "STRETCH": motion.STRETCH,
            "BROW_UP": motion.BROW_UP,
            "CHEEK_REST": motion.CHEEK_REST,
            "SQUINT": motion.SQUINT,
            "BODY_SWAY": motion.BODY_SWAY,
        },
    }


def summed(rig: warp.Grids, layer: str, face: Face) -> list[float]:
    """As docs/rig.md says: own fields, and those that only the upper layer has."""
    weights = warp.weights_of(face)
    names = {
        name: rig.fields["upper", name]
        for (kind, name) in rig.fields
        if kind == "upper"
    }
    if layer == "lower":
        names |= {
            n: rig.fields["lower", n] for (kind, n) in rig.fields if kind == "lower"
        }
    total = sum(weights[name] * field * rig.unit for name, field in names.items())
    return [float(v) for v in np.asarray(total).ravel()]


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")

"""The displacement grids of a rig: their file format and the weights that drive them.

The format and the formulas are described in ``docs/rig.md``; the browser reads the same
bytes.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialapp.performance import Face

    Floats = NDArray[np.floating[Any]]

MAGIC = b"FXG1"

UPPER, LOWER, LID_LEFT, LID_RIGHT = "upper", "lower", "lid_left", "lid_right"

MOUTH_FIELDS = (
    "rest",
    "jaw_open",
    "mouth_wide",
    "mouth_round",
    "mouth_press",
    "lip_bite",
    "smile_up",
    "smile_down",
)
"""Fields of which the lower layer has its own."""

FIELDS = (
    *MOUTH_FIELDS,
    "brow_up",
    "brow_down",
    "knit_in",
    "knit_up",
    "cheek",
    "nose_wrinkle",
    "wide_left",
    "wide_right",
    "gaze_x",
    "gaze_y",
)


class GridsError(ValueError):
    """The blob is not a grids file of a version that can be read."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Nodes over a rectangle, in units of the portrait's width."""

    x: float
    y: float
    width: float
    height: float
    columns: int
    rows: int

    def points(self) -> Floats:
        """(rows, columns, 2) positions of the nodes."""
        x = np.linspace(self.x, self.x + self.width, self.columns, dtype=np.float32)
        y = np.linspace(self.y, self.y + self.height, self.rows, dtype=np.float32)
        return np.stack(np.meshgrid(x, y), -1)

    def indices(self, points: Floats) -> Floats:
        """Fractional node indices (column, row) of points (..., 2)."""
        step = [self.width / (self.columns - 1), self.height / (self.rows - 1)]
        return ((points - [self.x, self.y]) / step).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Grids:
    """All that moves one face. Positions in units of the portrait's width."""

    unit: float
    """Outer eye corner to outer eye corner, as if seen from the front."""

    face_width: float
    axis: tuple[float, float]
    pivot: tuple[float, float]
    face: Lattice
    head: Lattice
    fields: dict[tuple[str, str], Floats]
    """(layer, name): (rows, columns, 2) displacements on `face`, in multiples of `unit`."""

    depth: Floats
    """(rows, columns) on `head`, in multiples of `unit`, positive towards the viewer."""

    follow: Floats
    """(rows, columns) on `head`, 0 to 1."""

    lip_upper: Floats
    """(n, 2), viewer's left corner to right corner, as in the picture."""

    lip_lower: Floats
    zone: tuple[float, float, float, float]
    lids: dict[str, tuple[Floats, Floats]]
    """``left`` and ``right``: upper and lower curve, (n, 2) each."""

    mouth: dict[str, Any]

    def pack(self) -> bytes:
        parts: list[NDArray[np.float16]] = []
        at = 0
        entries = []
        for (layer, name), field in self.fields.items():
            entries.append({"name": name, "layer": layer, "at": at})
            parts.append(field.astype("<f2").ravel())
            at += field.size
        places = {}
        for name, grid in (("depth", self.depth), ("follow", self.follow)):
            places[name] = at
            parts.append(grid.astype("<f2").ravel())
            at += grid.size
        header = {
            "version": 1,
            "unit": _short(self.unit),
            "face_width": _short(self.face_width),
            "axis": _curve(np.asarray(self.axis)),
            "pivot": _curve(np.asarray(self.pivot)),
            "face": _lattice_json(self.face),
            "head": _lattice_json(self.head),
            "fields": entries,
            **places,
            "lips": {"upper": _curve(self.lip_upper), "lower": _curve(self.lip_lower)},
            "zone": _curve(np.asarray(self.zone)),
            "lids": {
                side: {"upper": _curve(upper), "lower": _curve(lower)}
                for side, (upper, lower) in self.lids.items()
            },
            "mouth": self.mouth,
        }
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        return (
            MAGIC
            + struct.pack("<I", len(text))
            + text
            + b"".join(p.tobytes() for p in parts)
        )

    @classmethod
    def unpack(cls, blob: bytes) -> Grids:
        """GridsError for anything that is not such a file."""
        if blob[:4] != MAGIC or len(blob) < 8:
            raise GridsError("Not a grids file")
        (length,) = struct.unpack("<I", blob[4:8])
        try:
            header = json.loads(blob[8 : 8 + length])
            if header["version"] != 1:
                raise GridsError(f"Unknown version {header['version']}")
            data = np.frombuffer(blob, "<f2", offset=8 + length).astype(np.float32)
            face = _lattice(header["face"])
            head = _lattice(header["head"])
            shape = (face.rows, face.columns, 2)
            fields = {
                (f["layer"], f["name"]): _cut(data, f["at"], shape)
                for f in header["fields"]
            }
            return cls(
                unit=float(header["unit"]),
                face_width=float(header["face_width"]),
                axis=(float(header["axis"][0]), float(header["axis"][1])),
                pivot=(float(header["pivot"][0]), float(header["pivot"][1])),
                face=face,
                head=head,
                fields=fields,
                depth=_cut(data, header["depth"], (head.rows, head.columns)),
                follow=_cut(data, header["follow"], (head.rows, head.columns)),
                lip_upper=np.asarray(header["lips"]["upper"], np.float32),
                lip_lower=np.asarray(header["lips"]["lower"], np.float32),
                zone=tuple(header["zone"]),
                lids={
                    side: (
                        np.asarray(lid["upper"], np.float32),
                        np.asarray(lid["lower"], np.float32),
                    )
                    for side, lid in header["lids"].items()
                },
                mouth=header["mouth"],
            )
        except (KeyError, TypeError, IndexError, UnicodeDecodeError) as error:
            raise GridsError(f"Broken grids file: {error!r}") from error
        except json.JSONDecodeError as error:
            raise GridsError("Broken grids header") from error


FLAT_JAW = 0.35
"""How much of the jaw's motion a face with a drawn mouth takes."""


def weights_of(face: Face, *, flat: bool = False) -> dict[str, float]:
    """The weight of every field for one face, lids apart; `flat`: with a drawn mouth."""
    free = 1 - face.mouth_press
    weights = {
        "rest": 1.0,
        "jaw_open": face.jaw_open * free * (1 - 0.7 * face.lip_bite),
        "mouth_wide": face.mouth_wide,
        "mouth_round": face.mouth_round,
        "mouth_press": face.mouth_press,
        "lip_bite": face.lip_bite * free,
        "smile_up": max(face.smile, 0.0),
        "smile_down": max(-face.smile, 0.0),
        "brow_up": max(face.brow_raise, 0.0),
        "brow_down": max(-face.brow_raise, 0.0),
        "knit_in": max(face.brow_knit, 0.0),
        "knit_up": max(-face.brow_knit, 0.0),
        "cheek": face.cheek,
        "nose_wrinkle": face.nose_wrinkle,
        "wide_left": max(-face.lid_left, 0.0),
        "wide_right": max(-face.lid_right, 0.0),
        "gaze_x": face.gaze_x,
        "gaze_y": face.gaze_y,
    }
    if flat:
        jaw = weights["jaw_open"]
        weights |= dict.fromkeys(MOUTH_FIELDS, 0.0)
        weights["jaw_open"] = FLAT_JAW * jaw
    return weights


def _cut(data: Floats, at: int, shape: tuple[int, ...]) -> Floats:
    size = int(np.prod(shape))
    if at < 0 or at + size > len(data):
        raise GridsError("The grids file is cut short")
    return np.ascontiguousarray(data[at : at + size].reshape(shape))


def _lattice(data: dict[str, Any]) -> Lattice:
    x, y, width, height = (float(v) for v in data["box"])
    columns, rows = (int(v) for v in data["size"])
    if not (2 <= columns <= 512 and 2 <= rows <= 512 and width > 0 and height > 0):
        raise GridsError("A lattice needs 2 to 512 nodes a side over an area")
    return Lattice(x, y, width, height, columns, rows)


def _lattice_json(lattice: Lattice) -> dict[str, Any]:
    return {
        "box": [
            _short(v) for v in (lattice.x, lattice.y, lattice.width, lattice.height)
        ],
        "size": [lattice.columns, lattice.rows],
    }


def _short(value: float) -> float:
    return round(float(value), 6)


def _curve(points: NDArray[Any]) -> Any:
    return np.round(points.astype(float), 6).tolist()

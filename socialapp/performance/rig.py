"""A rig: what makes one portrait animatable. Made once for each portrait."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from socialapp.performance import codec

VERSION = 1

STYLES = ("photo", "paint", "flat", "layers")


@dataclass(frozen=True, slots=True)
class Anchors:
    """The handles a person can drag. x and y in units of the picture's width."""

    eye_left: tuple[float, float]
    """Centre of the eye on the viewer's left."""

    eye_right: tuple[float, float]
    mouth: tuple[float, float]
    """Middle of the line between the lips."""

    chin: tuple[float, float]
    mouth_width: float = 0.0
    """Corner to corner, in the same units; 0 means: judge it from the eyes."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One picture of a layered portrait, in drawing order."""

    name: str
    """A drawn portrait uses these, in this order unless its drawing says otherwise:
    back, hair-back, body, neck, ears, head, cheeks, then for each side (the viewer's)
    eye-SIDE-under, -white, -iris, -shade, -lid-lower, -lid-upper, then
    lids-closed-left, lids-closed-right, brow-left, brow-right, nose, mouth-X to
    mouth-H, hair-front. Names that end in, or contain, ``-left`` or ``-right`` belong
    to one eye, so one eye can close alone. Empty ones are left out."""

    ref: str
    """Blob of a transparent picture (WebP, straight alpha)."""

    box: tuple[float, float, float, float]
    """x, y, width, height in units of the portrait's width."""

    depth: float = 0.5
    """0 far back, 1 nearest: how far it moves when the head turns."""

    head: bool = True
    """Rolls with the head; False for body and back."""

    clip: str = ""
    """Name of the layer whose opaque pixels bound this one (an iris in its white)."""


@dataclass(frozen=True, slots=True)
class Rig:
    portrait: str
    """Blob ref of the picture that the points belong to."""

    width: int
    height: int
    style: str
    """One of STYLES."""

    anchors: Anchors | None = None
    """None: no face is known; the head can move but no mouth is painted."""

    landmarks: tuple[tuple[float, float, float], ...] = ()
    """478 points in MediaPipe's canonical order: x, y, depth in units of the width.
    Empty for layers and while no face is known."""

    presence: float = 0.0
    """How sure the finder is that this is a face, 0 to 1; 1 for hand-set anchors."""

    mouth_drawn: bool = True
    """False: profile, mask or helmet; a mouth must never be painted."""

    reason: str = ""
    """Why there is no face or no mouth, in words for a user."""

    guess: Anchors | None = None
    """Where a face may be while none is known: a proposal for whoever sets the handles,
    and nothing that moves."""

    palette: dict[str, str] = field(default_factory=dict)
    """``#rrggbb`` by part: skin, lip, teeth, tongue, mouth, lid."""

    grids: str = ""
    """Blob of the displacement grids (see ``docs/rig.md``); empty for layers."""

    matte: str = ""
    """Blob of an 8-bit PNG: 255 person, 0 background; empty when unknown."""

    layers: tuple[Layer, ...] = ()
    mouths: dict[str, str] = field(default_factory=dict)
    """Sprite letter to layer name."""

    blink_show: tuple[str, ...] = ()
    """Layers that are hidden until an eye closes, and those it hides then. Until then
    eye-SIDE-lid-upper slides down."""

    blink_hide: tuple[str, ...] = ()
    irises: tuple[str, ...] = ()
    gaze_travel: tuple[float, float] = (0.0, 0.0)
    """How far an iris may go in x and y, in units of the width."""

    pivot: tuple[float, float] = (0.5, 1.0)
    """The neck: the head rolls about it."""

    rest_tilt: float = 0.0
    """Degrees at which a layered character rests."""

    made_by: str = "hand"
    """Rigger and version; ``+hand`` when a person moved the anchors."""

    def to_json(self) -> dict[str, Any]:
        return {"format": "rig", "version": VERSION, **codec.dump(self)}

    @classmethod
    def from_json(cls, data: Any) -> Rig:
        """FormatError on an unknown version or anything malformed."""
        if not isinstance(data, dict):
            raise codec.FormatError("A rig is an object")
        if (data.get("format"), data.get("version")) != ("rig", VERSION):
            raise codec.FormatError(f"Not a rig of version {VERSION}")
        body = {k: v for k, v in data.items() if k not in {"format", "version"}}
        return codec.load(cls, body)

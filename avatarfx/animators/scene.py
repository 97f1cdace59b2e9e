"""A clip's scene: one to three placed actors over a backdrop, shot by shot."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from avatarfx.animators import backdrop, framing, ledge, pictures
from avatarfx.animators.framing import Box, Cell, Placed, Shot
from avatarfx.animators.puppets import Painter
from avatarfx.animators.wardrobe import Wardrobe
from socialapp.engines.errors import EngineError
from socialapp.performance.motion import FaceTrack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from avatarfx.animators.puppets import Puppet, PuppetMaker
    from socialapp.engines.protocols import Actor, Staging
    from socialapp.performance import Face, Performance

    Pixels = NDArray[np.uint8]

MOST_ACTORS = 3

MOVES_KEPT = 4
"""Of a camera track: one of everybody and of each of three. More would be memory."""

REACH = 0.06
"""How far beyond its picture an actor may move, in portrait widths."""

FEATHER = 40
"""Pixels over which a picture that does not fill the frame melts into its surround."""


@dataclass(frozen=True, slots=True)
class _Cast:
    """One actor of the scene: who, where, and how they move."""

    seat: str
    actor: Actor
    placed: Placed
    track: FaceTrack
    cut_out: bool

    def face_at(self, t: float) -> Face:
        face = self.track.at(t)
        return mirrored(face) if self.placed.mirrored else face


@dataclass(frozen=True, slots=True)
class _Standing:
    """A puppet at its spot in a shot's canvas."""

    cast: _Cast
    puppet: Puppet
    x: int
    y: int
    size: tuple[int, int]
    """Height and width of the puppet's canvas."""

    mask: NDArray[np.float32] | None
    """Where an opaque picture melts into what surrounds it; None: it fills the shot."""

    painter: Painter | None
    """The puppet, if it can be painted onto what is behind it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the camera sees at one instant, for those who ask without drawing it."""

    box: Box
    """The part of the stage that fills the frame, or the panel."""

    cast: tuple[_Cast, ...]
    """Who is in it, whoever stands in front last."""

    ledge: int
    """The row of the frame from which on all is hidden; the height where nothing is."""


class Scene:
    """A whole clip: the placed cast, the backdrop, and the shots in turn."""

    def __init__(
        self,
        staging: Staging,
        makers: Sequence[PuppetMaker],
        width: int,
        height: int,
        wardrobe: Wardrobe | None = None,
    ) -> None:
        """`wardrobe`: of puppets that other scenes left there."""
        self._makers = makers
        self._wardrobe = wardrobe or Wardrobe()
        self._size = (width, height)
        performance = staging.performance
        seats = [part.seat for part in performance.parts]
        if not 1 <= len(seats) <= MOST_ACTORS or set(seats) - set(staging.actors):
            raise EngineError(
                f"A stage holds one to {MOST_ACTORS} actors, and each needs a rig.",
                permanent=True,
            )
        self.cast = _place(performance, staging, width, height)
        self._backdrop = self._paint(staging.background)
        self._shots = framing.shots(
            performance.stage.camera,
            {one.seat: one.placed for one in self.cast},
            shape=performance.stage.shape,
            width=width,
            height=height,
        )
        self._ledge = framing.has_ledge(performance.stage.shape, len(seats))
        self._built: dict[int, Drawn] = {}
        self._moves: dict[tuple[Box, Box, str, tuple[str, ...]], Drawn] = {}

    def shot_at(self, t: float) -> Drawn:
        """What draws the frame at `t`; shots that are over are forgotten."""
        number = self._number(t)
        shot = self._shots[number]
        if number and t < shot.at + shot.ease:
            return self._moving(self._shots[number - 1], shot)
        if number not in self._built:
            known = [
                n
                for n in self._built
                if replace(self._shots[n], at=shot.at, ease=shot.ease) == shot
            ]
            drawn = self._built[known[0]] if known else self._draw(shot)
            self._built[number] = drawn
        return self._built[number]

    def sights(self, t: float) -> tuple[tuple[Cell, Sight], ...]:
        """What is seen at `t` and in which part of the frame: here all of it."""
        number = self._number(t)
        shot, box = self._shots[number], self._shots[number].box
        if number and t < shot.at + shot.ease:
            share = framing.ease((t - shot.at) / shot.ease)
            box = self._shots[number - 1].box.towards(box, share)
        width, height = self._size
        seen = tuple(one for one in self._in_order(shot) if one.seat not in shot.hides)
        row = height
        if self._ledge:
            down = framing.LEDGE * height - box.y
            row = min(height, max(0, math.floor(down * height / box.height)))
        return (((0, 0, width, height), Sight(box, seen, row)),)

    def _number(self, t: float) -> int:
        """Of the shot at `t`."""
        return max(i for i, shot in enumerate(self._shots) if shot.at <= t + 1e-9)

    def _in_order(self, shot: Shot) -> list[_Cast]:
        """Whoever the camera looks at is not hidden behind a neighbour's tail."""
        return sorted(self.cast, key=lambda one: one.seat == shot.on)

    def _draw(self, shot: Shot) -> Drawn:
        return self._canvas(shot.box, *self._size, shot=shot)

    def _moving(self, start: Shot, end: Shot) -> Drawn:
        """A move that was made before is the same again at another time: building one
        costs as much as drawing ten frames."""
        way = (start.box, end.box, end.on, end.hides)
        if way not in self._moves:
            while len(self._moves) >= MOVES_KEPT:
                del self._moves[next(iter(self._moves))]
            self._moves[way] = self._move(start, end)
        return replace(self._moves[way], move=(start, end))

    def _move(self, start: Shot, end: Shot) -> Drawn:
        """A canvas that holds both ends of a camera move, sharp enough for either."""
        width, height = self._size
        hull = start.box.join(end.box)
        fine = width / min(start.box.width, end.box.width)
        budget = framing.PIXEL_BUDGET * width * height
        fine = min(fine, math.sqrt(budget / (hull.width * hull.height)))
        size = (max(2, round(hull.width * fine)), max(2, round(hull.height * fine)))
        return self._canvas(hull, *size, shot=end, move=(start, end))

    def _canvas(
        self,
        box: Box,
        width: int,
        height: int,
        *,
        shot: Shot,
        move: tuple[Shot, Shot] | None = None,
    ) -> Drawn:
        scale = width / box.width
        standing = []
        for one in self._in_order(shot):
            if one.seat in shot.hides:
                continue
            reach = 0.0 if not one.cut_out else REACH * one.placed.scale
            whole = Box(
                one.placed.x - reach,
                one.placed.y - reach,
                one.placed.scale + 2 * reach,
                one.placed.scale * one.placed.ratio + 2 * reach,
            )
            seen = whole.meet(box)
            if seen is None:
                continue
            # Whole pixels, so that nothing needs to be sampled a second time.
            left = max(0, math.floor((seen.x - box.x) * scale + 1e-6))
            top = max(0, math.floor((seen.y - box.y) * scale + 1e-6))
            right = min(width, math.ceil((seen.right - box.x) * scale - 1e-6))
            bottom = min(height, math.ceil((seen.bottom - box.y) * scale - 1e-6))
            if right - left < 2 or bottom - top < 2:
                continue
            under = Box(
                box.x + left / scale,
                box.y + top / scale,
                (right - left) / scale,
                (bottom - top) / scale,
            )
            size = (bottom - top, right - left)
            puppet = self._puppet(one, under, right - left, bottom - top)
            covers = (left, top, right, bottom) == (0, 0, width, height)
            mask = (
                _feathered(left, top, right, bottom, width=width, height=height)
                if puppet.opaque and not covers
                else None
            )
            painter = puppet if isinstance(puppet, Painter) else None
            standing.append(_Standing(one, puppet, left, top, size, mask, painter))
        return Drawn(
            standing=tuple(standing),
            behind=backdrop.behind(self._backdrop, box, width, height),
            before=ledge.drawn(box, width, height, self._size) if self._ledge else None,
            box=box,
            size=self._size,
            move=move,
        )

    def _puppet(self, one: _Cast, under: Box, width: int, height: int) -> Puppet:
        error: EngineError | None = None
        for maker in self._makers:
            if maker.suits(one.actor.rig) is not None:
                continue
            try:
                return self._wardrobe.puppet(
                    maker,
                    one.actor,
                    view=one.placed.view(under),
                    width=width,
                    height=height,
                    cut_out=one.cut_out,
                )
            except EngineError as raised:
                error = raised
        raise error or EngineError("Nobody can draw this cast.", permanent=True)

    def _paint(self, background: bytes) -> Pixels:
        width, height = self._size
        if background:
            return backdrop.from_picture(background, width, height)
        lead = self.cast[-1]
        if len(self.cast) == 1 and not lead.cut_out:
            picture = pictures.decode(lead.actor.portrait)
            return backdrop.extended(picture, width, height)
        return backdrop.velvet(width, height)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One shot, ready to be drawn at any time that it covers."""

    standing: tuple[_Standing, ...]
    behind: Pixels
    before: tuple[int, Pixels] | None
    """What hides all of the shot from a row on, and that row."""

    box: Box
    size: tuple[int, int]
    move: tuple[Shot, Shot] | None

    def draw(self, t: float) -> Pixels:
        canvas = self._compose(t)
        if self.move is None:
            return canvas
        start, end = self.move
        share = framing.ease((t - end.at) / end.ease)
        return self._look(canvas, start.box.towards(end.box, share))

    def _compose(self, t: float) -> Pixels:
        canvas: Pixels | None = None
        for one in self.standing:
            mirrored = one.cast.placed.mirrored
            if one.painter is not None and not mirrored and one.mask is None:
                if canvas is None or not canvas.flags.writeable:
                    canvas = self.behind.copy()
                _paint(canvas, one.painter, one, t)
                continue
            drawn = one.puppet.draw(one.cast.face_at(t))
            if mirrored:
                drawn = cast("Pixels", cv2.flip(drawn, 1))
            if one.puppet.opaque and one.mask is None:
                canvas = drawn  # it hides whatever was there
                continue
            if canvas is None or not canvas.flags.writeable:
                canvas = self.behind.copy()
            _lay(canvas, drawn, one)
        if canvas is None:
            canvas = self.behind
        if self.before is not None:
            row, front = self.before
            canvas = np.concatenate([canvas[:row], front])
        return np.ascontiguousarray(canvas)

    def _look(self, canvas: Pixels, box: Box) -> Pixels:
        width, height = self.size
        fine = canvas.shape[1] / self.box.width
        across, down = box.width * fine / width, box.height * fine / height
        matrix = np.array(
            [
                [across, 0, (box.x - self.box.x) * fine + across / 2 - 0.5],
                [0, down, (box.y - self.box.y) * fine + down / 2 - 0.5],
            ]
        )
        # OpenCV samples four channels in a third of the time that three take.
        seen = cv2.warpAffine(
            cv2.cvtColor(canvas, cv2.COLOR_RGB2RGBA),
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return cast("Pixels", cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB))


def mirrored(face: Face) -> Face:
    """The face to draw so that, flipped afterwards, it does what `face` says."""
    return replace(
        face,
        yaw=-face.yaw,
        roll=-face.roll,
        x=-face.x,
        gaze_x=-face.gaze_x,
        lid_left=face.lid_right,
        lid_right=face.lid_left,
    )


def _place(
    performance: Performance, staging: Staging, width: int, height: int
) -> tuple[_Cast, ...]:
    """Everybody on their spot, the last of the parts at the back."""
    shape = performance.stage.shape
    seats = [part.seat for part in performance.parts]
    places = framing.places_for(seats, performance.stage.places)
    placed = []
    for part in performance.parts:
        actor = staging.actors[part.seat]
        place, _ = places[part.seat]
        cut_out = _stands_free(actor) and (
            bool(staging.background) or len(seats) > 1 or _has_no_ground(actor)
        )
        where = (
            framing.stand(
                actor.rig,
                shape=shape,
                width=width,
                height=height,
                place=place,
                sharing=len(seats),
            )
            if cut_out or len(seats) > 1
            else framing.fill(
                actor.rig, shape=shape, width=width, height=height, place=place
            )
        )
        placed.append(_Cast(part.seat, actor, where, FaceTrack(part), cut_out))
    placed.reverse()
    if len(placed) == MOST_ACTORS:
        placed.insert(0, placed.pop(1))  # the middle of three stands behind
    return tuple(placed)


def _stands_free(actor: Actor) -> bool:
    """It can be cut out of its picture."""
    return bool(actor.rig.matte) or _has_no_ground(actor)


def _has_no_ground(actor: Actor) -> bool:
    """It was drawn to stand before something: there is nothing behind it."""
    if actor.rig.style == "layers":
        return True
    return pictures.has_holes(pictures.decode(actor.portrait))


def _paint(canvas: Pixels, puppet: Painter, one: _Standing, t: float) -> None:
    """A puppet onto the canvas, in place."""
    height, width = one.size
    spot = canvas[one.y : one.y + height, one.x : one.x + width]
    under = cast("Pixels", cv2.cvtColor(spot, cv2.COLOR_RGB2RGBA))
    puppet.paint(one.cast.face_at(t), under)
    cv2.cvtColor(under, cv2.COLOR_RGBA2RGB, spot)


def _lay(canvas: Pixels, drawn: Pixels, one: _Standing) -> None:
    """Blend a puppet into the canvas, in place.

    Two multiplications and a sum in 8 bits: at most one grey level off, and three
    times as fast as floats.
    """
    height, width = drawn.shape[:2]
    spot = canvas[one.y : one.y + height, one.x : one.x + width]
    if one.mask is not None:
        mask = one.mask
        cv2.blendLinear(drawn[..., :3].copy(), spot.copy(), mask, 1 - mask, spot)
        return
    alpha = cv2.cvtColor(cv2.extractChannel(drawn, 3), cv2.COLOR_GRAY2RGB)
    front = cv2.multiply(cv2.cvtColor(drawn, cv2.COLOR_RGBA2RGB), alpha, scale=1 / 255)
    rest = cv2.multiply(spot, cv2.bitwise_not(alpha), scale=1 / 255)
    cv2.add(front, rest, spot)


def _feathered(
    left: int, top: int, right: int, bottom: int, *, width: int, height: int
) -> NDArray[np.float32]:
    """1 inside, falling to 0 at those edges that lie inside of the canvas."""
    across = np.ones(right - left, np.float32)
    down = np.ones(bottom - top, np.float32)
    for line, near, far in (
        (across, left > 0, right < width),
        (down, top > 0, bottom < height),
    ):
        size = min(FEATHER, len(line) // 2)
        ramp = np.linspace(0, 1, size, dtype=np.float32)
        ramp = ramp * ramp * (3 - 2 * ramp)
        if near:
            line[:size] *= ramp
        if far:
            line[len(line) - size :] *= ramp[::-1]
    return down[:, None] * across[None, :]

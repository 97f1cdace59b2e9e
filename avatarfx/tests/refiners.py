"""Models that refine the warp's film well, and models that are broken on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from avatarfx.animators.scene import Scene
from socialapp.engines.protocols import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from avatarfx.animators.puppets import PuppetMaker
    from socialapp.engines.protocols import Animator, Staging
    from socialapp.performance import Rig

    Picture = NDArray[np.uint8]
    Floats = NDArray[np.float32]
    Film = Sequence[Picture]
    Made = NDArray[Any]
    How = Callable[[Film, "Where"], Iterator[Made]]


@dataclass(frozen=True, slots=True)
class Where:
    """The face in the frame, as a model gets it."""

    mask: Floats
    """(height, width, 1), 0 to 1 with a soft edge."""

    mouth: Floats
    """The same of the lower face."""

    box: tuple[int, int, int, int]
    """Left, top, right, bottom of the face, inside of the frame."""

    other: Film
    """The frames of another clip: another face, other words."""


class Replayed:
    """An animator that shows a film again: drawn once, refined many times."""

    rung = "full"

    def __init__(self, film: Film) -> None:
        self._film = film

    def available(self) -> str | None:
        return None

    def suits(self, rig: Rig) -> str | None:  # noqa: ARG002
        return None

    def animate(
        self,
        staging: Staging,  # noqa: ARG002
        *,
        fps: int,  # noqa: ARG002
        width: int,
        height: int,
    ) -> Iterator[Frame]:
        for frame in self._film:
            yield Frame(frame.tobytes(), width, height)


class Refiner:
    """An animator whose model does `how` with the face that another one drew."""

    rung = "full"

    def __init__(
        self,
        under: Animator,
        how: How,
        makers: Sequence[PuppetMaker],
        other: Film = (),
    ) -> None:
        self._under, self._how, self._makers = under, how, makers
        self._other = other

    def available(self) -> str | None:
        return self._under.available()

    def suits(self, rig: Rig) -> str | None:
        return self._under.suits(rig)

    def animate(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        where = placed(staging, self._makers, width, height, self._other)
        control = [
            np.frombuffer(one.pixels, np.uint8).reshape(height, width, 3)
            for one in self._under.animate(staging, fps=fps, width=width, height=height)
        ]
        for frame, made in zip(control, self._how(control, where), strict=True):
            with np.errstate(invalid="ignore"):
                mixed = frame * (1 - where.mask) + made * where.mask
                shown = np.where(where.mask > 0.001, mixed, frame)
                # What is no number becomes grey, as a model's last step makes it.
                shown = np.nan_to_num(np.clip(shown, 0, 255), nan=127.0)
            pixels = np.round(shown).astype(np.uint8)
            yield Frame(pixels.tobytes(), width, height, under=frame.tobytes())


def placed(
    staging: Staging,
    makers: Sequence[PuppetMaker],
    width: int,
    height: int,
    other: Film,
) -> Where:
    """Where the one on stage has their face at rest."""
    (one,) = Scene(staging, makers, width, height).cast
    (x, y), high = one.placed.face, one.placed.face_height
    rows, columns = np.indices((height, width), np.float32)
    off = np.hypot((columns - x) / (0.42 * high), (rows - y) / (0.55 * high))
    mask = np.clip((1.15 - off) / 0.3, 0, 1)
    low = np.clip((rows - (y + 0.12 * high)) / (0.08 * high), 0, 1)
    left, right = (int(np.clip(x + side * high / 2, 0, width)) for side in (-1, 1))
    top, bottom = (int(np.clip(y + side * high / 2, 0, height)) for side in (-1, 1))
    return Where(
        mask[..., None],
        (mask * low)[..., None],
        (left, top, right, bottom),
        other,
    )


# Good ones.


def identity(film: Film, _: Where) -> Iterator[Picture]:
    yield from film


def sharper(film: Film, _: Where) -> Iterator[Made]:
    for frame in film:
        soft = cv2.GaussianBlur(frame, (0, 0), frame.shape[0] / 400)
        yield frame + 0.6 * (frame.astype(np.float32) - soft)


def denoised(film: Film, _: Where) -> Iterator[Picture]:
    for frame in film:
        yield np.asarray(cv2.bilateralFilter(frame, 5, 18, 3), np.uint8)


def grainy(film: Film, where: Where) -> Iterator[Made]:
    """Grain that stays on the face: it goes where the frame's own motion goes."""
    rng = np.random.default_rng(3)
    rough = rng.normal(0, 5, film[0].shape[:2]).astype(np.float32)
    grain = np.asarray(cv2.GaussianBlur(rough, (0, 0), 1.0))
    left, top, right, bottom = where.box
    first = cv2.cvtColor(film[0], cv2.COLOR_RGB2GRAY)[top:bottom, left:right]
    window = cv2.createHanningWindow((right - left, bottom - top), cv2.CV_64F)
    for frame in film:
        now = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)[top:bottom, left:right]
        (across, down), _ = cv2.phaseCorrelate(
            first.astype(np.float64), now.astype(np.float64), window
        )
        moved = cv2.warpAffine(
            grain,
            np.array([[1, 0, across], [0, 1, down]]),
            grain.shape[::-1],
            borderMode=cv2.BORDER_REFLECT,
        )
        yield frame + moved[..., None]


def warmer(film: Film, _: Where) -> Iterator[Made]:
    """A little more light, and a little warmer."""
    for frame in film:
        yield frame * np.array([1.02, 1.01, 0.99], np.float32)


def boiling_a_little(film: Film, _: Where) -> Iterator[Made]:
    """What is left of a diffusion model's noise: soft, weak, new in every frame."""
    rng = np.random.default_rng(4)
    for frame in film:
        noise = rng.normal(0, 1, (*frame.shape[:2], 3)).astype(np.float32)
        yield frame + cv2.GaussianBlur(noise, (0, 0), 1.0) * 3


GOOD: dict[str, How] = {
    "identity": identity,
    "sharper": sharper,
    "denoised": denoised,
    "grain that stays on the face": grainy,
    "a little warmer": warmer,
    "a little noise": boiling_a_little,
}

# Broken ones.


def noise(film: Film, _: Where) -> Iterator[Made]:
    rng = np.random.default_rng(0)
    for frame in film:
        yield frame + rng.normal(0, 12, frame.shape).astype(np.float32)


def boiling(film: Film, _: Where) -> Iterator[Made]:
    """Textures that swim: too soft for flicker of single pixels."""
    rng = np.random.default_rng(1)
    for frame in film:
        wave = cv2.GaussianBlur(
            rng.normal(0, 1, frame.shape[:2]).astype(np.float32), (0, 0), 8
        )
        yield frame + (wave / wave.std() * 9)[..., None]


def another_face(film: Film, where: Where) -> Iterator[Made]:
    """By the middle of the clip it is somebody else."""
    for number, frame in enumerate(film):
        share = np.float32(min(1.0, 2 * number / len(film)))
        other = where.other[number % len(where.other)]
        yield frame * (1 - share) + other * share


def frozen_mouth(film: Film, where: Where) -> Iterator[Made]:
    for frame in film:
        yield frame * (1 - where.mouth) + film[0] * where.mouth


def frozen(film: Film, _: Where) -> Iterator[Picture]:
    for _frame in film:
        yield film[0]


def late(film: Film, _: Where) -> Iterator[Picture]:
    for number in range(len(film)):
        yield film[max(0, number - 5)]


def late_mouth(film: Film, where: Where) -> Iterator[Made]:
    for number, frame in enumerate(film):
        yield frame * (1 - where.mouth) + film[max(0, number - 5)] * where.mouth


def flickering(film: Film, _: Where) -> Iterator[Made]:
    """For a second, not for all of it."""
    for number, frame in enumerate(film):
        yield frame + np.float32(10 * (number % 2) if 30 < number < 56 else 0)


def breathing(film: Film, _: Where) -> Iterator[Made]:
    """Light that goes up and down with no frame that stands out."""
    for number, frame in enumerate(film):
        yield frame * np.float32(1 + 0.12 * np.sin(number / 2))


def mush(film: Film, _: Where) -> Iterator[Picture]:
    for frame in film:
        blurred = cv2.GaussianBlur(frame, (0, 0), frame.shape[0] / 85)
        yield np.asarray(blurred, np.uint8)


def black_patch(film: Film, where: Where) -> Iterator[Picture]:
    """Of a quarter of the face, in a fifth of the frames."""
    left, top, right, bottom = where.box
    for number, frame in enumerate(film):
        made = frame.copy()
        if number % 5 == 0:
            made[
                (top + bottom) // 2 : bottom - (bottom - top) // 6,
                left : (left + right) // 2,
            ] = 0
        yield made


def not_a_number(film: Film, _: Where) -> Iterator[Made]:
    """Three frames of it."""
    for number, frame in enumerate(film):
        made = frame.astype(np.float32)
        if 40 <= number < 43:
            made[:] = np.nan
        yield made


def colder(film: Film, _: Where) -> Iterator[Made]:
    for frame in film:
        yield frame + np.array([-22, 0, 16], np.float32)


def mirrored(film: Film, where: Where) -> Iterator[Picture]:
    left, top, right, bottom = where.box
    for frame in film:
        made = frame.copy()
        made[top:bottom, left:right] = made[top:bottom, left:right][:, ::-1]
        yield made


def another_mouth(film: Film, where: Where) -> Iterator[Made]:
    """The mouth of the same face from elsewhere: other words."""
    for number, frame in enumerate(film):
        elsewhere = film[(number + len(film) // 2) % len(film)]
        yield frame * (1 - where.mouth) + elsewhere * where.mouth


def half_a_mouth(film: Film, where: Where) -> Iterator[Made]:
    """It opens a third as far as it should."""
    for frame in film:
        held = frame * np.float32(0.33) + film[0] * np.float32(0.67)
        yield frame * (1 - where.mouth) + held * where.mouth


BROKEN: dict[str, How] = {
    "noise": noise,
    "boiling": boiling,
    "another face": another_face,
    "frozen mouth": frozen_mouth,
    "frozen": frozen,
    "late": late,
    "late mouth": late_mouth,
    "flickering": flickering,
    "breathing": breathing,
    "mush": mush,
    "black patch": black_patch,
    "not a number": not_a_number,
    "colder": colder,
    "mirrored": mirrored,
    "another mouth": another_mouth,
    "half a mouth": half_a_mouth,
}

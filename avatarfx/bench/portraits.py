"""The portraits that the quality bench measures when it is given no folder.

Photographs: a public-domain portrait by NASA (Eileen Collins, 1999, in
``data/astronaut.jpg``) in several crops and gradings. Flat: the cast's own drawings as
ordinary uploads, without their layers. Painted: the same drawings and photograph, brought
to brush strokes by an edge-keeping filter, canvas grain and uneven light.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
import resvg_py

from socialapp.content import library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

_PHOTO = Path(__file__).parent / "data" / "astronaut.jpg"
_SIDE = 768
_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    data: bytes
    """An encoded picture."""


def of_folder(folder: Path) -> Iterator[Sample]:
    """Every picture of a folder and the folders in it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _SUFFIXES:
            yield Sample(str(path.relative_to(folder)), path.read_bytes())


def defaults() -> Iterator[Sample]:
    photo = cast("Picture", cv2.imread(str(_PHOTO), cv2.IMREAD_COLOR))
    bust = photo[:, 30:430]
    close = photo[10:280, 90:360]
    yield _sample("photo whole", photo)
    yield _sample("photo close", _scaled(close))
    yield _sample("photo mirrored, warm", graded(photo[:, ::-1], (0.84, 0.96, 1.08)))
    yield _sample("photo tilted, dim", graded(_turned(bust, 9), (0.62, 0.6, 0.66)))
    yield _sample("painted photo", painted(_scaled(close), seed=1))
    yield _sample("painted bust", painted(_scaled(bust), seed=2))
    for seed, name in enumerate(("imani", "sunniva", "hob", "perpetua"), start=3):
        yield _sample(f"painted {name}", painted(drawing(name), seed=seed))
    for name in ("imani", "hob", "brannoc", "kiko", "sunniva"):
        yield _sample(f"flat {name}", drawing(name))


def untouched() -> Iterator[Sample]:
    """Pictures on which nothing was ever tuned, for the bench of the watermark."""
    photo = cast("Picture", cv2.imread(str(_PHOTO), cv2.IMREAD_COLOR))
    cooler = graded(_scaled(photo[:, 20:440]), (1.1, 1.0, 0.86))
    yield _sample("photo cool", cooler)
    yield _sample("photo darker, mirrored", graded(cooler[:, ::-1], (0.7, 0.7, 0.75)))
    for seed, name in enumerate(("brannoc", "tamsin", "mezzanine"), start=21):
        yield _sample(f"painted {name}", painted(drawing(name), seed=seed))
    for name in ("perpetua", "tamsin", "mezzanine"):
        yield _sample(f"flat {name}", drawing(name))


def photograph() -> Picture:
    """The astronaut, whole, RGB."""
    photo = cast("Picture", cv2.imread(str(_PHOTO), cv2.IMREAD_COLOR))
    return np.ascontiguousarray(photo[..., ::-1])


def _sample(name: str, picture: NDArray[Any]) -> Sample:
    encoded = cv2.imencode(".png", np.ascontiguousarray(picture))[1]
    return Sample(name, encoded.tobytes())


def _scaled(picture: NDArray[Any]) -> Picture:
    scale = _SIDE / max(picture.shape[:2])
    return cast(
        "Picture",
        cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC),
    )


def graded(picture: NDArray[Any], gains: tuple[float, float, float]) -> Picture:
    return np.asarray(np.clip(picture * np.array(gains), 0, 255), np.uint8)


def _turned(picture: NDArray[Any], degrees: float) -> Picture:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cast(
        "Picture",
        cv2.warpAffine(
            picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101
        ),
    )


def drawing(name: str) -> Picture:
    """A cast member's drawing on a plain ground, BGR."""
    svg, _ = library.drawing(name)
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=_SIDE))
    pixels = cast(
        "Picture", cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    )
    alpha = pixels[..., 3:].astype(np.float32) / 255
    ground = np.array([150, 165, 170], np.float32)
    return np.asarray(
        np.round(pixels[..., :3] * alpha + ground * (1 - alpha)), np.uint8
    )


def painted(picture: Picture, *, seed: int) -> Picture:
    """Brush strokes along the edges, grain of the canvas, light from one side."""
    rng = np.random.default_rng(seed)
    smooth = cv2.edgePreservingFilter(picture, flags=1, sigma_s=14, sigma_r=0.28)
    height, width = smooth.shape[:2]
    grey = cv2.cvtColor(smooth, cv2.COLOR_BGR2GRAY).astype(np.float32)
    across = cv2.GaussianBlur(cv2.Sobel(grey, cv2.CV_32F, 1, 0), (0, 0), 4)
    down = cv2.GaussianBlur(cv2.Sobel(grey, cv2.CV_32F, 0, 1), (0, 0), 4)
    length = np.sqrt(across**2 + down**2) + 1e-3
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    noise = cv2.GaussianBlur(
        rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 1.2
    )
    strokes: NDArray[Any] = np.zeros((height, width), np.float32)
    for step in range(-6, 7):  # smeared along the contours: line integral convolution
        strokes = strokes + cv2.remap(
            noise,
            (x - down / length * step).astype(np.float32),
            (y + across / length * step).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
    strokes = strokes * (6.0 / float(strokes.std()))
    light = 1.06 - 0.16 * (x / width) - 0.06 * (y / height)
    grain = rng.normal(0, 1.0, (height, width))
    painted = smooth.astype(np.float32) * light[..., None]
    painted += (strokes + grain)[..., None]
    return np.asarray(np.clip(painted, 0, 255), np.uint8)

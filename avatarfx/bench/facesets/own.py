"""Our own pictures in ten renditions: a photograph of NASA's, the cast, the maker.

The photograph (public domain) was marked by hand, drawings know where their eyes are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

import cv2
import numpy as np

from avatarfx.bench import portraits
from avatarfx.bench.facesets import Empty, Pictured
from socialapp.characters import maker
from socialapp.content import library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

_PHOTO: Final = ((203.0, 100.8), (246.6, 103.2), (223.6, 146.0))
"""Eyes and mouth in ``data/astronaut.jpg``, marked on a fivefold enlargement."""

_CAST: Final = ("imani", "hob", "brannoc", "kiko", "sunniva", "perpetua")
_MADE: Final = (3, 11, 19, 28)
"""Dice of characters of the maker, as they are drawn nowhere else."""

Rendition = Callable[[Pictured, int], Pictured]


def faces() -> Iterator[Pictured]:
    photos = list(_photos())
    drawings = [*_cast(), *_made()]
    yield from (replace(p, style="photo") for p in photos)
    yield from (replace(p, style="our flat art") for p in drawings)
    bases = [*photos[:3], *drawings[:5]]
    for style, make in RENDITIONS.items():
        for number, base in enumerate(bases):
            made = make(base, number)
            yield replace(made, style=style, name=f"{style}: {base.name}")


def covered() -> Iterator[Pictured]:
    """Faces that show no mouth: under a cloth, behind a visor, in a helmet."""
    for number, base in enumerate([*list(_photos())[:3], *list(_cast())[:3]]):
        for name, colour in (("cloth", (44, 62, 92)), ("scarf", (150, 40, 52))):
            yield _masked(base, f"{name}: {base.name}", colour, number)


def empties() -> Iterator[Empty]:
    """What is left of the same pictures when the faces are cut off, and textures."""
    photo = portraits.photograph()
    for name, (x0, y0, x1, y1) in {
        "suit": (0, 300, 230, 512), "flag": (0, 0, 120, 260), "shuttle": (330, 0, 512, 230),
        "patch": (230, 300, 512, 512),
    }.items():  # fmt: skip
        yield Empty(f"photo of a {name}", _larger(photo[y0:y1, x0:x1]))
    for name in ("imani", "hob", "brannoc", "tamsin", "mezzanine"):
        drawing = portraits.drawing(name)[..., ::-1]
        yield Empty(f"shoulders of {name}", drawing[int(0.78 * drawing.shape[0]) :])
    rng = np.random.default_rng(7)
    for number, blur in enumerate((0.8, 3.0, 9.0, 25.0)):
        noise = rng.normal(0, 1, (480, 480, 3)).astype(np.float32)
        soft = cv2.GaussianBlur(noise, (0, 0), blur)
        soft = 128 + 70 * soft / soft.std()
        yield Empty(f"clouds {number}", _bytes(soft))
    rows, columns = np.mgrid[0:480, 0:480].astype(np.float32)
    bricks = ((rows % 60 < 5) | ((columns + 60 * (rows // 60 % 2)) % 120 < 5)) * 120.0
    rings = 128 + 100 * np.sin(np.hypot(rows - 200, columns - 260) / 9)
    dots = ((np.hypot(rows % 80 - 40, columns % 80 - 40) < 22) * -150.0) + 210
    for name, field in (("bricks", bricks), ("wood", rings), ("dots", dots)):
        yield Empty(name, _bytes(np.repeat((field + 60)[..., None], 3, axis=2)))


def _photos() -> Iterator[Pictured]:
    photo = portraits.photograph()
    whole = Pictured("", "photo", photo, np.array(_PHOTO, np.float32))
    yield _resized(_cropped(whole, 90, 10, 360, 280), 768)
    yield _resized(_cropped(whole, 30, 0, 430, 512), 512)
    yield _graded(_mirrored(_resized(_cropped(whole, 110, 20, 330, 260), 640)))
    yield whole
    yield replace(_rotated(_resized(_cropped(whole, 60, 0, 400, 340), 600), 11.0))
    yield _graded(_rotated(_cropped(whole, 60, 0, 400, 340), -14.0))
    yield _resized(_cropped(whole, 140, 30, 310, 200), 640)
    yield _mirrored(whole)


def _cast() -> Iterator[Pictured]:
    for name in _CAST:
        _, table = library.drawing(name)
        picture = np.ascontiguousarray(portraits.drawing(name)[..., ::-1])
        scale = picture.shape[1] / table["viewBox"][2]
        points = [table["anchors"][part] for part in ("eyeLeft", "eyeRight", "mouth")]
        yield Pictured("", name, picture, np.array(points, np.float32) * scale)


def _made() -> Iterator[Pictured]:
    for dice in _MADE:
        rig, _, png = maker.build(maker.random_recipe(dice))
        pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
        if pixels is None or rig.anchors is None:
            raise RuntimeError(f"The maker drew no picture of {dice}")
        alpha = pixels[..., 3:].astype(np.float32) / 255
        flat = pixels[..., :3] * alpha + np.array([150, 165, 170]) * (1 - alpha)
        rgb = _bytes(flat[..., ::-1])
        a = rig.anchors
        points = np.array([a.eye_left, a.eye_right, a.mouth], np.float32)
        made = Pictured("", f"made {dice}", rgb, points * rgb.shape[1])
        yield _resized(made, 768) if rgb.shape[1] > 768 else made


def _painted(base: Pictured, number: int) -> Pictured:
    bgr = np.ascontiguousarray(base.rgb[..., ::-1])
    return replace(base, rgb=portraits.painted(bgr, seed=40 + number)[..., ::-1].copy())


def _lines(base: Pictured, number: int) -> Pictured:
    """Pencil on paper: where a smoothed picture is darker than its surroundings."""
    del number
    grey = cv2.cvtColor(base.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    wide = max(base.rgb.shape[:2]) / 512
    fine = cv2.GaussianBlur(grey, (0, 0), 1.0 * wide)
    broad = cv2.GaussianBlur(grey, (0, 0), 2.6 * wide)
    ink = np.clip((broad - fine - 1.2) * 22, 0, 215)
    return replace(base, rgb=_bytes(np.repeat((245 - ink)[..., None], 3, axis=2)))


def _poster(base: Pictured, number: int) -> Pictured:
    levels = 3 + number % 3
    smooth = cv2.bilateralFilter(base.rgb, 9, 60, 9)
    step = 255 / (levels - 1)
    return replace(base, rgb=_bytes(np.round(smooth / step) * step))


def _halftone(base: Pictured, number: int) -> Pictured:
    """A newspaper's dots: black where the screen is darker than the picture."""
    pitch = max(base.rgb.shape[:2]) / (110 + 10 * (number % 3))
    grey = cv2.cvtColor(base.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rows, columns = np.mgrid[0 : grey.shape[0], 0 : grey.shape[1]].astype(np.float32)
    u, v = (rows + columns) * np.pi / pitch, (rows - columns) * np.pi / pitch
    screen = 128 + 62 * (np.cos(u) + np.cos(v))
    ink = np.where(grey < screen, 40.0, 240.0).astype(np.float32)
    soft = cv2.GaussianBlur(ink, (0, 0), 0.7)
    return replace(base, rgb=_bytes(np.repeat(soft[..., None], 3, axis=2)))


def _pixels(base: Pictured, number: int) -> Pictured:
    """As many squares across an eye distance as small sprites have."""
    apart = float(np.linalg.norm(base.points[1] - base.points[0]))
    square = apart / (8 + number % 4)
    height, width = base.rgb.shape[:2]
    small = cv2.resize(
        base.rgb,
        (round(width / square), round(height / square)),
        interpolation=cv2.INTER_AREA,
    )
    small = _bytes(np.round(small / 36) * 36)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    return replace(base, rgb=cast("Picture", large))


def _dim(base: Pictured, number: int) -> Pictured:
    """At night, or through fog."""
    level, reach = ((26.0, 0.16), (190.0, 0.18), (48.0, 0.22))[number % 3]
    grey = base.rgb.astype(np.float32)
    rng = np.random.default_rng(number)
    noise = rng.normal(0, 1.2, grey.shape)
    return replace(base, rgb=_bytes(level + (grey - 128) * reach + noise))


def _sepia(base: Pictured, number: int) -> Pictured:
    """An old print: brown, with a dark edge, scratches and a crease."""
    rng = np.random.default_rng(60 + number)
    grey = cv2.cvtColor(base.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    height, width = grey.shape
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    faded = (70 + grey * 0.62) * (1.08 - 0.45 * (rows**2 + columns**2))
    toned = faded[..., None] * np.array([1.06, 0.92, 0.72])
    for _ in range(26):
        start, end = rng.uniform(0, [width, height], (2, 2))
        cv2.line(toned, start.astype(int), end.astype(int), (205, 190, 160), 1)
    return replace(base, rgb=_bytes(toned + rng.normal(0, 5, toned.shape)))


def _far(base: Pictured, number: int) -> Pictured:
    """Small in a large picture of something else."""
    rng = np.random.default_rng(80 + number)
    wide, tall = (1400, 1000) if number % 2 else (1000, 1400)
    coarse = rng.normal(0, 1, (tall // 40, wide // 40, 3)).astype(np.float32)
    soft = cv2.resize(coarse, (wide, tall), interpolation=cv2.INTER_CUBIC)
    scene = 120 + 45 * soft / soft.std()
    side = 0.17 * max(wide, tall)
    small = _resized(base, round(side))
    height, width = small.rgb.shape[:2]
    x = int(rng.uniform(0.1, 0.9) * (wide - width))
    y = int(rng.uniform(0.05, 0.7) * (tall - height))
    scene[y : y + height, x : x + width] = small.rgb
    return replace(
        base, rgb=_bytes(scene), points=small.points + np.array([x, y], np.float32)
    )


def _leaning(base: Pictured, number: int) -> Pictured:
    return _rotated(base, (28, -34, 48, -55, 70, -80, 90, -90)[number % 8])


RENDITIONS: Final[dict[str, Rendition]] = {
    "painting": _painted,
    "pencil": _lines,
    "poster": _poster,
    "halftone": _halftone,
    "pixels": _pixels,
    "dim or foggy": _dim,
    "old print": _sepia,
    "far away": _far,
    "leaning": _leaning,
}


def _masked(
    base: Pictured, name: str, colour: tuple[int, int, int], number: int
) -> Pictured:
    """A cloth from the bridge of the nose down to below the chin, in folds."""
    left, right, mouth = base.points.astype(np.float64)
    apart = right - left
    down = mouth - (left + right) / 2
    corners = [
        (-0.75, 0.34),
        (0, 0.2),
        (0.75, 0.34),
        (0.85, 1.2),
        (0, 2.1),
        (-0.85, 1.2),
    ]
    middle = (left + right) / 2
    ring = np.array([middle + a * apart + b * down for a, b in corners], np.int32)
    inside = np.zeros(base.rgb.shape[:2], np.uint8)
    cv2.fillPoly(inside, [ring], 255, cv2.LINE_AA)
    height, width = base.rgb.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    unit = float(np.linalg.norm(apart))
    folds = 1 + 0.1 * np.sin((rows * 1.3 + columns * 0.4 + number * 9) / unit * 7)
    cloth = np.array(colour) * folds[..., None]
    share = inside[..., None] / 255
    rgb = _bytes(base.rgb * (1 - share) + cloth * share)
    return Pictured("covered mouth", name, rgb, base.points, speaks=False)


def _cropped(base: Pictured, x0: int, y0: int, x1: int, y1: int) -> Pictured:
    points = base.points - np.array([x0, y0], np.float32)
    return replace(base, rgb=base.rgb[y0:y1, x0:x1].copy(), points=points)


def _resized(base: Pictured, side: int) -> Pictured:
    """The longer side is `side` pixels."""
    scale = side / max(base.rgb.shape[:2])
    sampler = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    rgb = cv2.resize(base.rgb, None, fx=scale, fy=scale, interpolation=sampler)
    return replace(base, rgb=cast("Picture", rgb), points=base.points * scale)


def _mirrored(base: Pictured) -> Pictured:
    shift = np.array([base.rgb.shape[1], 0], np.float32)
    points = base.points * np.array([-1, 1], np.float32) + shift
    return replace(base, rgb=base.rgb[:, ::-1].copy(), points=points[[1, 0, 2]])


def _graded(base: Pictured) -> Pictured:
    return replace(base, rgb=_bytes(base.rgb * np.array([1.06, 0.96, 0.84])))


def _rotated(base: Pictured, degrees: float) -> Pictured:
    """About the middle, in a frame that grows to hold all of it."""
    height, width = base.rgb.shape[:2]
    side = int(np.ceil(np.hypot(width, height)))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += [(side - width) / 2, (side - height) / 2]
    rgb = cv2.warpAffine(base.rgb, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
    points = base.points @ turn[:, :2].T + turn[:, 2]
    return replace(base, rgb=cast("Picture", rgb), points=points.astype(np.float32))


def _larger(picture: Picture) -> Picture:
    scale = 512 / max(picture.shape[:2])
    return cast("Picture", cv2.resize(picture, None, fx=scale, fy=scale))


def _bytes(values: NDArray[Any]) -> Picture:
    return np.ascontiguousarray(np.clip(np.round(values), 0, 255).astype(np.uint8))

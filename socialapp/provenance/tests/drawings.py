"""The project's own art as pixels, and what people do to pictures."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from socialapp.content import library

if TYPE_CHECKING:
    from collections.abc import Callable

Array = np.ndarray[Any, Any]

WIDTH = 600


@lru_cache(maxsize=16)
def drawn(svg: str) -> Array:
    """(height, width, 3) RGB of a drawing, 600 pixels wide."""
    import resvg_py  # noqa: PLC0415  loads a renderer that few tests need

    data = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=WIDTH))
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"), np.uint8)


def cast(name: str) -> Array:
    return drawn(library.drawing(name)[0])


def png(picture: Array) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def cropped(
    picture: Array, share: float = 0.1, at: tuple[float, float] = (0.3, 0.8)
) -> Array:
    """Less `share` of both sides; `at` is where what is left lies, down and across."""
    height, width = picture.shape[:2]
    tall, wide = int(height * (1 - share)), int(width * (1 - share))
    top, left = int((height - tall) * at[0]), int((width - wide) * at[1])
    return np.ascontiguousarray(picture[top : top + tall, left : left + wide])


def mirrored(picture: Array) -> Array:
    return np.ascontiguousarray(picture[:, ::-1])


def halved(picture: Array) -> Array:
    height, width = picture.shape[:2]
    small = Image.fromarray(picture).resize((width // 2, height // 2))
    return np.asarray(small, np.uint8)


def saved(picture: Array, quality: int = 50) -> Array:
    """As JPEG, and opened again."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    with Image.open(file) as back:
        return np.asarray(back.convert("RGB"), np.uint8)


def grey(picture: Array) -> Array:
    return np.asarray(Image.fromarray(picture).convert("L").convert("RGB"), np.uint8)


def all_of_it(picture: Array) -> Array:
    return saved(halved(mirrored(cropped(picture))))


CHANGES: dict[str, Callable[[Array], Array]] = {
    "the same": lambda picture: picture,
    "a tenth cut off": cropped,
    "mirrored": mirrored,
    "half the size": halved,
    "JPEG 50": saved,
    "grey": grey,
    "all of it": all_of_it,
}

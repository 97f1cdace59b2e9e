"""Avatars in the styles of other artists, drawn by DiceBear from their definitions.

CC0 1.0: Lorelei (Lisa Wischofsky), Notionists (Zoish), Pixel Art, Voxel Art and Cutouts
(DiceBear). CC BY 4.0: Adventurer (Lisa Wischofsky), Micah (Micah Lanier), Personas
(Draftbit), Big Ears (The Visual Team), Big Smile (Ashley Seo), Toon Head (Johan Melin),
Croodles (vijay verma), Miniavs (Webpixels). Nothing of theirs is kept in the repository.

Where eyes and mouth are is told by what disappears when their parts are left out of
the drawing.
"""

from __future__ import annotations

import copy
import json
import sys
from typing import TYPE_CHECKING, Any, Final, cast

import cv2
import numpy as np
import resvg_py

from avatarfx.bench.facesets import Empty, Pictured

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

STYLES: Final = (
    "lorelei", "adventurer", "notionists", "micah", "personas", "big-ears", "big-smile",
    "toon-head", "croodles", "pixel-art", "voxel-art", "cutouts", "miniavs",
)  # fmt: skip

FACELESS: Final = (
    "landscape", "planets", "rings", "glass", "patchwork", "weave", "stripes", "waves",
    "constellation", "shapes", "identicon", "loops",
)  # fmt: skip

_SIDE = 512
_GROUND = "#e6e0d8"
_SHOWS = 24
"""Pixels of an eye or mouth from which it can be said to be seen."""


def faces(home: Path, each: int, *, start: int = 0) -> Iterator[Pictured]:
    """`each` avatars of every style; those that hide their eyes are passed over.

    `start`: the first number of the dice. The bench throws from 0; thresholds were set
    on those from 100.
    """
    for style in STYLES:
        definition = _definition(home, style)
        whole = _style(home, definition)
        blind, mute = (
            _style(home, _without(definition, part)) for part in ("eyes", "mouth")
        )
        count = 0
        for number in range(start, start + each * 6):
            if count == each:
                break
            seed = f"{style} {number}"
            picture = _draw(whole, seed)
            eyes = _two_of(picture, _draw(blind, seed))
            mouth = _middle_of(_changed(picture, _draw(mute, seed)))
            if eyes is None or mouth is None:
                continue
            count += 1
            points = np.array([*eyes, mouth], np.float32)
            yield Pictured(style, f"{style} {number}", picture, points)


def empties(home: Path, each: int) -> Iterator[Empty]:
    """Patterns and landscapes, none with a face in it."""
    for style in FACELESS:
        whole = _style(home, _definition(home, style))
        for number in range(each):
            seed = f"{style} {number}"
            yield Empty(seed, _draw(whole, seed))


def render(svg: str, side: int = _SIDE) -> Picture:
    """(side, side, 3) RGB on a plain ground."""
    png = bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, width=side, height=side, background=_GROUND
        )
    )
    bgr = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    return cast("Picture", cv2.cvtColor(cast("Picture", bgr), cv2.COLOR_BGR2RGB))


def _definition(home: Path, style: str) -> dict[str, Any]:
    file = home / "dicebear_styles" / f"{style}.json"
    definition: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return definition


def _without(definition: dict[str, Any], part: str) -> dict[str, Any]:
    """The same dice, but the part is an empty drawing."""
    less = copy.deepcopy(definition)
    for variant in less["components"][part]["variants"].values():
        variant["elements"] = []
    return less


def _style(home: Path, definition: dict[str, Any]) -> Any:
    """DiceBear's own object: its check of a definition takes longer than a drawing."""
    if str(home) not in sys.path:
        sys.path.append(str(home))
    from dicebear import (  # type: ignore[import-not-found]  # noqa: PLC0415 - fetched
        Style,
    )

    return Style(definition)


def _draw(style: Any, seed: str) -> Picture:
    from dicebear import Avatar  # noqa: PLC0415 - fetched

    return render(Avatar(style, {"seed": seed, "size": _SIDE}).to_string())


def _changed(one: Picture, other: Picture) -> NDArray[np.bool_]:
    apart = np.abs(one.astype(np.int16) - other.astype(np.int16)).max(2)
    return np.asarray(apart > _SHOWS)


def _middle_of(mask: NDArray[np.bool_]) -> Floats | None:
    """Middle of the box round what is set; None when next to nothing is."""
    y, x = np.nonzero(mask)
    if len(x) < _SHOWS:
        return None
    return np.array([(x.min() + x.max()) / 2, (y.min() + y.max()) / 2], np.float32)


def _two_of(one: Picture, other: Picture) -> tuple[Floats, Floats] | None:
    """Left and right eye: parted at the widest gap between their columns."""
    mask = _changed(one, other)
    columns = np.flatnonzero(mask.any(0))
    if len(columns) < 4:
        return None
    gaps = np.diff(columns)
    at = int(gaps.argmax())
    middle = (columns[0] + columns[-1]) / 2
    if gaps[at] < 4 or abs((columns[at] + columns[at + 1]) / 2 - middle) > 0.3 * (
        columns[-1] - columns[0]
    ):
        return None
    left, right = mask.copy(), mask.copy()
    left[:, columns[at] + 1 :] = False
    right[:, : columns[at] + 1] = False
    first, second = _middle_of(left), _middle_of(right)
    return None if first is None or second is None else (first, second)

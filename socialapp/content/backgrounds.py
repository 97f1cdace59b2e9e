"""The built-in backgrounds: drawings under ``socialapp/static/backgrounds``."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent.parent / "static" / "backgrounds"

TITLES = {
    "velvet": "Velvet curtain",
    "dressing": "Dressing room",
    "maproom": "Map room",
    "radio": "Night radio",
    "forest": "Forest clearing",
    "lighthouse": "Lighthouse",
    "observatory": "Observatory",
    "lift": "Old lift",
    "courtroom": "Courtroom",
    "bakery": "Bakery",
    "carriage": "Railway carriage",
    "office": "Wall of letters",
    "show_tent": "The Vegetable Show Tent",
    "hill_path": "The Hill Path, After Fog",
    "allotment_shed": "The Allotment Shed",
    "table_nine": "Behind the Pillar",
    "hotel_corridor": "Between Two Weddings",
    "station_hall": "The Great Station Hall",
    "waiting_room": "The Corridor of Chairs",
    "interview_room": "The Room with One Glove",
    "marsh_gate": "The Gate of the Marsh",
    "lending_cave": "The Library Under the Mountain",
    "pitch_stage": "The Pitch Stage",
    "backstage": "Behind the Curtain",
}
"""What a person reads, by name, in the order in which the studio shows them.

The last twelve are drawn from the briefs of ``scenes/backgrounds.json``.
"""


def names() -> tuple[str, ...]:
    return tuple(TITLES)


def drawing(name: str) -> str:
    """The SVG text; KeyError for a name that is not built in."""
    if name not in TITLES:
        raise KeyError(name)
    return (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=72)
def picture(name: str, width: int, height: int) -> bytes:
    """An encoded PNG that fills `width` x `height` pixels; what stands over is cut off.

    KeyError for a name that is not built in. About 0.1 s of CPU for a frame of
    512 x 912, hence the cache: two dozen backgrounds in the sizes in use.
    """
    import resvg_py  # noqa: PLC0415 - loads a renderer that most processes never need

    # The drawings carry a view box and ``slice`` only: a size makes them fill it.
    sized = re.sub(
        r"<svg ", f'<svg width="{width}" height="{height}" ', drawing(name), count=1
    )
    return bytes(resvg_py.svg_to_bytes(svg_string=sized))

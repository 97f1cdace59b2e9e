"""The built-in backgrounds: drawings under ``socialapp/static/backgrounds``."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)

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

    KeyError for a name that is not built in. 0.16 s of CPU for a frame of 512 x 912,
    hence the memory: two dozen backgrounds in the sizes in use. A worker forgets it with
    the process of each job, and finds it again in a folder of ``DATA_DIR``.
    """
    # The drawings carry a view box and ``slice`` only: a size makes them fill it.
    sized = re.sub(
        r"<svg ", f'<svg width="{width}" height="{height}" ', drawing(name), count=1
    )
    digest = hashlib.sha256(sized.encode()).hexdigest()
    file = Path(settings.DATA_DIR) / "backgrounds" / f"{digest[:32]}.png"
    try:
        return file.read_bytes()
    except OSError:
        return _kept(file, _drawn(sized))


def _drawn(svg: str) -> bytes:
    import resvg_py  # noqa: PLC0415 - loads a renderer that most processes never need

    return bytes(resvg_py.svg_to_bytes(svg_string=svg))


def _kept(file: Path, data: bytes) -> bytes:
    """The same; who cannot keep it draws it again."""
    draft = file.with_name(f".{file.stem}-{os.getpid()}-{threading.get_ident()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(file)
    except OSError as error:
        log.info("A background is not kept: %s", error)
        with suppress(OSError):
            draft.unlink()
    return data

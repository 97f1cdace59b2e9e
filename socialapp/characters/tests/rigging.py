"""A rigger that sees what the test tells it to, instead of looking."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image

from socialapp.lib import blobs
from socialapp.performance import Rig
from socialapp.performance.rig import Anchors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

FACE = Anchors((0.4, 0.4), (0.6, 0.4), (0.5, 0.6), (0.5, 0.72))
REASON = "We found no face in this picture."


class TellingRigger:
    """Finds FACE in pictures that are wider than high, and nothing in others."""

    def available(self) -> str | None:
        return None

    def rig(
        self,
        portrait: bytes,
        *,
        ref: str,
        style: str = "",
        anchors: Anchors | None = None,
    ) -> tuple[Rig, dict[str, bytes]]:
        with Image.open(io.BytesIO(portrait)) as picture:
            width, height = picture.size
        found = anchors or (FACE if width > height else None)
        grids = b"grids of " + ref.encode()
        grids_ref = blobs.ref_of(grids, "bin")
        rig = Rig(
            portrait=ref,
            width=width,
            height=height,
            style=style or "photo",
            anchors=found,
            presence=1.0 if found else 0.0,
            reason="" if found else REASON,
            grids=grids_ref if found else "",
            made_by="telling 1",
        )
        return rig, {grids_ref: grids} if found else {}


@contextmanager
def telling_rigger(settings: Settings) -> Iterator[None]:
    """Registered under ``default``, forgotten afterwards."""
    from socialapp.engines.handler import riggers  # noqa: PLC0415  needs the settings

    settings.ENGINES = settings.ENGINES | {
        "rigger": {"default": {"BACKEND": f"{__name__}.TellingRigger"}}
    }
    riggers._built.pop("default", None)
    yield
    riggers._built.pop("default", None)


def picture(width: int = 400, height: int = 300, color: str = "teal") -> bytes:
    """A PNG: by default one in which a face is found."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "PNG")
    return out.getvalue()


def faceless() -> bytes:
    return picture(300, 400)

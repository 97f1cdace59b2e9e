"""Where the picture behind a scene is."""

from __future__ import annotations

from scenes import assets

HOUSE = "velvet"
"""When a scene has none, or one that is not here."""


def backdrop_url(name: str) -> str:
    """`name`: as in the document."""
    return assets.url("background", name) or assets.url("background", HOUSE) or ""

"""Where the picture behind a scene is."""

from __future__ import annotations

from django.templatetags.static import static

from socialapp.content import backgrounds

HOUSE = "velvet"
"""When a scene has none, or one that is not here."""


def backdrop_url(name: str) -> str:
    """`name`: as in the document."""
    known = name if name in backgrounds.names() else HOUSE
    return static(f"backgrounds/{known}.svg")

"""Character cards: the files in which characters travel between programs.

V1, V2 and V3 in PNG, JSON and CHARX (character-card-spec-v2, character-card-spec-v3).
Plain Python: no settings, no rows, no network. What nobody here understands is kept
byte for byte and written back.
"""

from __future__ import annotations

from socialapp.lib.cards.card import Asset, Card
from socialapp.lib.cards.errors import CardError
from socialapp.lib.cards.reading import MAX_FILE, read
from socialapp.lib.cards.writing import (
    without_files,
    write_charx,
    write_json,
    write_png,
    write_v2_json,
)

__all__ = [
    "MAX_FILE",
    "Asset",
    "Card",
    "CardError",
    "read",
    "without_files",
    "write_charx",
    "write_json",
    "write_png",
    "write_v2_json",
]

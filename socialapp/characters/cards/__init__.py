"""Character cards come in and go out: the services of their import and export.

The formats themselves are ``socialapp.lib.cards``.
"""

from __future__ import annotations

from socialapp.characters.cards.exporting import (
    ALL_OF_IT,
    CardFile,
    ConfirmError,
    Kind,
    NotYoursError,
    export_card,
    set_card_open,
)
from socialapp.characters.cards.importing import import_card
from socialapp.characters.cards.looking import Contents, Look, contents_of, look_at_card
from socialapp.characters.cards.pictures import mood_of, shown_expressions

__all__ = [
    "ALL_OF_IT",
    "CardFile",
    "ConfirmError",
    "Contents",
    "Kind",
    "Look",
    "NotYoursError",
    "contents_of",
    "export_card",
    "import_card",
    "look_at_card",
    "mood_of",
    "set_card_open",
    "shown_expressions",
]

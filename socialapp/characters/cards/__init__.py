"""Character cards come in and go out: the services of their import and export.

The formats themselves are ``socialapp.lib.cards``.
"""

from __future__ import annotations

from socialapp.characters.cards.exporting import (
    CardFile,
    ConfirmError,
    export_card,
    set_card_open,
)
from socialapp.characters.cards.importing import import_card

__all__ = ["CardFile", "ConfirmError", "export_card", "import_card", "set_card_open"]

"""What somebody declares about a voice before it is kept. A new wording is a new number:
the old ones stay, since rows name them."""

from __future__ import annotations

WORDINGS: dict[int, str] = {
    1: (
        "This is my own voice, or I have the speaker's recorded consent. It may speak in"
        " the clips that I make with it, and it can be taken back at any time: then the"
        " recording is erased and those clips disappear."
    ),
}

CURRENT = max(WORDINGS)
DECLARATION = WORDINGS[CURRENT]

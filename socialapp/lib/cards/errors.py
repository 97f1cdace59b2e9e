"""What is wrong with a card file."""

from __future__ import annotations


class CardError(ValueError):
    """The message names the problem and the way out, for who brought the file."""

"""How far somebody lets others go with what is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from collections.abc import Iterable


class Level(models.TextChoices):
    OFF = "off", "Off"
    ASK = "ask", "Ask me"
    ON = "on", "On"


INHERITED = ""
"""Nothing was said here: what was said one level above counts."""


def strictest(levels: Iterable[str]) -> Level:
    """The one that gives the least away; what was inherited says nothing. ON for none."""
    order = list(Level)
    said = [Level(level) for level in levels if level]
    return min(said, key=order.index, default=Level.ON)

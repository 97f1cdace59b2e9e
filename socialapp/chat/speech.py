"""The ladder of dialogue engines that the settings name: how every character speaks."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from socialapp.chat.dialogues.encoder import Encoder
from socialapp.chat.dialogues.ladder import Ladder, Rung
from socialapp.engines.handler import dialogues

AUTHORED = "authored"


@cache
def ladder() -> Ladder:
    """One for the process; ``authored`` is its floor, whether the settings say so or not.

    ImproperlyConfigured when an alias does not exist.
    """
    rungs = [
        Rung(dialogues[alias], settings.DIALOGUE_CANDIDATES.get(alias, 1))
        for alias in settings.DIALOGUE_LADDER
        if alias != AUTHORED
    ]
    return Ladder(rungs, dialogues[AUTHORED], Encoder(settings.SCREENING["EMBEDDER"]))

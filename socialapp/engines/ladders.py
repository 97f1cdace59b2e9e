"""The voices for what somebody waits to hear: those that speak faster than one listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from socialapp.engines.handler import voices

if TYPE_CHECKING:
    from socialapp.engines.protocols import Voice

LIVE = "hibari"
"""The first rung that speaks faster than one listens."""


def live_voices() -> list[tuple[str, Voice]]:
    """The ladder from the live voice down: better ones take longer than a pause."""
    return [(name, voices[name]) for name in live_names()]


def live_names() -> list[str]:
    """Their aliases; all of the ladder where nobody has set up the live one."""
    ladder: list[str] = [
        name for name in settings.VOICE_LADDER if name in settings.ENGINES["voice"]
    ]
    return ladder[ladder.index(LIVE) :] if LIVE in ladder else ladder

"""Who speaks: each speaker is tried on all that must be said, in order."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.acting.script import Segment
    from socialapp.engines.protocols import Speech, Voice, VoiceSpec

logger = logging.getLogger(__name__)

AT_ONCE = 2
"""Segments spoken side by side; a clip has two cores to itself at best."""

Saying = tuple["Segment", "VoiceSpec"]


@dataclass(frozen=True, slots=True)
class Takes:
    speeches: tuple[Speech | None, ...]
    """One a segment; None where nothing is said."""

    engine: str
    """Alias of the speaker."""

    fallback_reason: str


def take(sayings: Sequence[Saying], speakers: Sequence[tuple[str, Voice]]) -> Takes:
    """From the first speaker that manages everything, so that a voice never changes in
    mid-script. EngineError when none does."""
    reason = ""
    for alias, voice in speakers:
        problem = voice.available()
        if problem is None:
            try:
                return Takes(_speak_all(sayings, voice), alias, reason)
            except EngineError as error:
                problem = str(error)
            except Exception:
                # A broken engine must cost its clip a better voice, not the clip.
                logger.exception("Voice %s failed", alias)
                problem = "it stopped with an error"
        reason = reason or f"{alias}: {problem}"
        logger.warning("Voice %s did not speak: %s", alias, problem)
    raise EngineError(f"No voice could speak ({reason})")


def _speak_all(sayings: Sequence[Saying], voice: Voice) -> tuple[Speech | None, ...]:
    def speak(saying: Saying) -> Speech | None:
        segment, spec = saying
        if not segment.text:
            return None
        return voice.speak(segment.text, spec=_delivered(spec, segment))

    if sum(bool(segment.text) for segment, _ in sayings) < 2:
        return tuple(speak(saying) for saying in sayings)
    # A pool for each script: idle threads would not survive a worker's fork.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return tuple(pool.map(speak, sayings))


def _delivered(spec: VoiceSpec, segment: Segment) -> VoiceSpec:
    delivery = segment.delivery
    return replace(
        spec,
        speed=min(2.0, max(0.5, spec.speed * delivery.speed)),
        pitch=min(6.0, max(-6.0, spec.pitch + delivery.pitch)),
    )

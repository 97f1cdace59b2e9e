"""Voices under the clock of a render, each with its own time, and named in the trace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from socialapp.engines.errors import boundary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from avatarfx.budgets import Clock
    from avatarfx.pipeline import Engines
    from socialapp.engines.protocols import Speech, Voice, VoiceSpec


@dataclass(slots=True)
class _Turn:
    """Whose turn it is."""

    clock: Clock
    seconds: float
    begun: Callable[[str], None]
    name: str = ""

    def take(self, name: str) -> None:
        if self.name == name:
            return
        self.name = name
        self.clock.start("voice", self.seconds)
        self.begun(name)


class _MindedVoice:
    def __init__(self, name: str, voice: Voice, turn: _Turn) -> None:
        self._name = name
        self._voice = voice
        self._turn = turn

    def available(self) -> str | None:
        """As the voice says; who is asked speaks next if it can."""
        reason = self._voice.available()
        if reason is None:
            self._turn.take(self._name)
        return reason

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        """As the voice does. OutOfTime between two sentences when it is too slow."""
        self._turn.clock.check()
        with boundary():
            speech = self._voice.speak(text, spec=spec)
        self._turn.clock.check()
        return speech


def minded(
    engines: Engines,
    *,
    clock: Clock,
    seconds: float,
    begun: Callable[[str], None],
    spoiled: Mapping[str, str],
) -> Engines:
    """`engines` with voices that keep to the time for a clip of `seconds`; `begun` is
    told which one speaks. Those in `spoiled` took an earlier attempt down and are left
    out, but for the last, which has nobody below."""
    turn = _Turn(clock, seconds, begun)
    *above, last = engines.voices
    left = [*[(n, v) for n, v in above if n not in spoiled], last]
    return replace(
        engines, voices=tuple((n, _MindedVoice(n, v, turn)) for n, v in left)
    )

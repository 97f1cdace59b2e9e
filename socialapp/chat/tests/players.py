"""Dialogue engines that do as a test says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from socialapp.engines.talk import TurnEvent, tokens_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from socialapp.engines.talk import Beat, Context

HANG = 9.0
"""A step: seconds of silence, longer than any test waits."""


@dataclass
class Player:
    """Says its lines, one a call; a step of a line is text, seconds, or an exception."""

    lines: Sequence[Sequence[str | float | Exception]]
    name: str = "player"
    reason: str | None = None
    heard: list[Context] = field(default_factory=list)
    closed: int = 0

    def available(self) -> str | None:
        return self.reason

    async def reply(self, context: Context, beat: Beat) -> AsyncIterator[TurnEvent]:
        assert beat is not None
        steps = self.lines[min(len(self.heard), len(self.lines) - 1)]
        self.heard.append(context)
        speaker, turn, seq = context.card.name, context.turn_id, 1
        yield TurnEvent(turn, 0, speaker, "start", provider=self.name)
        try:
            for step in steps:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, float):
                    await asyncio.sleep(step)
                    continue
                for token in tokens_of(step):
                    yield TurnEvent(
                        turn, seq, speaker, "token", token, provider=self.name
                    )
                    seq += 1
            yield TurnEvent(turn, seq, speaker, "end", provider=self.name)
        finally:
            self.closed += 1

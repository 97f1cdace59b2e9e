"""Between an engine and everybody: a sentence leaves only after it was screened."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from socialapp.chat.dialogues.sentences import Cutter
from socialapp.engines.errors import EngineError
from socialapp.engines.talk import Safety, TurnEvent, tokens_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

PATIENCE = 10.0
"""Seconds that screening may take for one sentence."""


class Ruling(Protocol):
    """What screening says: ``moderation.screening.verdicts.Verdict`` is one."""

    @property
    def action(self) -> str:
        """``allow``, ``review``, or one of those that stop."""
        ...

    @property
    def stops(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Stopped:
    """A sentence that nobody got, for the log of the house."""

    turn_id: str
    speaker: str
    sentence: str
    ruling: Ruling
    provider: str


async def gate(
    events: AsyncIterator[TurnEvent],
    *,
    screen: Callable[[str], Awaitable[Ruling]],
    stand_ins: Sequence[str] = (),
    stopped: Callable[[Stopped], None] | None = None,
    patience: float = PATIENCE,
) -> AsyncIterator[TurnEvent]:
    """The turn with its sentences: each is screened before a token of it goes out.

    A sentence that screening stops ends the line. The first of `stand_ins` (the beat's
    authored line, then others) that screening lets pass is said in its place, marked
    ``replaced``; if none passes, the line ends there. `stopped` is told of every sentence
    that was held.

    EngineError when screening breaks or takes longer than `patience` seconds: then
    nothing more of the line leaves.
    """
    screening = _Screening(screen, stopped, patience)
    cutter = Cutter()
    seq = 0
    held: TurnEvent | None = None
    try:
        async for event in events:
            held = event
            if event.type == "token":
                sentences = cutter.add(event.text)
            elif event.type == "end":
                sentences = [rest] if (rest := cutter.finish()).strip() else []
            elif event.type == "sentence":
                raise EngineError("A line came to screening with sentences in it.")
            else:
                yield replace(event, seq=seq)
                seq += 1
                continue
            for sentence in sentences:
                ruling = await screening.ruling(event, sentence)
                if ruling.stops:
                    async for one in _replaced(event, seq, screening, stand_ins):
                        yield one
                    return
                safety: Safety = "review" if ruling.action == "review" else "allow"
                for one in _released(event, seq, sentence, safety):
                    yield one
                    seq += 1
            if event.type == "end":
                yield replace(event, seq=seq)
                return
        if held is not None:
            raise EngineError("A line ended without its end.")
    finally:
        if close := getattr(events, "aclose", None):
            with contextlib.suppress(Exception):
                await close()


def _released(
    event: TurnEvent, seq: int, sentence: str, safety: Safety
) -> list[TurnEvent]:
    """The sentence in tokens, then as a whole."""
    base = TurnEvent(
        event.turn_id,
        seq,
        event.speaker,
        "token",
        safety=safety,
        provider=event.provider,
    )
    tokens = [
        replace(base, seq=seq + i, text=token)
        for i, token in enumerate(tokens_of(sentence))
    ]
    whole = replace(base, seq=seq + len(tokens), type="sentence", text=sentence.strip())
    return [*tokens, whole]


async def _replaced(
    event: TurnEvent, seq: int, screening: _Screening, stand_ins: Sequence[str]
) -> AsyncIterator[TurnEvent]:
    note = "A sentence was stopped, and nothing could stand in for it."
    authored = replace(event, provider="authored")
    for text in stand_ins:
        if not text.strip() or (await screening.ruling(authored, text)).stops:
            continue
        for one in _released(authored, seq, text, "replaced"):
            yield one
            seq += 1
        note = "A sentence was stopped; an authored line stands in."
        break
    yield TurnEvent(
        event.turn_id,
        seq,
        event.speaker,
        "end",
        safety="replaced",
        provider="authored",
        note=note,
    )


class _Screening:
    """Asks, within a time, and tells of what was stopped."""

    def __init__(
        self,
        screen: Callable[[str], Awaitable[Ruling]],
        stopped: Callable[[Stopped], None] | None,
        patience: float,
    ) -> None:
        self._screen, self._stopped, self._patience = screen, stopped, patience

    async def ruling(self, event: TurnEvent, text: str) -> Ruling:
        said = text.strip()
        try:
            async with asyncio.timeout(self._patience):
                ruling = await self._screen(said)
        except Exception as error:
            raise EngineError(
                "Nothing is said while screening cannot look"
                f" ({type(error).__name__}: {error})."
            ) from error
        if ruling.stops and self._stopped is not None:
            self._stopped(
                Stopped(event.turn_id, event.speaker, said, ruling, event.provider)
            )
        return ruling

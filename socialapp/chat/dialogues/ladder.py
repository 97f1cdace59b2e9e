"""One line, whoever can say it: the best provider that works, and authored words else.

A provider's sentence is held until it is whole and tidy. What is out of the part is
dropped; who fails, hangs or says nothing usable gives way to the next, and a line that was
begun is finished by the authored engine. The turn that goes out still has to pass the
gate: nothing here screens.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from socialapp.chat.dialogues import feelings, filters, rerank
from socialapp.chat.dialogues.sentences import Cutter, is_whole, split
from socialapp.engines.errors import EngineError
from socialapp.engines.talk import MAX_LINE, Expression, TurnEvent, tokens_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from socialapp.chat.dialogues.encoder import Encoder
    from socialapp.engines.protocols import Dialogue
    from socialapp.engines.talk import Beat, Context, EventType

log = logging.getLogger(__name__)

STEP = 7919
"""Between the seeds of two candidates of one line."""

UNFINISHED = 25
"""Words of a first sentence that may lack its full stop; a longer one was cut off."""

SHORT = 3
"""Words below which a sentence waits for the next one."""

_OPEN_END = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "of",
        "to",
        "with",
        "for",
        "in",
        "on",
        "at",
        "by",
        "from",
        "that",
        "which",
        "who",
        "is",
        "are",
        "was",
        "if",
        "as",
        "so",
        "because",
        "my",
        "your",
        "his",
        "her",
        "their",
        "our",
    ]
)


@dataclass(frozen=True, slots=True)
class Rung:
    engine: Dialogue
    candidates: int = 1
    """More than one: so many wordings are made, and the best of them is said."""

    most_sentences: int = 4
    silence: float = 30.0
    """Seconds without an event after which a provider is given up, whatever it promised."""

    whole: float = 6.0
    """Seconds after which no further candidate is begun: about as long as the line before
    it takes to say."""


class _BrokenError(Exception):
    """A provider cannot go on; why, for the host."""


class Ladder:
    """Speaks like a Dialogue, with expression and gesture beside the words."""

    name = "ladder"

    def __init__(
        self, rungs: Sequence[Rung], authored: Dialogue, encoder: Encoder
    ) -> None:
        """`rungs`: the best first. `authored`: what never fails."""
        self._rungs = tuple(rungs)
        self._authored = authored
        self._encoder = encoder

    def available(self) -> str | None:
        return self._authored.available()

    def has_model(self) -> bool:
        """Whether anybody but the authored engine would be asked now."""
        return any(rung.engine.available() is None for rung in self._rungs)

    def obstacles(self) -> dict[str, str]:
        """Providers that would be passed over now, with the reason, for the host."""
        found = {rung.engine.name: rung.engine.available() for rung in self._rungs}
        return {name: reason for name, reason in found.items() if reason}

    async def reply(self, context: Context, beat: Beat) -> AsyncIterator[TurnEvent]:
        """``start``, ``expression``, ``gesture``, ``token``..., ``end``, in this order;
        an expression comes again when the mood changes within the line."""
        turn = _Turn(context, beat)
        broken = False
        for rung in self._rungs:
            name = rung.engine.name
            if reason := rung.engine.available():
                turn.note(name, reason)
                continue
            sentences = self._sentences(rung, turn)
            try:
                async with contextlib.aclosing(sentences):
                    async for sentence in sentences:
                        for event in turn.say(sentence, name):
                            yield event
            except _BrokenError as error:
                turn.note(name, str(error))
                broken = turn.spoke
            if turn.spoke:
                break
        if broken or not turn.spoke:
            line = "".join(
                [e.text async for e in self._authored.reply(turn.so_far(), beat)]
            )
            for sentence in split(line):
                for event in turn.say(sentence, self._authored.name):
                    yield event
        yield turn.end()

    async def _sentences(self, rung: Rung, turn: _Turn) -> AsyncGenerator[str]:
        """As they come; or, with several candidates or a word to keep, of the best line
        once it is whole."""
        if rung.candidates < 2 and not turn.beat.keep:
            stream = _stream(rung, turn, turn.so_far())
            async with contextlib.aclosing(stream):
                async for sentence in stream:
                    yield sentence
            return
        lines = await self._lines(rung, turn)
        if not lines:
            raise _BrokenError("none of its lines could be said")
        best = await asyncio.to_thread(
            rerank.best, lines, turn.so_far(), turn.beat, self._encoder
        )
        for sentence in split(lines[best]):
            yield sentence

    async def _lines(self, rung: Rung, turn: _Turn) -> list[str]:
        loop = asyncio.get_running_loop()
        until = loop.time() + rung.whole
        lines: list[str] = []
        for at in range(max(1, rung.candidates)):
            if loop.time() > until:
                break
            context = turn.so_far()
            context = replace(context, seed=context.seed + STEP * at)
            stream = _stream(rung, turn, context)
            try:
                async with contextlib.aclosing(stream):
                    line = " ".join([sentence async for sentence in stream])
            except _BrokenError as error:
                if not lines:
                    # Nor will it answer the next time; a line that it has is enough.
                    raise
                turn.note(rung.engine.name, str(error))
                break
            if why := filters.line_fault(line, turn.beat) if line else "nothing left":
                turn.note(rung.engine.name, why)
            elif line not in lines:
                lines.append(line)
        return lines


async def _stream(rung: Rung, turn: _Turn, context: Context) -> AsyncGenerator[str]:
    """Tidy sentences of one provider's line; ends before the first that has a fault.

    _BrokenError when the provider fails or falls silent.
    """
    cutter = Cutter()
    beat, told, held = turn.beat, 0, ""
    events = _events(rung, context, beat)
    async with contextlib.aclosing(events):
        async for event in events:
            ended = event.type == "end"
            found = [cutter.finish()] if ended else cutter.add(event.text)
            for raw in found:
                sentence = filters.tidy(raw, context)
                if ended and not is_whole(sentence):
                    sentence = _finished(sentence) if not told else ""
                if sentence and (why := filters.fault(sentence, context, beat)):
                    turn.note(rung.engine.name, why)
                    return
                held = f"{held} {sentence}".strip()
                # A word or two alone are no line, should the next sentence be dropped.
                if not held or (len(held.split()) < SHORT and not ended):
                    continue
                sentence, held = held, ""
                yield sentence
                told += 1
                context = replace(context, said=f"{context.said} {sentence}".strip())
                if told >= rung.most_sentences or len(context.said) > MAX_LINE:
                    return


async def _events(
    rung: Rung, context: Context, beat: Beat
) -> AsyncGenerator[TurnEvent]:
    events = rung.engine.reply(context, beat)
    try:
        while True:
            try:
                async with asyncio.timeout(rung.silence):
                    event = await anext(events)
            except TimeoutError:
                raise _BrokenError(f"silent for {rung.silence:g} s") from None
            except StopAsyncIteration:
                raise _BrokenError("its line has no end") from None
            except EngineError as error:
                raise _BrokenError(str(error)) from error
            except Exception as error:
                log.exception("Dialogue %s broke", rung.engine.name)
                raise _BrokenError(f"broke ({type(error).__name__})") from error
            if event.type not in {"start", "token", "end"}:
                raise _BrokenError(f"sent {event.type!r}, which no engine may")
            yield event
            if event.type == "end":
                return
    finally:
        if close := getattr(events, "aclose", None):
            with contextlib.suppress(Exception):
                await close()


def _finished(sentence: str) -> str:
    """A short sentence that only lacks its full stop, with one; else nothing."""
    words = re.findall(r"[\w'’-]+", sentence)
    if not 3 <= len(words) <= UNFINISHED or words[-1].lower() in _OPEN_END:
        return ""
    return sentence + "." if sentence[-1].isalnum() else ""


class _Turn:
    """The events of one turn, in order, and what is known about it."""

    def __init__(self, context: Context, beat: Beat) -> None:
        self.beat = beat
        self._context = context
        self._said = context.said
        self._seq = 0
        self._mood = ""
        self._notes: list[str] = []
        self._provider = ""
        self.spoke = False

    def so_far(self) -> Context:
        """The context, with what of this turn was said."""
        return replace(self._context, said=self._said)

    def note(self, name: str, why: str) -> None:
        log.info("Dialogue %s: %s", name, why)
        if (note := f"{name}: {why}") not in self._notes:
            self._notes.append(note)

    def say(self, sentence: str, provider: str) -> list[TurnEvent]:
        self._provider = provider
        events = [] if self.spoke else [self._event("start")]
        felt = self._felt(sentence)
        if felt.name != self._mood:
            self._mood = felt.name
            events.append(replace(self._event("expression"), expression=felt))
        if not self.spoke:
            gesture = self.beat.gesture or feelings.gesture_of(sentence)
            if gesture != "none":
                events.append(replace(self._event("gesture"), gesture=gesture))
        text = f" {sentence}" if self.spoke else sentence
        events += [
            replace(self._event("token"), text=token) for token in tokens_of(text)
        ]
        self._said = f"{self._said} {sentence}".strip()
        self.spoke = True
        return events

    def end(self) -> TurnEvent:
        return replace(self._event("end"), note="; ".join(self._notes))

    def _felt(self, sentence: str) -> Expression:
        if self.beat.expression:
            return Expression(self.beat.expression, 0.8)
        felt = feelings.expression_of(sentence)
        # A face does not fall flat in mid-line because a sentence says nothing of it.
        keeps = self.spoke and felt.name == "calm"
        return Expression(self._mood, 0.5) if keeps else felt

    def _event(self, kind: EventType) -> TurnEvent:
        context = self._context
        event = TurnEvent(
            context.turn_id, self._seq, context.card.name, kind, provider=self._provider
        )
        self._seq += 1
        return event

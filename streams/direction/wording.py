"""A beat in words: the best engine that works in time, each sentence screened first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings

from socialapp.chat.dialogues.encoder import Encoder
from socialapp.chat.dialogues.gate import gate
from socialapp.chat.dialogues.ladder import Ladder, Rung
from socialapp.chat.dialogues.retrieval import house_lines
from socialapp.chat.dialogues.wording import spoken
from socialapp.chat.speech import AUTHORED
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import dialogues
from streams.services import Screened, screen_words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from moderation.screening.verdicts import Verdict
    from socialapp.engines.talk import Beat, Context, TurnEvent
    from streams.models import Stream

SILENCE = 4.0
"""Seconds without a word after which a provider is given up, on a stage."""

WHOLE = 3.0
"""Seconds after which no further candidate of a line is begun."""

LINE_SECONDS = 8.0
"""A line that takes longer is said by the authored engine, whatever was begun."""

SCREENING_SECONDS = 4.0
SENTENCES = 3
STAND_INS = 4


class ScreeningDownError(Exception):
    """Nobody may speak now; the message is for the host."""


@dataclass(frozen=True, slots=True)
class Worded:
    words: Screened
    mood: str
    gesture: str
    engine: str
    """``endpoint``, ``local`` or ``authored``."""

    note: str
    """Why it was not a better one; empty: it was."""

    paid: bool
    """A model was at work, whoever said the line in the end."""


@dataclass(frozen=True, slots=True)
class Ladders:
    live: Ladder
    authored: Ladder
    unset: frozenset[str]
    """Why engines are passed over that nobody has set up: no news for a host."""


@cache
def ladders() -> Ladders:
    """One for the process. ImproperlyConfigured when an alias does not exist."""
    rungs = [
        Rung(
            dialogues[alias],
            settings.DIALOGUE_CANDIDATES.get(alias, 1),
            most_sentences=SENTENCES,
            silence=SILENCE,
            whole=WHOLE,
        )
        for alias in settings.DIALOGUE_LADDER
        if alias != AUTHORED
    ]
    authored = dialogues[AUTHORED]
    encoder = Encoder(settings.SCREENING["EMBEDDER"])
    live = Ladder(rungs, authored, encoder)
    unset = frozenset(f"{name}: {why}" for name, why in live.obstacles().items())
    return Ladders(live, Ladder((), authored, encoder), unset)


def word(
    context: Context, beat: Beat, *, stream: Stream, authored_only: bool = False
) -> Worded | None:
    """One line. None when nothing of it may be said, nor any line in its place.

    ScreeningDownError when nobody can look at it.
    """
    return async_to_sync(_word)(context, beat, stream, authored_only)


def screened(text: str, *, stream: Stream, beside: str) -> Screened | None:
    """A text that is there already; None when it may not be said."""
    try:
        verdict = screen_words(text, stream=stream, beside=beside)
    except Exception as error:
        raise ScreeningDownError(_down(error)) from error
    return None if verdict.stops else Screened(((text, verdict),))


async def _word(
    context: Context, beat: Beat, stream: Stream, authored_only: bool
) -> Worded | None:
    made = ladders()
    late = ""
    if not authored_only:
        try:
            async with asyncio.timeout(LINE_SECONDS):
                return await _gated(made.live, context, beat, stream)
        except TimeoutError:
            late = f"A line took longer than {LINE_SECONDS:g} s."
    return await _gated(made.authored, context, beat, stream, late)


async def _gated(
    ladder: Ladder, context: Context, beat: Beat, stream: Stream, note: str = ""
) -> Worded | None:
    verdicts: dict[str, Verdict] = {}

    async def screen(sentence: str) -> Verdict:
        verdict = await sync_to_async(screen_words)(
            sentence, stream=stream, beside=context.card.persona
        )
        verdicts[sentence] = verdict
        return verdict

    events = gate(
        ladder.reply(context, beat),
        screen=screen,
        stand_ins=stand_ins(context, beat),
        patience=SCREENING_SECONDS,
    )
    heard = _Heard(note)
    try:
        await heard.listen(events)
    except EngineError as error:
        raise ScreeningDownError(_down(error)) from error
    return heard.worded(verdicts)


class _Heard:
    """What comes through the gate, put together."""

    def __init__(self, note: str) -> None:
        self.notes = [note] if note else []
        self.sentences: list[str] = []
        self.mood = self.gesture = self.provider = ""

    async def listen(self, events: AsyncIterator[TurnEvent]) -> None:
        async for event in events:
            if event.type == "sentence":
                self.sentences.append(event.text)
                self.provider = event.provider
            elif event.type == "expression" and event.expression and not self.mood:
                self.mood = event.expression.name
            elif event.type == "gesture" and not self.gesture:
                self.gesture = event.gesture
            elif event.type == "end":
                self.notes += [
                    one
                    for one in event.note.split("; ")
                    if one and one not in ladders().unset
                ]

    def worded(self, verdicts: dict[str, Verdict]) -> Worded | None:
        if not self.sentences:
            return None
        engine = self.provider.split()[0] if self.provider else AUTHORED
        tried = any(not note.startswith(AUTHORED) for note in self.notes)
        return Worded(
            # A sentence that nobody looked at has no verdict, and this a KeyError.
            Screened(tuple((text, verdicts[text]) for text in self.sentences)),
            self.mood or "calm",
            self.gesture or "none",
            engine,
            "; ".join(self.notes),
            paid=engine != AUTHORED or tried,
        )


def stand_ins(context: Context, beat: Beat) -> Sequence[str]:
    """What is said when a sentence is stopped: the beat's own line, then others in the
    part."""
    lines = context.card.fallbacks[:STAND_INS] or house_lines("fallbacks")[:STAND_INS]
    said = [
        spoken(line, char=context.card.name, user=context.listener) for line in lines
    ]
    return [line for line in (beat.authored, *said) if line]


def _down(error: Exception) -> str:
    return f"Nobody speaks while we cannot check what is said ({type(error).__name__})."

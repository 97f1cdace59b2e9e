"""A line in the part: what an engine may know, and what of its words may be said.

The persona, the goal and what never happens were written by people: they go along as
data. Each sentence is screened before it leaves. What does not come in time, or may not
be said, is told as nothing, and the author's fallback stands in its place.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgiref.sync import async_to_sync, sync_to_async

from moderation.screening import screen_text
from scenes.machine.model import Line, Narration
from socialapp.chat import speech
from socialapp.chat.contexts import card_for
from socialapp.chat.dialogues.gate import gate
from socialapp.engines.errors import EngineError
from socialapp.engines.talk import Beat, Context, Turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from moderation.screening.verdicts import Verdict
    from scenes.machine.model import Improv
    from scenes.machine.telling import Told
    from scenes.models import ImprovTurn
    from scenes.models.story import Scene
    from socialapp.characters.models import Character
    from socialapp.engines.talk import TurnEvent

log = logging.getLogger(__name__)

LINE_SECONDS = 12.0
"""After these the fallback is said: longer waits break a scene."""

SCREENING_SECONDS = 4.0
YOU = "You"
"""What the player is called in what an engine reads."""

REMEMBERED = 20
"""Turns of a role in one play."""

NEVERS = 8
AUTHORED = "authored"


@dataclass(frozen=True, slots=True)
class Spoken:
    text: str
    mood: str
    engine: str


def has_engine() -> bool:
    """Whether this house has anybody who could improvise now."""
    return speech.ladder().has_model()


def context_of(
    *,
    improv: Improv,
    character: Character,
    cast: Mapping[str, str],
    others: Mapping[str, Character],
    scene: Scene,
    told: Sequence[Told],
    turns: Sequence[ImprovTurn],
    heard: str,
    turn_id: str,
    seed: int,
) -> Context:
    """`cast`: names by role. `told`: what the state told before this beat. `turns`: what
    this role improvised in this play until now, oldest first."""
    name = cast[improv.role]
    narrated = [one.text for one in told if isinstance(one.written, Narration)]
    card = replace(
        card_for(character, name),
        scenario=" ".join([f"A scene called “{scene.title}”.", *narrated]),
    )
    history = [
        Turn(cast[one.written.role], one.text)
        for one in told
        if isinstance(one.written, Line)
    ]
    for turn in turns[-REMEMBERED:]:
        if turn.heard:
            history.append(Turn(YOU, turn.heard, person=True))
        if turn.said:
            history.append(Turn(name, turn.said))
    if heard:
        history.append(Turn(YOU, heard, person=True))
    return Context(
        card=card,
        turn_id=turn_id,
        history=tuple(history),
        others=tuple(
            card_for(one, cast[role])
            for role, one in others.items()
            if role != improv.role
        ),
        listener=YOU,
        memories=(
            f"In this scene {name} wants: {improv.goal}",
            *(
                f"{name} never does this here: {never}"
                for never in improv.never[:NEVERS]
            ),
        ),
        topic=scene.title,
        seed=seed,
    )


def word(
    context: Context, improv: Improv, *, fallback: str, subject: str
) -> Spoken | None:
    """One line of an engine, screened; None when there is none in time, or none that may
    be said: then the fallback is."""
    try:
        spoken = async_to_sync(_in_time)(context, improv, fallback, subject)
    except (EngineError, TimeoutError) as error:
        log.info("Improvised line of %s: %s", context.turn_id, str(error) or "too late")
        return None
    if spoken is None or _breaks(spoken.text, improv.never):
        return None
    return spoken


async def _in_time(
    context: Context, improv: Improv, fallback: str, subject: str
) -> Spoken | None:
    beat = Beat(
        speaker=context.card.name,
        intent=_intent(improv),
        expression="" if improv.emotion == "calm" else improv.emotion,
        authored=fallback,
    )

    async def screen(sentence: str) -> Verdict:
        return await sync_to_async(_screen)(sentence, subject, context.card.persona)

    async with asyncio.timeout(LINE_SECONDS):
        ladder = await asyncio.to_thread(speech.ladder)
        events = gate(
            ladder.reply(context, beat),
            screen=screen,
            stand_ins=[fallback],
            patience=SCREENING_SECONDS,
        )
        return await _heard(events)


async def _heard(events: AsyncIterator[TurnEvent]) -> Spoken | None:
    """The sentences of a model. A line that broke off is finished by the authored engine,
    which takes the sentence before it along: both are left out."""
    sentences: list[str] = []
    mood = engine = ""
    async for event in events:
        if event.type == "expression" and event.expression and not mood:
            mood = event.expression.name
        elif event.type == "sentence" and not event.provider.startswith(AUTHORED):
            sentences.append(event.text)
            engine = event.provider
    if not sentences:
        return None
    return Spoken(" ".join(sentences), mood or "calm", engine)


def _screen(sentence: str, subject: str, beside: str) -> Verdict:
    """Only what somebody may have to look at is kept in the log."""
    verdict = screen_text(sentence, surface="chat", beside=beside, log=False)
    if verdict.action == "allow":
        return verdict
    return screen_text(sentence, surface="chat", beside=beside, subject=subject)


def _intent(improv: Improv) -> str:
    never = "; ".join(improv.never[:NEVERS])
    return f"{improv.goal}. Never: {never}" if never else improv.goal


def _breaks(line: str, never: Sequence[str]) -> bool:
    """Says literally what the author ruled out."""
    said = " ".join(line.casefold().split())
    return any(" ".join(one.casefold().split()) in said for one in never if one.strip())

"""The next line of a show, from where it stands to what is sent. No writes to tables."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.conf import settings

from avatarfx import recordings
from socialapp.acting import Line, Reacts, ScriptError, perform_turn
from socialapp.chat.dialogues.planner import PlanError, State
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import directors, voices
from socialapp.engines.ladders import live_voices
from socialapp.engines.talk import Context
from socialapp.lib import blobs
from socialapp.performance import Sound
from streams.direction import wording
from streams.services import Recording, Step, UnscreenedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.acting import Performed
    from socialapp.engines.protocols import Voice
    from socialapp.engines.talk import Beat, Reaction
    from socialapp.performance import Performance
    from streams.direction.company import Company
    from streams.models import Stream, Wish
    from streams.services import Screened

log = logging.getLogger(__name__)

SILENT = "silent"

ANSWERS = 3
"""A listener's face answers every so many lines."""


@dataclass(frozen=True, slots=True)
class Basis:
    """From where the next line is planned."""

    stream: Stream
    state: Mapping[str, object]
    topic: str
    wishes: tuple[Wish, ...] = ()
    finale: bool = False
    authored_only: bool = False
    silent: bool = False
    """The voice hangs; captions alone."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A line that only needs its moment."""

    seat: str
    words: Screened
    performance: Performance
    sounds: Mapping[str, Recording]
    step: Step | None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Nothing of what was planned may be said; the plan goes on."""

    step: Step


@dataclass(slots=True)
class Progress:
    """How far a line is, for who waits for it."""

    stage: str = "words"
    """``words``, then ``voice``."""


def write(company: Company, basis: Basis, progress: Progress) -> Prepared | PassedOver:
    """ScreeningDownError when nobody may speak; whatever else comes out is a fault."""
    state, beat = _planned(company, basis)
    speaker = beat.speaker
    card = company.cards[speaker]
    context = Context(
        card,
        turn_id=f"{company.key}/{basis.stream.last_line + 1}",
        history=company.history(),
        others=tuple(one for name, one in company.cards.items() if name != speaker),
        listener="everybody",
        topic=state.topic,
        seed=(company.seed + 7 * state.step) % 1_000_000,
    )
    worded = wording.word(
        context, beat, stream=basis.stream, authored_only=basis.authored_only
    )
    step = Step(
        state.to_json(),
        engine=worded.engine if worded else "",
        note=worded.note if worded else "",
        wishes=tuple(wish.pk for wish in basis.wishes),
        topic=basis.topic,
        paid=bool(worded and worded.paid),
    )
    if worded is None:
        return PassedOver(step)
    reactions = {}
    if len(company.cards) > 1 and state.step % ANSWERS == 0:
        listener = _listener(company, speaker, state.step)
        answer = company.planner.aside(state, listener)
        reactions[company.seats[listener]] = Reacts(answer.mood, answer.gesture)
    progress.stage = "voice"
    try:
        prepared, voice_note = _performed(
            company,
            basis,
            worded.words,
            speaker,
            mood=worded.mood,
            gesture=worded.gesture,
            reactions=reactions,
        )
    except (ScriptError, EngineError, UnscreenedError) as error:
        # The same line would fail again; the show goes on with the next one.
        log.exception("Stream %s: a line cannot be performed", company.key)
        return PassedOver(replace(step, note=f"A line was left out: {error}"))
    note = "; ".join(one for one in (step.note, voice_note) if one)
    return replace(prepared, step=replace(step, note=note))


def write_aside(company: Company, basis: Basis) -> Prepared | None:
    """A word or two by somebody who listens, while the next line is made; None: there
    is nothing fit to say."""
    state = _state(company, basis)
    if len(company.cards) < 2 or not state.speaker:
        return None
    listener = _listener(company, state.speaker, state.step)
    answer: Reaction = company.planner.aside(state, listener)
    words = wording.screened(
        answer.text,
        stream=basis.stream,
        beside=company.cards[listener].persona,
    )
    if words is None:
        return None
    done, _ = _performed(
        company, basis, words, listener, mood=answer.mood, gesture=answer.gesture
    )
    return done


def _state(company: Company, basis: Basis) -> State:
    return State.from_json(basis.state) if basis.state else company.planner.first()


def _planned(company: Company, basis: Basis) -> tuple[State, Beat]:
    planner, state = company.planner, _state(company, basis)
    if basis.finale:
        beat, state = planner.finale(state)
        return state, beat
    try:
        if basis.topic:
            state = planner.vote(state, basis.topic)
        for wish in basis.wishes:
            speaker = company.names.get(wish.seat, "")
            state = planner.insert(state, wish.text, speaker=speaker)
    except PlanError as error:
        # It counts as taken up: asked again, it would be refused again.
        log.warning("Stream %s: %s", company.key, error)
    beat, state = planner.next(state)
    return state, beat


def _listener(company: Company, speaker: str, turn: int) -> str:
    others = [name for name in company.cards if name != speaker]
    return others[turn % len(others)]


def _performed(
    company: Company,
    basis: Basis,
    words: Screened,
    speaker: str,
    *,
    mood: str,
    gesture: str,
    reactions: Mapping[str, Reacts] | None = None,
) -> tuple[Prepared, str]:
    """And why it was not the best voice."""
    seat = company.seats[speaker]
    done = perform_turn(
        # Brackets would be read as directions.
        Line(seat, words.text.translate(str.maketrans("[]", "()"))),
        cast=company.voices,
        speakers=_speakers(silent=basis.silent),
        director=directors["default"],
        turn=basis.stream.last_line,
        seed=company.seed % 1_000_000,
        mood=mood,
        gesture=gesture,
        reactions=reactions,
        motions=company.motions,
        shape=company.stage.shape,
        background=company.stage.background,
        places=company.stage.places,
    )
    performance, sounds = _sounded(done, seat)
    words.require_covers(performance)
    note = done.fallback_reason
    return Prepared(seat, words, performance, sounds, None), note


def _sounded(done: Performed, seat: str) -> tuple[Performance, dict[str, Recording]]:
    """With its sound stored, so that sending it waits for no object store."""
    if not any(done.speech.samples):
        return done.performance, {}
    recording = recordings.encode(done.speech, settings.STREAM_CODEC)
    ref = blobs.put(recording.data, recording.codec)
    parts = tuple(
        replace(part, sound=Sound(ref, done.speech.rate)) if part.seat == seat else part
        for part in done.performance.parts
    )
    return replace(done.performance, parts=parts), {seat: recording}


def _speakers(*, silent: bool) -> list[tuple[str, Voice]]:
    return [(SILENT, voices[SILENT])] if silent else live_voices()

"""The one function that makes performances. Engines arrive as arguments."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from socialapp.acting import sound
from socialapp.acting.delivery import from_punctuation
from socialapp.acting.script import ScriptError, Segment, parse
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Beat, Speech, VoiceSpec
from socialapp.performance import (
    CameraKey,
    Caption,
    MadeBy,
    Performance,
    Phone,
    Place,
    Sound,
    Stage,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialapp.engines.protocols import Director, Voice

logger = logging.getLogger(__name__)

LEAD_IN, LEAD_OUT = 0.25, 0.6
"""Seconds of face before the first and after the last sound."""

SEGMENT_GAP = 0.22
"""Seconds between two deliveries: the speaker changes gear."""

EFFECT_GAP = 0.12
"""Seconds between a sigh and the words after it."""

AT_ONCE = 2
"""Segments spoken side by side; a clip has two cores to itself at best."""


@dataclass(frozen=True, slots=True)
class Performed:
    performance: Performance
    speech: Speech
    """The whole sound; zero samples when the voice was silent."""

    engine: str
    """Alias of the speaker that spoke."""

    fallback_reason: str = ""
    """Why an earlier speaker did not, in words for the record; empty if none failed."""


def perform(
    script: str,
    *,
    seat: str = "a",
    spec: VoiceSpec,
    speakers: Sequence[tuple[str, Voice]],
    director: Director,
    seed: int = 0,
    motion: str = "subtle",
    shape: str = "9:16",
    background: str = "",
    put_sound: Callable[[bytes], str],
) -> Performed:
    """One character says `script`.

    `speakers` (alias, engine) are tried in order. `put_sound` stores a WAV file and
    returns its blob ref; it is not called for a silent performance. ScriptError when
    nothing can be said, EngineError when no speaker could speak.
    """
    segments = parse(script)
    if not segments:
        raise ScriptError("There is nothing to say in this script. Add a few words.")
    takes, alias, reason = _take(segments, spec, speakers)
    speech, beats = _edit(segments, takes, seed)
    heard = any(speech.samples)
    part = director.direct(beats, speech, seat=seat, seed=seed, motion=motion)
    if heard:
        ref = put_sound(sound.wav(speech.samples, speech.rate))
        part = replace(part, sound=Sound(ref, speech.rate))
    performance = Performance(
        seconds=round(speech.seconds, 4),
        parts=(part,),
        stage=Stage(
            background=background,
            shape=shape,
            places={seat: Place()},
            camera=(CameraKey(0.0, seat),),
        ),
        made_by=MadeBy(speech.engine, type(director).__name__, seed),
    )
    return Performed(performance, speech, alias, reason)


def _take(
    segments: Sequence[Segment],
    spec: VoiceSpec,
    speakers: Sequence[tuple[str, Voice]],
) -> tuple[list[Speech | None], str, str]:
    """Each segment's speech from the first speaker that manages them all."""
    reason = ""
    for alias, voice in speakers:
        problem = voice.available()
        if problem is None:
            try:
                return _speak_all(segments, spec, voice), alias, reason
            except EngineError as error:
                problem = str(error)
            except Exception:
                # A broken engine must cost its clip a better voice, not the clip.
                logger.exception("Voice %s failed", alias)
                problem = "it stopped with an error"
        reason = reason or f"{alias}: {problem}"
        logger.warning("Voice %s did not speak: %s", alias, problem)
    raise EngineError(f"No voice could speak ({reason})")


def _speak_all(
    segments: Sequence[Segment], spec: VoiceSpec, voice: Voice
) -> list[Speech | None]:
    def speak(segment: Segment) -> Speech | None:
        if not segment.text:
            return None
        return voice.speak(segment.text, spec=_delivered(spec, segment))

    if sum(bool(s.text) for s in segments) < 2:
        return [speak(s) for s in segments]
    # A pool for each script: idle threads would not survive a worker's fork.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(speak, segments))


def _delivered(spec: VoiceSpec, segment: Segment) -> VoiceSpec:
    delivery = segment.delivery
    return replace(
        spec,
        speed=min(2.0, max(0.5, spec.speed * delivery.speed)),
        pitch=min(6.0, max(-6.0, spec.pitch + delivery.pitch)),
    )


def _edit(
    segments: Sequence[Segment], takes: Sequence[Speech | None], seed: int
) -> tuple[Speech, list[Beat]]:
    """Takes, pauses and effects one after another: one speech, and its beats."""
    rate = next((take.rate for take in takes if take), 24000)
    if any(take and take.rate != rate for take in takes):
        raise EngineError("The voice changed its sample rate in mid-script")
    silent = not any(take and any(take.samples) for take in takes)
    pieces = [sound.silence(LEAD_IN, rate)]
    phones: list[Phone] = []
    captions: list[Caption] = []
    beats: list[Beat] = []
    now = LEAD_IN
    for i, (segment, take) in enumerate(zip(segments, takes, strict=True)):
        start = now
        gap = segment.pause + (SEGMENT_GAP if i and not segment.pause else 0.0)
        quiet = sound.silence(gap, rate)
        made = sound.effect(segment.effect, rate, seed + i)
        if len(made):
            made = np.concatenate([made, sound.silence(EFFECT_GAP, rate)])
        pieces += [quiet, made * (0.0 if silent else 1.0)]
        now += (len(quiet) + len(made)) / rate
        if take is None:
            beats.append(_beat(segment, "", start, now))
            continue
        pieces.append(_polished(take, segment, seed + i))
        first_word = len(captions)
        phones += [
            replace(
                p,
                at=_at(p.at + now),
                until=_at(p.until + now),
                word=p.word + first_word,
            )
            if p.word >= 0
            else replace(p, at=_at(p.at + now), until=_at(p.until + now))
            for p in take.phones
        ]
        words = [
            replace(c, at=_at(c.at + now), until=_at(c.until + now))
            for c in take.captions
        ]
        captions += words
        now += take.seconds
        beats += _beats(segment, words, start, now)
    pieces.append(sound.silence(LEAD_OUT, rate))
    samples = np.concatenate(pieces)
    spoke = next((take.engine for take in takes if take), "")
    speech = Speech(sound.encode(samples), rate, tuple(phones), tuple(captions), spoke)
    return speech, beats


def _polished(take: Speech, segment: Segment, seed: int) -> sound.Samples:
    delivery = segment.delivery
    samples = sound.decode(take.samples)
    if delivery.breath:
        samples = sound.whisper(samples, take.rate, delivery.breath, seed)
    return sound.at_level(samples, take.rate, delivery.gain)


def _beats(
    segment: Segment, words: Sequence[Caption], start: float, end: float
) -> list[Beat]:
    """One a sentence; together they cover the segment."""
    sentences: list[list[Caption]] = [[]]
    for word in words:
        sentences[-1].append(word)
        if word.text.rstrip("\"'”’)]").endswith((".", "!", "?", "…")):
            sentences.append([])
    sentences = [s for s in sentences if s]
    beats = []
    for i, sentence in enumerate(sentences):
        at = start if i == 0 else sentence[0].at
        until = sentences[i + 1][0].at if i + 1 < len(sentences) else end
        text = " ".join(word.text for word in sentence)
        beats.append(_beat(segment, text, at, until))
    return beats or [_beat(segment, segment.text, start, end)]


def _beat(segment: Segment, text: str, at: float, until: float) -> Beat:
    feeling = segment.delivery if segment.tag else from_punctuation(text)
    return Beat(text, _at(at), _at(until), feeling.mood, feeling.weight, segment.tag)


def _at(seconds: float) -> float:
    """A tenth of a millisecond is finer than anything that is drawn or heard."""
    return round(seconds, 4)

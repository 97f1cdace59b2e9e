"""Takes to one sound, one track of phones and words, and the beats for the director."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from socialapp.acting import sound
from socialapp.acting.delivery import from_punctuation
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Beat, Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.acting.script import Segment
    from socialapp.performance import Caption, Phone

LEAD_IN, LEAD_OUT = 0.25, 0.6
"""Seconds of face before the first and after the last sound."""

SEGMENT_GAP = 0.22
"""Seconds between two deliveries: the speaker changes gear."""

EFFECT_GAP = 0.12
"""Seconds between a sigh and the words after it."""


def edit(
    segments: Sequence[Segment],
    takes: Sequence[Speech | None],
    *,
    seed: int,
    lead_in: float = LEAD_IN,
    lead_out: float = LEAD_OUT,
) -> tuple[Speech, list[Beat]]:
    """Takes, pauses and effects one after another: one speech, and its beats.

    EngineError when the takes differ in their sample rate.
    """
    rate = next((take.rate for take in takes if take), 24000)
    if any(take and take.rate != rate for take in takes):
        raise EngineError("The voice changed its sample rate in mid-script")
    silent = not any(take and any(take.samples) for take in takes)
    pieces = [sound.silence(lead_in, rate)]
    phones: list[Phone] = []
    captions: list[Caption] = []
    beats: list[Beat] = []
    now = lead_in
    for i, (segment, take) in enumerate(zip(segments, takes, strict=True)):
        # A pause is a listening face: the next mood waits until it is over.
        start = now + segment.pause
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
        beats += beats_of(segment, words, start, now)
    pieces.append(sound.silence(lead_out, rate))
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


def beats_of(
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

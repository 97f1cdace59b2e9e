"""A script that a person has read aloud: the same performance, in their own voice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socialapp.acting import sound
from socialapp.acting.edit import LEAD_IN, LEAD_OUT, beats_of
from socialapp.acting.perform import Performed, alone
from socialapp.acting.script import ScriptError, parse
from socialapp.performance import Sound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialapp.acting.script import Segment
    from socialapp.engines.protocols import Beat, Director, Speech

ENGINE = "recording"
"""Alias of the speaker, where others have the name of a voice engine."""


def perform_recording(
    script: str,
    speech: Speech,
    *,
    seat: str = "a",
    director: Director,
    seed: int = 0,
    motion: str = "subtle",
    shape: str = "9:16",
    background: str = "",
    camera: str = "still",
    put_sound: Callable[[bytes], str],
) -> Performed:
    """One character says `script` with the sound of `speech`, which has a caption for
    each of its words. Tags move the face alone: how it sounds is the person's affair.

    ScriptError when the two have another number of words.
    """
    segments = parse(script)
    whole = _led(speech)
    beats = _beats(segments, whole)
    part = director.direct(beats, whole, seat=seat, seed=seed, motion=motion)
    ref = put_sound(sound.wav(whole.samples, whole.rate))
    part = replace(part, sound=Sound(ref, whole.rate))
    performance = alone(
        part,
        whole,
        director,
        seed=seed,
        shape=shape,
        background=background,
        camera=camera,
    )
    return Performed(performance, whole, ENGINE)


def _led(speech: Speech) -> Speech:
    """With a moment of face before and after, as in every clip."""
    rate = speech.rate
    before = round(LEAD_IN * rate)
    after = round(LEAD_OUT * rate)
    later = before / rate
    return replace(
        speech,
        samples=bytes(2 * before) + speech.samples + bytes(2 * after),
        phones=tuple(
            replace(p, at=round(p.at + later, 4), until=round(p.until + later, 4))
            for p in speech.phones
        ),
        captions=tuple(
            replace(c, at=round(c.at + later, 4), until=round(c.until + later, 4))
            for c in speech.captions
        ),
    )


def _beats(segments: Sequence[Segment], speech: Speech) -> list[Beat]:
    """A segment's beats cover the time until the next one begins."""
    texts = [segment for segment in segments if segment.text]
    counts = [words_in(segment.text, first=not i) for i, segment in enumerate(texts)]
    if not texts or sum(counts) != len(speech.captions):
        raise ScriptError(
            "The recording is of another script. Record this one, or choose a voice."
        )
    beats: list[Beat] = []
    first = 0
    for segment, count in zip(texts, counts, strict=True):
        words = speech.captions[first : first + count]
        following = first + count
        until = (
            speech.captions[following].at
            if following < len(speech.captions)
            else speech.seconds - LEAD_OUT
        )
        beats += beats_of(segment, words, words[0].at, until)
        first = following
    return beats


def words_in(text: str, *, first: bool) -> int:
    """How many captions it has: what has no letter joins the one before, if there is."""
    words = text.split()
    count = sum(any(c.isalnum() for c in word) for word in words)
    return count + int(first and not any(c.isalnum() for c in words[0]))

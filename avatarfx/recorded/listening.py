"""From a file that somebody sent to a voice that can drive a face, or words why not."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from avatarfx import decoding, sound
from avatarfx.recorded import errors
from avatarfx.recorded.errors import RecordingError
from avatarfx.voices.pronounce import words_of
from socialapp.acting import sound as acting_sound
from socialapp.acting.script import spoken
from socialapp.engines.protocols import Aligned, Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from socialapp.engines.protocols import Aligner

RATE = 24_000
"""Hertz that a recording is kept at: that of the voices."""

ENGINE = "recording"
"""What the record of a clip calls the voice, before who found the words in it."""

LEAST_SECONDS = 0.4
SILENCE = 0.002
"""Peak, -54 dBFS, under which a recording is silent."""

QUIET = sound.LOUDNESS - 26.0
"""LUFS: `sound.normalise` adds 24 dB at most."""

CLIPPED_SHARE = 0.03
"""Of all samples, near the top: read speech has 0.001 there, and 0.05 when it is cut off
at a third of its height."""

NEAR_TOP = 0.8
"""Of what 99.95 % of the samples stay under: a codec makes single ones overshoot."""

PACE = (3.0, 26.0)
"""Phones a second of what is spoken: read speech has 10 to 15."""

HEARD = 0.25
"""Share of the script, by letters, under which a recording is of something else."""

EXTRA_SECONDS = 0.5
"""Of speech that is no word of the script, between two that are."""

LONGEST_PHONE = 0.7
"""Seconds: a vowel that is held longer hides something, or is sung."""

SILENT_SHARE = 0.02
"""Of the loudest moment, -34 dB, where a word may begin or end."""

BEFORE, AFTER = 0.15, 0.3
"""Seconds of the room that are kept around the words."""

FADE = 0.01


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording that fits its script."""

    speech: Speech
    """At RATE and one loudness; it begins and ends with the words."""

    fits: tuple[float, ...]
    """For each word how well it sounds like it, 0 to 1."""

    @property
    def doubtful(self) -> tuple[int, ...]:
        return tuple(i for i, fit in enumerate(self.fits) if fit < errors.DOUBTFUL)


def listen(
    data: bytes, script: str, *, aligner: Aligner, max_bytes: int, max_seconds: int
) -> Heard:
    """Hear `script` in an encoded file. SoundError when it cannot be read,
    RecordingError when it is not that script, EngineError when nobody can listen."""
    channels = decoding.samples_of(
        data,
        max_bytes=max_bytes,
        seconds=max_seconds,
        way="Cut a sentence or two from the script, or make two clips of it.",
    )
    raw = mono(channels)
    check_level(raw, decoding.RATE)
    samples = _trimmed(sound.resample(raw, decoding.RATE, RATE), RATE)
    samples = sound.normalise(samples, RATE)
    encoded = acting_sound.encode(samples)
    text = spoken(script)
    aligned = aligner.align(encoded, RATE, text)
    check_words(aligned, words_of(text))
    check_pace(aligned)
    check_extra(samples, RATE, aligned, words_of(text))
    return Heard(_cut(samples, aligned), aligned.fits)


def mono(channels: NDArray[np.float32]) -> NDArray[np.float32]:
    """One channel: the mean, or the louder one where the other is empty or inverted."""
    mean = channels.mean(axis=0)
    power = np.square(channels, dtype=np.float64).mean(axis=1)
    loudest = int(power.argmax())
    if float(np.square(mean, dtype=np.float64).mean()) < 0.3 * float(power[loudest]):
        mean = channels[loudest]
    single: NDArray[np.float32] = mean.astype(np.float32)
    return single


def check_level(samples: NDArray[np.float32], rate: int) -> None:
    """RecordingError for what no gain can make into a voice."""
    if len(samples) < LEAST_SECONDS * rate:
        raise RecordingError("short", errors.SHORT)
    peak = float(np.abs(samples).max())
    if peak < SILENCE:
        raise RecordingError("silent", errors.SILENT)
    if sound.loudness(samples, rate) < QUIET:
        raise RecordingError("quiet", errors.QUIET)
    top = float(np.quantile(np.abs(samples), 0.9995))
    near_top = float((np.abs(samples) > NEAR_TOP * top).mean())
    if top > 0.5 and near_top > CLIPPED_SHARE:
        raise RecordingError("clipped", errors.CLIPPED)


def check_words(aligned: Aligned, words: Sequence[str]) -> None:
    """RecordingError for another text, or one of which words are missing."""
    lost = tuple(i for i, fit in enumerate(aligned.fits) if fit <= 0.0)
    letters = [sum(c.isalnum() for c in word) for word in words]
    there = 1.0 - sum(letters[i] for i in lost) / max(1, sum(letters))
    if there < HEARD:
        raise RecordingError("other_text", errors.OTHER, lost)
    if aligned.phones and not lost:
        return
    if not lost:
        raise RecordingError("unclear", errors.UNCLEAR)
    raise RecordingError("missing", errors.missing(named(words, lost), len(lost)), lost)


def check_pace(aligned: Aligned) -> None:
    voiced = sum(phone.until - phone.at for phone in aligned.phones)
    pace = len(aligned.phones) / max(1e-3, voiced)
    if pace > PACE[1]:
        raise RecordingError("fast", errors.FAST)
    if pace < PACE[0]:
        raise RecordingError("slow", errors.SLOW)


def check_extra(
    samples: NDArray[np.float32], rate: int, aligned: Aligned, words: Sequence[str]
) -> None:
    """RecordingError when somebody speaks on between two words of the script: what is
    said there was not screened, and no mouth moves to it.

    What lies before the first word and behind the last is cut off anyway.
    """
    step = rate // 50
    count = len(samples) // step
    blocks = samples[: count * step].reshape(count, step)
    level = 10 * np.log10(np.square(blocks, dtype=np.float64).mean(axis=1) + 1e-9)
    at = (np.arange(count) + 0.5) / 50
    told = np.zeros(count, bool)
    for phone in aligned.phones:
        until = min(phone.until, phone.at + LONGEST_PHONE)
        told[(at >= phone.at) & (at < until)] = True
    if not told.any():
        return
    # Loud is nearer to the words than to the room.
    floor, speech = np.percentile(level, 10), float(np.median(level[told]))
    loud = ~told & (level > floor + 0.6 * (speech - floor))
    for i, (before, after) in enumerate(itertools.pairwise(aligned.captions)):
        between = loud & (at > before.at) & (at < after.at)
        if between.sum() / 50 > EXTRA_SECONDS:
            raise RecordingError(
                "extra", errors.added(words[i], words[i + 1]), (i, i + 1)
            )


def named(words: Sequence[str], which: Sequence[int]) -> str:
    """Neighbours in one pair of quotation marks; the middle of many is left out."""
    runs: list[list[int]] = []
    for i in which:
        if runs and runs[-1][-1] == i - 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    told = [_run([words[i] for i in run]) for run in runs[:4]]
    more = len(runs) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


def _run(words: Sequence[str]) -> str:
    """Of many words, both ends."""
    shown = words if len(words) <= 8 else [*words[:4], "…", *words[-3:]]
    return f"“{' '.join(shown)}”"


def _trimmed(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Without the long silence at either end, in which nobody has begun yet."""
    step = rate // 50
    count = len(samples) // step
    blocks = np.abs(samples[: count * step].reshape(count, step)).max(axis=1)
    heard = np.flatnonzero(blocks > SILENT_SHARE * blocks.max())
    start = max(0, int(heard[0]) * step - round(AFTER * rate))
    return samples[start : int(heard[-1] + 1) * step + round(AFTER * rate)]


def _cut(samples: NDArray[np.float32], aligned: Aligned) -> Speech:
    """What lies before the first word and behind the last one goes."""
    seconds = len(samples) / RATE
    start = max(0.0, aligned.phones[0].at - BEFORE)
    end = min(seconds, aligned.phones[-1].until + AFTER)
    kept = samples[round(start * RATE) : round(end * RATE)].copy()
    fade = min(len(kept) // 2, round(FADE * RATE))
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    kept[:fade] *= ramp
    kept[len(kept) - fade :] *= ramp[::-1]
    lasts = len(kept) / RATE

    def moved(at: float) -> float:
        return round(min(lasts, max(0.0, at - start)), 4)

    return Speech(
        samples=acting_sound.encode(kept),
        rate=RATE,
        phones=tuple(
            replace(p, at=moved(p.at), until=moved(p.until)) for p in aligned.phones
        ),
        captions=tuple(
            replace(c, at=moved(c.at), until=moved(c.until)) for c in aligned.captions
        ),
        engine=f"{ENGINE}, {aligned.engine}",
    )

"""From durations a network predicted to phones on the clock of the sound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from avatarfx.voices import alignment
from avatarfx.voices.pronounce import LENGTH, PAUSES, STRESS, words_of
from socialapp.performance import Caption, Phone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from avatarfx.voices.pronounce import Symbol

RATE = 24000
"""Hertz, of Kokoro and hibari alike."""

LEAD = 0.075
"""Seconds by which both networks' durations run behind their sound: word starts
measured 84 to 99 ms late against a forced aligner, three 25-ms units here."""

GATE = 10 ** (-35 / 20)
"""Of the peak: below it a phone has died away."""

HEAD, TAIL = 0.04, 0.1
"""Seconds of near-silence kept before and after what is heard."""

GAPS = {
    ".": 0.26,
    "!": 0.26,
    "?": 0.3,
    "…": 0.45,
    ",": 0.12,
    ";": 0.16,
    ":": 0.16,
    "—": 0.2,
}
"""Seconds between two chunks, beside HEAD and TAIL, by the punctuation between them."""

MIN_PHONE = 0.03
"""Seconds; a trimmed phone keeps this much."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A chunk that was said."""

    samples: NDArray[np.float32]
    """(n,), -1 to 1."""

    phones: tuple[Phone, ...]
    end: str = ""
    """Closing punctuation."""


def phones_of(
    symbols: Sequence[Symbol],
    durations: Sequence[float],
    seconds: float,
    lead: float = LEAD,
) -> tuple[Phone, ...]:
    """`durations`: seconds of each symbol, with the pad before and after them. `lead`:
    by how much they run behind the sound.

    A stress mark's time goes to the phone after it, a length mark's to the one before;
    a space's to the word after it. Other pauses stay silent.
    """
    if len(durations) != len(symbols) + 2:
        raise ValueError(f"{len(durations)} durations for {len(symbols)} symbols")
    phones: list[Phone] = []
    now = durations[0]
    early: float | None = None
    for symbol, lasts in zip(symbols, durations[1:-1], strict=True):
        at, until = now - lead, now + lasts - lead
        now += lasts
        if symbol.name == LENGTH and phones:
            phones[-1] = replace(phones[-1], until=until)
        elif symbol.name in STRESS or symbol.name == LENGTH:
            early = at if early is None else early
        elif symbol.name in PAUSES:
            early = at if symbol.name == " " else None
        else:
            at = at if early is None else early
            at = max(0.0, at, phones[-1].until if phones else 0.0)
            until = min(seconds, max(until, at + MIN_PHONE))
            if until > at:
                name = "ˈ" + symbol.name if symbol.stressed else symbol.name
                phones.append(Phone(at, until, name, symbol.word))
            early = None
    return tuple(phones)


def loudness(samples: NDArray[np.float32], window: float = 0.01) -> NDArray[np.float32]:
    """Running RMS over `window` seconds, one value a sample."""
    width = max(1, int(window * RATE))
    total = np.cumsum(np.concatenate([[0.0], samples.astype(np.float64) ** 2]))
    half = width // 2
    index = np.arange(len(samples))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(samples))
    mean = (total[high] - total[low]) / (high - low)
    level: NDArray[np.float32] = np.sqrt(np.maximum(mean, 0.0)).astype(np.float32)
    return level


def tidy(said: Utterance, *, late: bool = True) -> Utterance:
    """Phones on their sound; silence at both ends cut to HEAD and TAIL.

    `late`: the phones still run ahead of it, see ``alignment``.
    """
    level = loudness(said.samples)
    if not len(level) or not said.phones or level.max() <= 0.0:
        return said
    heard = np.flatnonzero(level > level.max() * GATE)
    first, last = float(heard[0]) / RATE, float(heard[-1]) / RATE
    start = max(0.0, first - HEAD)
    end = min(len(said.samples) / RATE, last + TAIL)
    phones = []
    aligned = alignment.slid(said.phones, level, RATE) if late else said.phones
    for i, phone in enumerate(aligned):
        at, until = phone.at, phone.until
        following = aligned[i + 1].at if i + 1 < len(aligned) else end
        if following > until + 0.02 or i + 1 == len(aligned):
            until = _dies(level, at, until)
        # A stop is shut before it is heard; everything else starts with the sound.
        at = max(at, start)
        phones.append(
            replace(
                phone, at=at - start, until=max(at + MIN_PHONE, min(until, end)) - start
            )
        )
    cut = said.samples[int(start * RATE) : int(end * RATE)].copy()
    fade = min(len(cut) // 2, int(0.005 * RATE))
    if fade:
        ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
        cut[:fade] *= ramp
        cut[-fade:] *= ramp[::-1]
    return replace(said, samples=cut, phones=_in_order(phones, len(cut) / RATE))


def _dies(level: NDArray[np.float32], at: float, until: float) -> float:
    """When the last sound within the phone is over."""
    stretch = level[int(at * RATE) : int(until * RATE)]
    heard = np.flatnonzero(stretch > level.max() * GATE)
    return at + float(heard[-1]) / RATE if len(heard) else at


def _in_order(phones: Sequence[Phone], seconds: float) -> tuple[Phone, ...]:
    kept: list[Phone] = []
    for phone in phones:
        at = max(phone.at, kept[-1].until if kept else 0.0)
        until = min(phone.until, seconds)
        if until - at >= 0.005:
            kept.append(replace(phone, at=round(at, 4), until=round(until, 4)))
    return tuple(kept)


def gap_after(said: Utterance) -> float:
    return GAPS.get(said.end, 0.05)


def assemble(
    utterances: Sequence[Utterance], text: str, speed: float
) -> tuple[NDArray[np.float32], tuple[Phone, ...], tuple[Caption, ...]]:
    """Chunks one after another with pauses, and the words as written on the clock."""
    pieces: list[NDArray[np.float32]] = []
    phones: list[Phone] = []
    now = 0.0
    for i, said in enumerate(utterances):
        pieces.append(said.samples)
        phones += [replace(p, at=p.at + now, until=p.until + now) for p in said.phones]
        now += len(said.samples) / RATE
        if i + 1 < len(utterances):
            quiet = np.zeros(int(gap_after(said) / speed * RATE), np.float32)
            pieces.append(quiet)
            now += len(quiet) / RATE
    samples = np.concatenate(pieces) if pieces else np.zeros(RATE // 2, np.float32)
    tidied = _in_order(phones, len(samples) / RATE)
    return samples, tidied, captions_of(tidied, words_of(text), len(samples) / RATE)


def captions_of(
    phones: Sequence[Phone], words: Sequence[str], seconds: float
) -> tuple[Caption, ...]:
    """One a word. A word without phones gets the moment between its neighbours."""
    heard: dict[int, tuple[float, float]] = {}
    for phone in phones:
        at, until = heard.get(phone.word, (phone.at, phone.until))
        heard[phone.word] = (min(at, phone.at), max(until, phone.until))
    captions: list[Caption] = []
    now = 0.0
    for i, word in enumerate(words):
        at, until = heard.get(i, (now, now))
        at = max(at, now)
        until = min(seconds, max(at, until))
        captions.append(Caption(round(at, 4), round(until, 4), word))
        now = until
    return tuple(captions)

"""The last few hundredths of a second between predicted phones and the sound itself.

After the constant correction (``timing.LEAD``) the phones of both networks still run
20 to 35 ms ahead of the loudness of their own sound, by voice and speed: measured on
eight voices and four lines, and seen as a mouth that moves one frame early. So every
chunk is slid to where loud phones are loud and stops are quiet.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from socialapp.performance import Phone

HOP = 0.005
"""Seconds between two looks at the loudness."""

FURTHEST = 0.05
"""Seconds that phones are slid at most, and only towards later."""

USUAL = 0.025
"""Seconds to slide where a chunk is too short or too even to tell."""

SHORTEST = 0.6
"""Seconds a chunk must have to be measured."""

SURE = 0.35
"""The correlation below which a measurement is not believed."""

FLOOR = -40.0
"""Decibels under the peak at which silence begins."""

SONORITY: dict[str, float] = {
    symbol: value
    for symbols, value in (
        ("ɑaæʌɐɒɛeəᵊɪiᵻɔouʊɜAIOQWY", 1.0),
        ("wjɹrl", 0.85),
        ("mnŋ", 0.75),
        ("zvðʒ", 0.5),
        ("szʃf", 0.4),
        ("θh", 0.25),
        ("ptkbdɡʧʤTʔɾ", 0.1),
    )
    for symbol in symbols
}
"""How loud a phone is against others, roughly: the sonority scale of phonology."""


def slid(
    phones: Sequence[Phone], level: NDArray[np.float32], rate: int
) -> tuple[Phone, ...]:
    """`phones`, all moved later by the same 0 to FURTHEST seconds.

    `level`: running RMS, one value a sample, (n,), at `rate` hertz.
    """
    later = _offset(phones, level, rate)
    end = len(level) / rate
    return tuple(
        replace(p, at=min(end, p.at + later), until=min(end, p.until + later))
        for p in phones
    )


def _offset(phones: Sequence[Phone], level: NDArray[np.float32], rate: int) -> float:
    step = int(HOP * rate)
    sampled = level[::step].astype(np.float64)
    if len(sampled) * HOP < SHORTEST or not phones or sampled.max() <= 0.0:
        return USUAL
    decibels = 20.0 * np.log10(np.maximum(sampled / sampled.max(), 1e-6))
    heard = np.maximum(decibels, FLOOR)
    times = np.arange(len(sampled)) * HOP
    expected = np.zeros(len(sampled))
    for phone in phones:
        inside = (times >= phone.at) & (times < phone.until)
        expected[inside] = SONORITY.get(phone.name.strip("ˈˌ")[:1], 0.6)
    shifts = range(round(FURTHEST / HOP) + 1)
    matches = [_correlation(heard[k:], expected[: len(expected) - k]) for k in shifts]
    best = int(np.argmax(matches))
    return best * HOP if matches[best] > SURE else USUAL


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    a, b = a - a.mean(), b - b.mean()
    power = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / power if power > 0.0 else 0.0

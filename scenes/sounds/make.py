"""Makes the built-in sounds out of noise and sines, the same each time.

    python -m scenes.sounds.make

Loops are made on a circle: their noise has a spectrum without a beginning, and what
rings on past the end is heard at the start. A codec knows nothing of circles and
begins anew; so they are cut where they are quietest, and what hums, where even that
would click, swells from near silence and back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from avatarfx import opus
from scenes import sounds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Samples = NDArray[np.float64]
RATE = opus.RATE
TAU = 2 * np.pi


def synthesise(name: str) -> Samples:
    """Mono samples at 48 kHz, before they are brought to one loudness."""
    # The name is the seed: a sound stays when another is added.
    made = _MAKERS[name](np.random.default_rng(list(name.encode())))
    return _from_quiet(made) if name in sounds.LOOPS else made


def encoded(name: str) -> bytes:
    return opus.encode(synthesise(name)[np.newaxis].astype(np.float32))


def main() -> None:
    sounds.FOLDER.mkdir(exist_ok=True)
    for name in sounds.names():
        sounds.file_of(name).write_bytes(encoded(name))


def _rain(rng: np.random.Generator) -> Samples:
    hiss = _noise(rng, 6.0, _band(500, 9000, slope=-0.35))
    slow = 1 + 0.12 * np.sin(TAU * 2 * _circle(hiss))
    out = hiss * slow
    for at in rng.uniform(0, 6.0, 420):
        pitch, loud = rng.uniform(1500, 5200), rng.exponential(0.35)
        _add(out, _ring([(pitch, 1.0, 0.006)], 0.05) * loud, at)
    return out


def _wind(rng: np.random.Generator) -> Samples:
    low = _noise(rng, 8.0, _band(60, 420, slope=-0.6))
    turn = TAU * _circle(low)
    gusts = _swell(low) * (0.75 + 0.25 * np.sin(3 * turn + 1.1))
    howl = _noise(rng, 8.0, _band(480, 620)) * (0.5 + 0.5 * np.sin(2 * turn + 2)) ** 2
    return low * gusts + 0.22 * howl * gusts


def _crowd(rng: np.random.Generator) -> Samples:
    out = _noise(rng, 6.0, _band(200, 2600, slope=-0.9)) * 0.3
    turn = TAU * _circle(out)
    for _ in range(26):
        pitch = rng.uniform(95, 230)
        cycles = round(pitch * 6)
        drift = 0.6 * np.sin(turn * rng.integers(2, 9) + rng.uniform(0, TAU))
        phase = cycles * turn + drift * 20
        buzz = sum(np.sin(k * phase) / k for k in range(1, 14))
        # Vowels come and go about four times a second, no two voices together.
        beat = rng.integers(17, 29)
        vowel = np.maximum(0, np.sin(beat * turn + rng.uniform(0, TAU))) ** 1.5
        phrase = np.maximum(0, np.sin(rng.integers(1, 4) * turn + rng.uniform(0, TAU)))
        formant = rng.uniform(450, 1100)
        voice = _filtered(buzz * vowel * phrase, _band(formant * 0.6, formant * 1.7))
        out += voice * rng.uniform(0.25, 0.7)
    return out


def _clock(rng: np.random.Generator) -> Samples:
    out = np.zeros(2 * RATE)
    for at, pitch in ((0.1, 2600), (1.1, 2150)):
        tick = _ring([(pitch, 1.0, 0.008), (pitch * 1.83, 0.6, 0.005)], 0.2)
        wood = _ring([(410, 0.5, 0.03), (690, 0.25, 0.02)], 0.2)
        _add(out, tick + wood + 0.4 * _burst(rng, 0.2, 0.003), at)
    return out


def _heartbeat(rng: np.random.Generator) -> Samples:
    out = _noise(rng, 1.0, _band(40, 160)) * 0.004
    for at, loud in ((0.12, 1.0), (0.42, 0.7)):
        time = np.arange(int(0.3 * RATE)) / RATE
        sweep = np.sin(TAU * (95 * time - 90 * time**2))
        thump = sweep * np.exp(-time / 0.055) * np.minimum(1, time / 0.012)
        _add(out, loud * (thump + 0.5 * np.roll(_knock(thump), 90)), at)
    return out


def _tension(rng: np.random.Generator) -> Samples:
    turn = TAU * np.arange(8 * RATE) / (8 * RATE)
    out = np.zeros(8 * RATE)
    # Whole cycles in eight seconds: A1, its beating neighbour, C2, E flat 2, A2.
    for pitch, loud in (
        (55, 1),
        (55.375, 0.8),
        (65.375, 0.6),
        (77.75, 0.5),
        (110, 0.4),
    ):
        cycles = round(pitch * 8)
        slow = 0.7 + 0.3 * np.sin(rng.integers(1, 4) * turn + rng.uniform(0, TAU))
        for k in range(1, 9):
            out += loud * slow * np.sin(k * cycles * turn + k) / k**1.6
    out += 0.15 * _noise(rng, 8.0, _band(200, 900, slope=-0.8))
    return out * _swell(out)


def _door(rng: np.random.Generator) -> Samples:
    out = np.zeros(int(1.9 * RATE))
    time = np.arange(int(0.9 * RATE)) / RATE
    # A hinge sticks and slips: pulses that come faster and rise in pitch.
    pulses = np.diff(np.floor(22 * time + 38 * time**2), prepend=0.0)
    creak = _filtered(pulses, _band(700, 2300)) * np.sin(np.pi * time / 0.9) ** 0.7
    _add(out, creak / (np.abs(creak).max() + 1e-9) * 0.5, 0.05)
    thud = _ring([(78, 1.0, 0.09), (143, 0.7, 0.06), (236, 0.4, 0.04)], 0.6)
    _add(out, thud * 1.3 + 0.6 * _burst(rng, 0.6, 0.02), 1.12)
    _add(out, _ring([(2300, 0.35, 0.02), (3400, 0.2, 0.015)], 0.2), 1.2)
    return out


def _bell(rng: np.random.Generator) -> Samples:
    out = np.zeros(int(2.2 * RATE))
    # Ratios of a small hand bell: its partials are no harmonics.
    for at, loud in ((0.02, 1.0), (0.22, 0.7), (0.40, 0.35)):
        parts = [
            (1480 * ratio, weight, decay)
            for ratio, weight, decay in (
                (1.0, 1.0, 0.75),
                (1.002, 0.6, 0.7),
                (2.42, 0.7, 0.4),
                (4.03, 0.4, 0.22),
                (5.71, 0.25, 0.12),
            )
        ]
        _add(out, loud * (_ring(parts, 1.7) + 0.2 * _burst(rng, 1.7, 0.002)), at)
    return out


def _footsteps(rng: np.random.Generator) -> Samples:
    out = np.zeros(int(2.4 * RATE))
    for step, at in enumerate((0.05, 0.62, 1.17, 1.74)):
        for delay, loud in ((0.0, 1.0), (0.075, 0.45)):
            pitch = 105 + 9 * (step % 2) + rng.uniform(-4, 4)
            wood = _ring([(pitch, 1.0, 0.045), (pitch * 2.7, 0.5, 0.025)], 0.4)
            _add(out, loud * (wood + 0.5 * _burst(rng, 0.4, 0.008)), at + delay)
    return out


def _page(rng: np.random.Generator) -> Samples:
    hiss = _noise(rng, 0.9, _band(1200, 9500, slope=-0.2))
    time = np.arange(len(hiss)) / len(hiss)
    crackle = np.repeat(rng.uniform(0.4, 1.0, 180), len(hiss) // 180 + 1)[: len(hiss)]
    swish = np.sin(np.pi * time) ** 2 * (
        0.35 + 0.65 * np.exp(-(((time - 0.62) / 0.12) ** 2))
    )
    return hiss * swish * crackle


def _drum(rng: np.random.Generator) -> Samples:
    out = np.zeros(int(1.4 * RATE))
    time = np.arange(int(1.3 * RATE)) / RATE
    # The skin is tighter while it swings wide: the pitch falls.
    body = np.sin(TAU * (62 * time + 4.2 * (1 - np.exp(-time / 0.05))))
    _add(out, body * np.exp(-time / 0.28), 0.02)
    _add(out, 0.55 * _burst(rng, 1.3, 0.018) + _ring([(171, 0.3, 0.12)], 1.3), 0.02)
    return out


def _applause(rng: np.random.Generator) -> Samples:
    out = np.zeros(int(4.2 * RATE))
    for _ in range(34):
        pause, at = rng.uniform(0.19, 0.3), rng.uniform(0.0, 0.5)
        until, bright = rng.uniform(2.6, 3.9), rng.uniform(0.5, 1.0)
        loud = rng.uniform(0.3, 1.0)
        while at < until:
            clap = _burst(rng, 0.1, 0.007 + 0.006 * rng.random())
            clap += bright * _ring([(rng.uniform(900, 1700), 0.5, 0.006)], 0.1)
            _add(out, loud * clap, at)
            at += pause * rng.uniform(0.9, 1.1)
    time = np.arange(len(out)) / RATE
    return out * np.minimum(1, time / 0.4) * np.clip((4.15 - time) / 1.3, 0, 1)


_MAKERS: dict[str, Callable[[np.random.Generator], Samples]] = {
    "rain": _rain,
    "wind": _wind,
    "crowd": _crowd,
    "clock": _clock,
    "heartbeat": _heartbeat,
    "tension": _tension,
    "door": _door,
    "bell": _bell,
    "footsteps": _footsteps,
    "page": _page,
    "drum": _drum,
    "applause": _applause,
}


def _circle(samples: Samples) -> Samples:
    """How far round each sample is, from 0 to 1."""
    return np.arange(len(samples)) / len(samples)


def _from_quiet(loop: Samples) -> Samples:
    """Turned so that its seam lies where 6 ms are quietest."""
    width = round(0.006 * RATE)
    around = np.concatenate([loop[-width // 2 :], loop, loop[: width // 2]]) ** 2
    energy = np.convolve(around, np.ones(width), "valid")[: len(loop)]
    return np.roll(loop, -int(np.argmin(energy)))


def _swell(samples: Samples) -> Samples:
    swell: Samples = 0.01 + 0.99 * np.sin(np.pi * _circle(samples)) ** 1.4
    return swell


def _band(
    low: float, high: float, *, slope: float = 0.0
) -> Callable[[Samples], Samples]:
    """Gain by frequency in Hz: open between `low` and `high`, falling off as a
    second-order filter does; `slope` tilts it, as a power of the frequency."""

    def gain(frequency: Samples) -> Samples:
        safe = np.maximum(frequency, 1.0)
        below, above = (low / safe) ** 4, (safe / high) ** 4
        return (safe / low) ** slope / np.sqrt((1 + below) * (1 + above))

    return gain


def _filtered(samples: Samples, gain: Callable[[Samples], Samples]) -> Samples:
    spectrum = np.fft.rfft(samples)
    spectrum *= gain(np.fft.rfftfreq(len(samples), 1 / RATE).astype(np.float64))
    return np.fft.irfft(spectrum, len(samples))


def _noise(
    rng: np.random.Generator, seconds: float, gain: Callable[[Samples], Samples]
) -> Samples:
    """Of standard deviation 1, and as smooth from its end to its start as within."""
    found = _filtered(rng.standard_normal(round(seconds * RATE)), gain)
    found /= found.std()
    return found


def _ring(parts: Sequence[tuple[float, float, float]], seconds: float) -> Samples:
    """Sines that die away: pitch in Hz, weight, seconds to a third."""
    time = np.arange(round(seconds * RATE)) / RATE
    attack = np.minimum(1, time / 0.0008)
    out = np.zeros(len(time))
    for pitch, weight, decay in parts:
        out += weight * np.sin(TAU * pitch * time) * np.exp(-time / decay)
    return out * attack


def _burst(rng: np.random.Generator, seconds: float, decay: float) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return rng.standard_normal(len(time)) * np.exp(-time / decay)


def _knock(thump: Samples) -> Samples:
    return _filtered(thump, _band(120, 260))


def _add(out: Samples, piece: Samples, at: float) -> None:
    """Lay `piece` over `out` from second `at` on; past the end it goes on in front."""
    places = (round(at * RATE) + np.arange(len(piece))) % len(out)
    np.add.at(out, places, piece)


if __name__ == "__main__":
    main()

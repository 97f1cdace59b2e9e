"""Makes the built-in music beds out of sines and noise, the same each time.

    python -m avatarfx.beds.make

The tunes, the chords and the instruments are our own. Each is made on a circle: what
rings on past the end is heard at the start, so that it goes round for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from avatarfx import beds, opus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Samples = NDArray[np.float64]
RATE = opus.RATE
TAU = 2 * np.pi

SPEECH_BAND = (900.0, 3800.0)
"""Hz in which consonants are told apart (ANSI S3.5 gives them most of the weight)."""

SPEECH_CUT = 0.5
"""Of the amplitude in that band: a bed leaves room where words are."""


def synthesise(name: str) -> Samples:
    """One turn of the circle: mono samples at 48 kHz, before they have a loudness."""
    # The name is the seed: a bed stays when another is added.
    return _roomy(_MAKERS[name](np.random.default_rng(list(name.encode()))))


def encoded(name: str) -> bytes:
    turn = synthesise(name)
    longer = np.concatenate([turn, turn[: round(beds.OVERLAP * RATE)]])
    return opus.encode(longer[np.newaxis].astype(np.float32), loud=beds.LOUDNESS)


def main() -> None:
    beds.FOLDER.mkdir(exist_ok=True)
    for name in beds.names():
        beds.file_of(name).write_bytes(encoded(name))


def _lamplight(rng: np.random.Generator) -> Samples:
    """Four chords in sixteen seconds, each swelling into the next."""
    out = np.zeros(16 * RATE)
    chords = ((45, 57, 60, 64, 71), (41, 57, 60, 65, 69), (48, 55, 64, 67, 74),
              (43, 55, 59, 62, 69))  # fmt: skip
    for number, chord in enumerate(chords):
        for note in chord:
            _add(out, _pad(rng, note, 7.0), number * 4.0 - 1.2)
    for at, note in ((2.0, 76), (5.5, 72), (9.0, 79), (13.5, 74)):
        _add(out, 0.35 * _bell(note, 3.5), at)
    return out


def _footlights(rng: np.random.Generator) -> Samples:
    """Broken chords on a plucked string, 96 to the minute, over long notes."""
    beat = 0.625
    out = np.zeros(round(32 * beat * RATE))
    chords = ((48, 60, 64, 67, 72), (45, 57, 60, 64, 69), (41, 57, 60, 65, 69),
              (43, 55, 59, 62, 67))  # fmt: skip
    figure = (1, 2, 3, 4, 3, 2, 3, 2)
    for number, chord in enumerate(chords):
        start = number * 8 * beat
        _add(out, 0.6 * _pad(rng, chord[0], 7.0), start - 0.6)
        for repeat in range(2):
            for step, which in enumerate(figure):
                late = rng.uniform(0, 0.012)
                loud = rng.uniform(0.5, 0.7)
                at = start + (repeat * 4 + step * 0.5) * beat + late
                _add(out, loud * _pluck(chord[which], 1.6), at)
    return out


def _interval(rng: np.random.Generator) -> Samples:
    """Three to the bar on small bells, 108 to the minute."""
    beat = 60 / 108
    out = np.zeros(round(24 * beat * RATE))
    bars = ((48, 64, 67), (45, 60, 64), (50, 62, 65), (43, 59, 65)) * 2
    tune = ((0, 76), (2, 74), (3, 72), (6, 77), (8, 76), (9, 74), (12, 79), (14, 76),
            (15, 72), (18, 74), (20, 71), (21, 72))  # fmt: skip
    for bar, (low, *chord) in enumerate(bars):
        _add(out, 0.9 * _pluck(low, 2.0), bar * 3 * beat)
        for step in (1, 2):
            for note in chord:
                loud = rng.uniform(0.22, 0.3)
                _add(out, loud * _pluck(note, 1.0), (bar * 3 + step) * beat)
    for step, note in tune:
        _add(out, 0.4 * _bell(note, 2.2), step * beat)
    return out


def _matinee(rng: np.random.Generator) -> Samples:
    """Off the beat, 126 to the minute: plucked above, a soft knock below."""
    beat = 60 / 126
    out = np.zeros(round(32 * beat * RATE))
    chords = ((53, 65, 69, 72), (50, 62, 65, 69), (46, 58, 62, 65), (48, 60, 64, 67))
    for number, chord in enumerate(chords):
        for step in range(8):
            at = (number * 8 + step) * beat
            if step % 2 == 0:
                _add(out, 0.8 * _pluck(chord[0] - 12 * (step % 4 == 2), 0.9), at)
            for note in chord[1:]:
                loud = rng.uniform(0.26, 0.36)
                _add(out, loud * _pluck(note, 0.7), at + beat / 2)
            _add(out, 0.14 * _knock(rng), at)
    for step, note in ((3, 77), (6, 76), (11, 74), (14, 72), (19, 70), (27, 72)):
        _add(out, 0.3 * _bell(note, 1.4), step * beat)
    return out


def _backstage(rng: np.random.Generator) -> Samples:
    """A low fifth that breathes, and a heartbeat of a bass under it."""
    beat = 0.75
    out = np.zeros(round(20 * beat * RATE))
    for number in range(5):
        for note in (38, 45, 50, (53, 52, 53, 55, 52)[number]):
            _add(out, _pad(rng, note, 5.2), number * 4 * beat - 1.0)
    for step in range(20):
        _add(out, (0.9 if step % 4 == 0 else 0.45) * _pluck(38, 1.1), step * beat)
        if step % 4 == 2:
            _add(out, 0.1 * _knock(rng), step * beat)
    return out


_MAKERS: dict[str, Callable[[np.random.Generator], Samples]] = {
    "lamplight": _lamplight,
    "footlights": _footlights,
    "interval": _interval,
    "matinee": _matinee,
    "backstage": _backstage,
}


def _pitch(note: int) -> float:
    """Hz of a MIDI note number; 69 is the A of 440."""
    return float(440 * 2 ** ((note - 69) / 12))


def _pad(rng: np.random.Generator, note: int, seconds: float) -> Samples:
    """A soft chorus that swells and goes."""
    time = np.arange(round(seconds * RATE)) / RATE
    swell = np.sin(np.pi * time / seconds) ** 1.5
    out = np.zeros(len(time))
    for cents in (-5, 0, 6):
        pitch = _pitch(note) * 2 ** (cents / 1200)
        phase = rng.uniform(0, TAU)
        for k in range(1, 6):
            out += np.sin(TAU * k * pitch * time + k * phase) / k**2.2
    return out * swell * 0.3


def _pluck(note: int, seconds: float) -> Samples:
    """A string: the higher the partial, the sooner it is gone."""
    pitch = _pitch(note)
    count = min(9, int(5000 / pitch))
    return _ring(
        [(k * pitch, 1 / k**1.5, 0.9 / (1 + 0.55 * k)) for k in range(1, count + 1)],
        seconds,
    )


def _bell(note: int, seconds: float) -> Samples:
    """A celesta: a plate has few partials, far apart."""
    pitch = _pitch(note)
    return _ring([(pitch, 1.0, 0.9), (4 * pitch, 0.16, 0.25)], seconds)


def _knock(rng: np.random.Generator) -> Samples:
    """A finger on a wooden box."""
    time = np.arange(round(0.25 * RATE)) / RATE
    skin = rng.standard_normal(len(time)) * np.exp(-time / 0.012)
    knock: Samples = skin + 4 * np.sin(TAU * 180 * time) * np.exp(-time / 0.03)
    return knock


def _ring(parts: Sequence[tuple[float, float, float]], seconds: float) -> Samples:
    """Sines that die away: pitch in Hz, weight, seconds to a third. The end is faded
    out, as a finger would stop it."""
    time = np.arange(round(seconds * RATE)) / RATE
    out = np.zeros(len(time))
    for pitch, weight, decay in parts:
        out += weight * np.sin(TAU * pitch * time) * np.exp(-time / decay)
    return out * np.minimum(1, time / 0.004) * np.minimum(1, (seconds - time) / 0.08)


def _add(out: Samples, piece: Samples, at: float) -> None:
    """Lay `piece` over `out` from second `at` on, round the circle."""
    places = (round(at * RATE) + np.arange(len(piece))) % len(out)
    np.add.at(out, places, piece)


def _roomy(turn: Samples) -> Samples:
    """With less of what consonants are told apart by; softly cut, on the circle."""
    spectrum = np.fft.rfft(turn)
    frequency = np.maximum(np.fft.rfftfreq(len(turn), 1 / RATE), 1.0)
    low, high = SPEECH_BAND
    inside = 1 / (1 + (low / frequency) ** 4) / (1 + (frequency / high) ** 4)
    roomy: Samples = np.fft.irfft(spectrum * (1 - (1 - SPEECH_CUT) * inside), len(turn))
    return roomy


if __name__ == "__main__":
    main()

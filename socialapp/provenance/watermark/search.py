"""Finds a number in frames of unknown scale, crop and mirror; never guesses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from socialapp.provenance.watermark import carriers, coding, signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from socialapp.provenance.keys import Key
    from socialapp.provenance.watermark.coding import Bits
    from socialapp.provenance.watermark.signal import Floats, Picture

    Spectra = NDArray[np.complexfloating[Any]]

THRESHOLD = 5.2
"""Deviations of the sync correlation below which nothing is decoded."""

STEP = 0.006
"""Between scales: at most 0.3 % off, a third of the finest period over eight tiles."""

RANGE = (0.36, 1.42)
"""Scales tried for each size of analysis: tiles of 45 to 178 pixels."""

SIZES = (signal.SHORT, 2 * signal.SHORT)
"""Short sides of analysis. The second finds marks in a picture within a picture."""

CANDIDATES = 4
"""Of each key and size, the highest peaks, around which is read."""

READINGS = 8
"""Of each key and size, messages whose tags are looked at: this bounds false alarms."""

READINGS_EACH = 4
"""Of these, around one peak."""

NEAR = 6
"""Pixels: peaks of a tile at nearly the same scale that lie closer are one."""

WHITEN = 0.5
"""Power of the radius by which coefficients are weighted: pictures are smooth."""

LOUDEST = 2.5
"""Coefficients are cut at so many medians: one strong edge must not decide."""

SMALLEST = 64
"""Pixels of the short side."""

BATCH = 64
NUDGES = (-0.004, -0.002, 0.0, 0.002, 0.004)


@dataclass(frozen=True, slots=True)
class Found:
    """A payload whose tag was made with one of our keys."""

    payload: int
    key_id: str
    peak: float
    """Of the sync correlation in deviations; noise reaches about 5.4."""

    agreement: float
    """Share of the coded bits that were received as they were sent, 0.5 to 1."""

    scale: float
    """Pixels here for a pixel of the original, taken to have 512 on its short side."""

    mirrored: bool
    frames: int
    """How many were added up."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    peak: float
    scale_x: float
    scale_y: float
    mirrored: bool
    at: tuple[int, int]
    spectrum: Spectra


@dataclass(frozen=True, slots=True)
class _Reading:
    message: Bits
    candidate: _Candidate
    """Where it was received best."""

    support: float
    """Scales at which it was read, and the best correlation."""

    agreement: float


def detect(frames: Iterable[Picture], keys: Sequence[Key]) -> Found | None:
    """What is hidden in frames of one film or in a still; None: nothing of ours.

    `frames`: (height, width, 3) RGB of equal size, up to a few dozen; their evidence
    is added up. Takes 0.1 to 0.5 s.
    """
    greys = [signal.luma(frame) for frame in frames]
    if not greys or min(greys[0].shape) < SMALLEST:
        return None
    for short in SIZES:
        if short > signal.SHORT and min(greys[0].shape) < short * 0.6:
            continue  # no finer detail to be seen
        seen = added(greys, short)
        found = _search(seen, keys, len(greys), short / min(greys[0].shape))
        if found is not None:
            return found
    return None


def added(greys: Sequence[Picture], short: int) -> Floats:
    """The mean residual of frames, the short side brought to `short` pixels."""
    total: Floats | None = None
    for grey in greys:
        one, _ = signal.residual(signal.resized(grey, short))
        total = one if total is None else total + one
    if total is None:
        raise ValueError("No frames")
    return cast("Floats", total / np.float32(len(greys)))


def _scales() -> NDArray[np.floating[Any]]:
    low, high = RANGE
    return np.asarray(np.exp(np.arange(np.log(low), np.log(high), STEP)))


def _search(
    seen: Floats, keys: Sequence[Key], frames: int, analysed: float
) -> Found | None:
    candidates: list[list[_Candidate]] = [[] for _ in keys]
    scales = _scales()
    for start in range(0, len(scales), BATCH):
        some = scales[start : start + BATCH]
        spectra = spectra_of([stretched(seen, s, s) for s in some])
        for key, own in zip(keys, candidates, strict=True):
            own.extend(_peaks(spectra, [(s, s) for s in some], key))
    for key, own in zip(keys, candidates, strict=True):
        left = READINGS
        for candidate in _apart(own):
            near = [candidate, *_nudged(seen, candidate, key)]
            likely = _readings(near, key)[: min(left, READINGS_EACH)]
            left -= len(likely)
            for reading in likely:
                payload = carriers.verified(reading.message, key)
                if payload is not None:
                    best = reading.candidate
                    return Found(
                        payload=payload,
                        key_id=key.id,
                        peak=round(best.peak, 2),
                        agreement=round(reading.agreement, 3),
                        scale=round(0.5 / (best.scale_x * analysed), 3),
                        mirrored=best.mirrored,
                        frames=frames,
                    )
    return None


def _apart(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The highest peaks above the noise: of neighbours only the highest."""
    kept: list[_Candidate] = []
    for one in sorted(candidates, key=lambda one: -one.peak):
        if one.peak < THRESHOLD or len(kept) == CANDIDATES:
            break
        if not any(_neighbours(one, higher) for higher in kept):
            kept.append(one)
    return kept


def _neighbours(one: _Candidate, other: _Candidate) -> bool:
    away = np.abs(np.subtract(one.at, other.at))
    return (
        one.mirrored == other.mirrored
        and abs(one.scale_x / other.scale_x - 1) < 2.5 * STEP
        and int(np.minimum(away, signal.TILE - away).max()) <= NEAR
    )


def stretched(seen: Floats, across: float, down: float) -> Floats:
    size = (
        max(signal.TILE, round(seen.shape[1] * across)),
        max(signal.TILE, round(seen.shape[0] * down)),
    )
    return cast("Floats", cv2.resize(seen, size, interpolation=cv2.INTER_LINEAR))


def spectra_of(pictures: Sequence[Floats]) -> Spectra:
    """(n, tile, tile) of residuals: folded, weighted, loud coefficients cut."""
    spectra = np.fft.fft2(np.stack([signal.folded(one) for one in pictures]))
    spectra *= _weights()
    sizes = np.abs(spectra)
    ring = tuple(carriers.ring_places().T)
    limit = LOUDEST * np.median(sizes[:, *ring], axis=1)[:, None, None]
    limit = np.maximum(limit, 1e-9)
    return cast("Spectra", spectra / np.maximum(sizes, limit))


@lru_cache(maxsize=1)
def _weights() -> NDArray[np.floating[Any]]:
    return np.asarray(signal.radius() ** np.float32(WHITEN))


def _mirrored(spectra: Spectra) -> Spectra:
    """Of the mirrored picture, but for a shift: cycles across change their sign."""
    return np.roll(spectra[..., ::-1], 1, -1)


def _peaks(
    spectra: Spectra, scales: Sequence[tuple[float, float]], key: Key
) -> list[_Candidate]:
    """The best place for each scale, as it is and mirrored."""
    found = []
    for mirrored in (False, True):
        turned = _mirrored(spectra) if mirrored else spectra
        flat = _fits(turned, key)
        best = flat.argmax(1)
        peaks = flat[np.arange(len(flat)), best] / np.maximum(flat.std(1), 1e-12)
        for number, (across, down) in enumerate(scales):
            row, column = divmod(int(best[number]), signal.TILE)
            found.append(
                _Candidate(
                    float(peaks[number]),
                    float(across),
                    float(down),
                    mirrored,
                    (row, column),
                    turned[number],
                )
            )
    return found


def _fits(spectra: Spectra, key: Key) -> NDArray[np.floating[Any]]:
    """(n, tile * tile) how well the sync pattern fits at each place."""
    own = carriers.carriers_of(key)
    pattern = np.zeros((signal.TILE, signal.TILE), np.complex64)
    pattern[own.sync_at] = np.conj(own.sync_phase)
    return np.fft.ifft2(spectra * pattern).real.reshape(len(spectra), -1)


def best_place(spectra: Spectra, key: Key) -> tuple[tuple[int, int], float]:
    """Row and column at which the tile of the first of the spectra begins, and the
    peak there in deviations."""
    fits = _fits(spectra[:1], key)[0]
    row, column = divmod(int(fits.argmax()), signal.TILE)
    return (row, column), float(fits.max() / max(float(fits.std()), 1e-12))


def _nudged(seen: Floats, rough: _Candidate, key: Key) -> list[_Candidate]:
    """The same at a few scales around, across and down apart."""
    scales = [
        (rough.scale_x * (1 + a), rough.scale_y * (1 + b))
        for a in NUDGES
        for b in NUDGES
    ]
    spectra = spectra_of([stretched(seen, x, y) for x, y in scales])
    near = _peaks(spectra, scales, key)
    return [one for one in near if one.mirrored == rough.mirrored]


def received(
    spectrum: Spectra, at: tuple[int, int], key: Key
) -> NDArray[np.floating[Any]]:
    """(288,) soft coded bits of a tile's spectrum, given where the tile begins.

    The sync carriers, whose phases are known, tell the place to a fraction of a pixel.
    """
    own = carriers.carriers_of(key)
    place = _exact(spectrum, at, own)
    down, across = own.data_at
    shift = np.exp(2j * np.pi / signal.TILE * (down * place[0] + across * place[1]))
    data = spectrum[down, across] * shift * np.conj(own.data_phase)
    channels = np.concatenate([data.real, data.imag])
    return np.asarray(
        np.bincount(own.bit_of, channels, carriers.CODED_BITS), np.float64
    )


def _exact(
    spectrum: Spectra, at: tuple[int, int], own: carriers.Carriers
) -> tuple[float, float]:
    """The place to an eighth of a pixel: half a pixel turns the finest by 45 degrees."""
    down, across = own.sync_at
    seen = spectrum[down, across] * np.conj(own.sync_phase)
    near = np.arange(-6, 7) / 8
    rows = np.exp(2j * np.pi / signal.TILE * np.outer(at[0] + near, down))
    columns = np.exp(2j * np.pi / signal.TILE * np.outer(at[1] + near, across))
    fits = ((rows * seen) @ columns.T).real
    row, column = divmod(int(fits.argmax()), len(near))
    return at[0] + float(near[row]), at[1] + float(near[column])


def _readings(near: Sequence[_Candidate], key: Key) -> list[_Reading]:
    """What neighbouring scales say, the likeliest message first.

    The right message is read the same at many scales, a wrong one at few, each with
    faults of its own: so they vote, and how well they were received settles ties. All
    this is known before any tag is looked at, and only the few messages whose tags are
    looked at can be a false alarm.
    """
    soft = np.stack([received(one.spectrum, one.at, key) for one in near])
    messages = coding.decode(soft)
    sent = 1 - 2.0 * coding.encode(messages)
    fits = coding.correlations(soft, sent)
    votes = Counter(message.tobytes() for message in messages)
    found: dict[bytes, _Reading] = {}
    for number in np.argsort(-fits):
        message = messages[number]
        found.setdefault(
            message.tobytes(),
            _Reading(
                message,
                near[number],
                votes[message.tobytes()] + float(fits[number]),
                float(np.mean(soft[number] * sent[number] > 0)),
            ),
        )
    return sorted(found.values(), key=lambda one: -one.support)

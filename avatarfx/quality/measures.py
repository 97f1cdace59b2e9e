"""Numbers of a talking clip, from the landmarks found again in its frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

MAX_LAG = 8
"""Frames, either way."""

RIGID = (33, 133, 362, 263, 168, 6, 197, 195, 4, 10, 151)
"""Eye corners, bridge of the nose, forehead: what neither jaw nor brow moves."""

_LID_PAIRS = ((159, 145, 33, 133), (386, 374, 362, 263))


def correlation(a: NDArray[Any], b: NDArray[Any]) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 1e-12 else 0.0


def lagged(signal: Floats, reference: Floats) -> tuple[float, float]:
    """Peak correlation and its lag in frames, to a fraction; positive: signal is late."""
    lags = np.arange(-MAX_LAG, MAX_LAG + 1)
    edge = MAX_LAG
    middle = reference[edge:-edge]
    found = np.array(
        [correlation(signal[edge + k : len(signal) - edge + k], middle) for k in lags]
    )
    best = int(found.argmax())
    if 0 < best < len(found) - 1:
        before, peak, after = found[best - 1 : best + 2]
        bend = before - 2 * peak + after
        shift = 0.5 * (before - after) / bend if abs(bend) > 1e-9 else 0.0
        return float(peak), float(lags[best] + shift)
    return float(found[best]), float(lags[best])


def envelope(samples: Floats, rate: int, fps: int, count: int) -> Floats:
    """Loudness of each frame's stretch of sound, lightly smoothed."""
    hop = rate / fps
    padded = np.concatenate([samples, np.zeros(int(hop * (count + 1)))])
    loud = [
        float(np.sqrt(np.mean(padded[int(i * hop) : int((i + 1) * hop)] ** 2)))
        for i in range(count)
    ]
    return np.convolve(loud, np.array([0.25, 0.5, 0.25]), "same")


def sound_delay(heard: Floats, given: Floats, rate: int) -> float:
    """Seconds by which decoded sound lags behind what was encoded."""
    count = min(len(heard), len(given))
    size = 1 << (2 * count - 1).bit_length()
    spectrum = np.fft.rfft(heard[:count], size) * np.conj(
        np.fft.rfft(given[:count], size)
    )
    peaks = np.fft.irfft(spectrum, size)
    at = int(peaks.argmax())
    return (at if at < size // 2 else at - size) / rate


def eye_distance(landmarks: Floats) -> Floats:
    """(n,) from (n, 478, 3)."""
    return np.asarray(
        np.linalg.norm(landmarks[:, 263, :2] - landmarks[:, 33, :2], axis=1)
    )


def mouth_gap(landmarks: Floats) -> Floats:
    """(n,) distance of the inner lips in eye distances; missing frames interpolated."""
    gap = np.linalg.norm(landmarks[:, 14, :2] - landmarks[:, 13, :2], axis=1)
    return _mended(gap / eye_distance(landmarks))


def eye_openness(landmarks: Floats) -> Floats:
    """(n,) mean lid distance over eye width."""
    ratios = [
        np.linalg.norm(landmarks[:, up, :2] - landmarks[:, low, :2], axis=1)
        / np.linalg.norm(landmarks[:, a, :2] - landmarks[:, b, :2], axis=1)
        for up, low, a, b in _LID_PAIRS
    ]
    return _mended(np.mean(ratios, 0))


def blinks(openness: Floats) -> int:
    """Times at which the lids went down by more than a third of how open they are."""
    usual = float(np.percentile(openness, 80))
    shut = openness < 0.66 * usual
    return int((shut[1:] & ~shut[:-1]).sum())


def jitter(landmarks: Floats) -> float:
    """Pixels: what points of the skull do between frames beyond moving smoothly.

    Each frame's points are brought onto the mean by a similarity; the second difference
    of white noise has six times its variance. The median over the points: what a hat or
    a fringe covers is guessed by the network, and guesses waver.
    """
    points = landmarks[~np.isnan(landmarks[:, 0, 0])][:, RIGID, :2]
    if len(points) < 8:
        return float("nan")
    rest = _aligned(points)
    each = np.sqrt(np.mean(np.diff(rest, 2, axis=0) ** 2, axis=(0, 2)) / 6)
    return float(np.median(each))


def _mended(values: Floats) -> Floats:
    missing = np.isnan(values)
    if missing.all():
        return np.zeros_like(values)
    at = np.arange(len(values))
    return np.interp(at, at[~missing], values[~missing])


def sampled_lag(
    at: NDArray[np.integer[Any]], signal: Floats, reference: Floats
) -> tuple[float, float]:
    """As `lagged`, of a signal that is known at some frames only: (n,) numbers of frames
    and values, and the reference at every frame."""
    inside = (at >= MAX_LAG) & (at < len(reference) - MAX_LAG)
    if inside.sum() < 8:
        return 0.0, 0.0
    at, signal = at[inside], signal[inside]
    lags = np.arange(-MAX_LAG, MAX_LAG + 1)
    found = [correlation(signal, reference[at - lag]) for lag in lags]
    best = int(np.argmax(found))
    return found[best], float(lags[best])


def jitter_of_triples(at: NDArray[np.integer[Any]], landmarks: Floats) -> float | None:
    """As `jitter`, from every three frames in a row among those at hand; None: fewer
    than four such. Each triple is brought onto its own mean."""
    points = landmarks[:, RIGID, :2]
    seconds = []
    for i in range(len(at) - 2):
        if at[i + 2] - at[i] == 2:
            aligned = _aligned(points[i : i + 3])
            seconds.append(aligned[0] - 2 * aligned[1] + aligned[2])
    if len(seconds) < 4:
        return None
    each = np.sqrt(np.mean(np.square(seconds), axis=(0, 2)) / 6)
    return round(float(np.median(each)), 3)


def _aligned(points: Floats) -> Floats:
    """(n, points, 2): each brought onto the mean by a similarity."""
    mean = points.mean(0)
    centred = mean - mean.mean(0)
    rest = np.empty_like(points)
    for i, seen in enumerate(points):
        own = seen - seen.mean(0)
        u, s, v = np.linalg.svd(own.T @ centred)
        rest[i] = own @ (u @ v) * (s.sum() / (own**2).sum()) - centred
    return rest

"""Puts a number into frames: plans a pattern every two seconds, adds it to each frame."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from socialapp.provenance.watermark import carriers, coding, signal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from socialapp.provenance.keys import Key
    from socialapp.provenance.watermark.signal import Floats, Picture

HOLD = 50
"""Frames that share a pattern: from one key frame of ours to the next, so that an encoder
keeps it in what it predicts."""

SYNC_GAIN = 1.1
"""Of the sync carriers, times the mean amplitude of the others."""

WEAKEST, STRONGEST = 0.35, 2.5
"""Limits of one carrier's amplitude, times the mean."""

TEXTURE = 0.045
"""How fast the pattern fades with the picture's own contrast (levels, deviation): the
detector discounts such places, so what is spent there is lost."""

TILT = 0.4
"""Power by which finer carriers are weaker: encoders drop them first, and they cost most
bits."""

MIDDLE = 10.0
"""Cycles a tile, of a carrier of the mean amplitude."""

FULL_TILE = 128
"""Pixels of a tile in a frame whose short side has 512."""

SMALLEST = 128
"""Pixels of the short side: below, the finest carriers are finer than two pixels."""


class Marker:
    """Hides one payload in the frames of one clip, or in a still."""

    def __init__(
        self, payload: int, key: Key, width: int, height: int, strength: float
    ) -> None:
        """`strength`: root mean square of the pattern, in levels of 255.

        ValueError: a payload of more than 48 bits, or a frame that is too small.
        """
        if min(width, height) < SMALLEST:
            raise ValueError(
                f"{width} x {height} is too small for a mark:"
                f" the short side needs {SMALLEST} pixels"
            )
        self.strength = strength
        self._size = (width, height)
        self._carriers = carriers.carriers_of(key)
        coded = coding.encode(carriers.message_of(payload, key))
        self._signs = (1 - 2.0 * coded[self._carriers.bit_of]).astype(np.float32)
        self._lock = threading.Lock()
        self._count = 0
        self._plan: tuple[Picture, Picture] | None = None
        self._energy = 0.0
        self._plans = 0

    @property
    def psnr(self) -> float:
        """dB between what was marked and what came in, mean over the plans so far."""
        if not self._energy:
            return math.inf
        return 10 * math.log10(255**2 * self._plans / self._energy)

    def mark(self, rgb: Picture) -> Picture:
        """A marked copy of the next frame, (height, width, 3) of the size given."""
        if rgb.shape != (self._size[1], self._size[0], 3):
            raise ValueError(f"A frame of {rgb.shape} is not of the size {self._size}")
        with self._lock:
            if self._plan is None or self._count % HOLD == 0:
                self._plan = self._planned(rgb)
            self._count += 1
            lighter, darker = self._plan
        # Two saturating operations on bytes: four times as fast as one on 16 bits.
        shown = cast("Picture", cv2.add(rgb, lighter))
        return cast("Picture", cv2.subtract(shown, darker, dst=shown))

    def _planned(self, rgb: Picture) -> tuple[Picture, Picture]:
        """What to add and what to subtract, both (height, width, 3)."""
        pattern = self.pattern(signal.luma(rgb))
        rounded = np.rint(pattern)
        self._energy += float(np.mean(rounded * rounded))
        self._plans += 1
        halves = []
        for part in (rounded, -rounded):
            byte = np.clip(part, 0, 255).astype(np.uint8)
            halves.append(cast("Picture", cv2.merge([byte, byte, byte])))
        return halves[0], halves[1]

    def pattern(self, grey: Picture) -> Floats:
        """(height, width) levels to add to a frame whose luma is `grey`."""
        width, height = self._size
        mask = self._mask(grey)
        seen, counts = signal.residual(signal.resized(grey, signal.SHORT))
        # How much of a coefficient in the tile arrives in the folded spectrum.
        tiles = seen.size / signal.TILE**2
        small = cv2.resize(mask, (seen.shape[1], seen.shape[0]))
        gain = float((small * counts).mean()) * math.sqrt(tiles) / 4
        spectrum = np.fft.fft2(signal.folded(seen))
        amplitudes = self._amplitudes(spectrum, gain, float((mask * mask).mean()))
        tile = self._tile(*amplitudes)
        full = _tiled(tile, width, height)
        full *= cv2.resize(mask, (width, height))
        level = float(np.sqrt(np.mean(full * full)))
        return full * np.float32(self.strength / max(level, 1e-6))

    def _mask(self, grey: Picture) -> Floats:
        """Per quarter pixel, 0 to 1: where the pattern may be strong."""
        small = signal.resized(grey, signal.SHORT // 2).astype(np.float32)
        mean = cv2.GaussianBlur(small, (0, 0), 2)
        spread = np.sqrt(
            np.maximum(cv2.GaussianBlur(small * small, (0, 0), 2) - mean * mean, 0)
        )
        return cast(
            "Floats", cv2.GaussianBlur(np.clip(1 - TEXTURE * spread, 0, 1), (0, 0), 1.5)
        )

    def _amplitudes(
        self, spectrum: NDArray[np.complexfloating], gain: float, area: float
    ) -> tuple[Floats, Floats]:
        """Of the sync carriers, and of each data channel.

        Informed embedding: where the picture itself already says the bit, or has the
        phase, little is added; where it says the opposite, more. The mean is set by the
        strength.
        """
        sync_at, data_at = self._carriers.sync_at, self._carriers.data_at
        known = (spectrum[sync_at] * np.conj(self._carriers.sync_phase)).real
        turned = spectrum[data_at] * np.conj(self._carriers.data_phase)
        said = np.concatenate([turned.real, turned.imag]) * self._signs
        passes = max(gain, 1e-6) * signal.response()
        helps_sync = known / passes[sync_at]
        helps_data = said / np.tile(passes[data_at], 2)
        sync_shape = SYNC_GAIN * _shape(sync_at)
        data_shape = np.tile(_shape(data_at), 2)
        target = self.strength**2 * FULL_TILE**4 / 2 / max(area, 1e-6)
        low, high = 0.0, math.sqrt(target)
        for _ in range(30):
            mean = (low + high) / 2
            sync = _informed(mean * sync_shape, helps_sync)
            data = _informed(mean * data_shape, helps_data)
            energy = float((sync**2).sum()) + float((data**2).sum())
            low, high = (mean, high) if energy < target else (low, mean)
        return sync.astype(np.float32), data.astype(np.float32)

    def _tile(self, sync: Floats, data: Floats) -> Floats:
        channels = data * self._signs
        half = len(channels) // 2
        spectrum = np.zeros((FULL_TILE, FULL_TILE), np.complex64)
        spectrum[self._carriers.sync_at] = self._carriers.sync_phase * sync
        spectrum[self._carriers.data_at] = self._carriers.data_phase * (
            channels[:half] + 1j * channels[half:]
        )
        spectrum += np.conj(np.roll(spectrum[::-1, ::-1], 1, (0, 1)))
        return np.fft.ifft2(spectrum).real.astype(np.float32)


def _informed(usual: NDArray[Any], support: NDArray[Any]) -> Floats:
    """Less than usual where the picture helps by `support`, more where it hinders."""
    return cast("Floats", np.clip(usual - support, WEAKEST * usual, STRONGEST * usual))


def _shape(at: tuple[NDArray[np.intp], NDArray[np.intp]]) -> Floats:
    """Usual amplitude of carriers by their place: see TILT."""
    return cast("Floats", (np.hypot(*at) / MIDDLE) ** -TILT)


def _tiled(tile: Floats, width: int, height: int) -> Floats:
    scale = FULL_TILE * signal.TILES / min(width, height)
    columns, rows = math.ceil(width * scale), math.ceil(height * scale)
    many = np.tile(tile, (-(-rows // FULL_TILE), -(-columns // FULL_TILE)))
    if scale == 1:
        return many[:height, :width].copy()
    # The pattern of a frame of 512, stretched to this one.
    matrix = np.array([[scale, 0, 0], [0, scale, 0]], np.float32)
    return cast(
        "Floats",
        cv2.warpAffine(
            many,
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_WRAP,
        ),
    )

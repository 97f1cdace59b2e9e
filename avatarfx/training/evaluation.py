"""Is what the network draws nearer to what should have been drawn? On whom it never saw."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from django.conf import settings

from avatarfx.animators.neural.refiner import RefinerAnimator, given, levels
from avatarfx.quality import words
from avatarfx.quality.beside.compare import Compare
from avatarfx.quality.beside.verdict import Limits, worse
from avatarfx.training.degrade import blurred, packed
from avatarfx.training.pairs import FPS, LINES, film, spoken
from socialapp.engines.protocols import Staging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from avatarfx.animators.neural.refiner_network import RefinerNet
    from avatarfx.training.faces import Sitter
    from avatarfx.training.pairs import Pair

    Picture = NDArray[np.uint8]
    Floats = NDArray[np.floating[Any]]

SIDE = 512
"""Pixels a side of the films that are measured: as clips are."""

FRAMES = 50

HIGHEST = 60.0
"""dB of two pictures that are the same."""


@dataclass(slots=True)
class Against:
    """One film against the clean one, in the faces: means over its frames."""

    psnr: float = 0.0
    """dB."""

    ssim: float = 0.0
    """-1 to 1, see `ssim`."""

    motion: float = 0.0
    """Grey levels by which the change from frame to frame is another: less is better."""


def psnr(one: Picture, clean: Picture, mask: Floats) -> float:
    """dB, where the mask is: (h, w, 3) twice and (h, w)."""
    off = (one.astype(np.float32) - clean) ** 2
    mean = float((off.mean(axis=2) * mask).sum() / max(1e-6, float(mask.sum())))
    return min(HIGHEST, 10 * float(np.log10(255.0**2 / max(mean, 1e-6))))


def ssim(one: Picture, clean: Picture, mask: Floats) -> float:
    """Structural similarity of grey in windows of 1.5 px (Wang et al. 2004: K1 0.01, K2
    0.03), the mean where the mask is."""
    a, b = (
        cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (one, clean)
    )

    def soft(values: Floats) -> Floats:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), 1.5))

    mean_a, mean_b = soft(a), soft(b)
    var_a, var_b = soft(a * a) - mean_a**2, soft(b * b) - mean_b**2
    both = soft(a * b) - mean_a * mean_b
    low, high = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    found = ((2 * mean_a * mean_b + low) * (2 * both + high)) / (
        (mean_a**2 + mean_b**2 + low) * (var_a + var_b + high)
    )
    return float((found * mask).sum() / max(1e-6, float(mask.sum())))


def looking(
    pairs: Sequence[Pair], *, most: int = 5
) -> Callable[[RefinerNet], dict[str, float]]:
    """Measures a network on some pairs of those who are held out, as the warp draws them
    and spoiled by a blur and a lossy file."""
    step = max(1, len(pairs) // most)
    chosen = list(pairs)[::step][:most]
    rng = np.random.default_rng(7)
    spoiled = [
        packed(blurred(pair.control[0], pair.low[0], rng), pair.low[0], rng)
        for pair in chosen
    ]

    def look(network: RefinerNet) -> dict[str, float]:
        rows = []
        for pair, bad in zip(chosen, spoiled, strict=True):
            mask = pair.mask[0] / np.float32(255)
            mouth = pair.mouth[0] / np.float32(255)
            row = {}
            for name, picture in (("warp", pair.control[0]), ("spoiled", bad)):
                made = refined(network, picture, mask, mouth)
                row[name] = psnr(picture, pair.clean[0], mask)
                row[f"{name}_refined"] = psnr(made, pair.clean[0], mask)
            rows.append(row)
        return {name: round(fmean(row[name] for row in rows), 3) for name in rows[0]}

    return look


def refined(network: RefinerNet, picture: Picture, mask: Any, mouth: Any) -> Picture:
    """What the network makes of one face."""
    with torch.inference_mode():
        asked = torch.from_numpy(given(picture, mask, mouth)[None])
        made = network(asked)[0].numpy()
    return np.clip(np.rint(levels(made)), 0, 255).astype(np.uint8)


def evaluate(
    weights: Path, sitters: Iterable[Sitter], *, frames: int = FRAMES, seed: int = 11
) -> list[dict[str, Any]]:
    """A row for each: the warp's film and the refined one against the clean one, and
    what the quality gate says of the refined one beside the warp's."""
    return [
        _row(weights, sitter, LINES[number % len(LINES)], frames, seed + number)
        for number, sitter in enumerate(sitters)
    ]


def _row(
    weights: Path, sitter: Sitter, line: str, frames: int, seed: int
) -> dict[str, Any]:
    performance = spoken(line, seed)
    staging = Staging(performance, {"a": sitter.actor})
    animator = RefinerAnimator(str(weights))
    moves = words.moves(performance, FPS)
    compare = Compare()
    plain, better = _Film(), _Film()
    coming = animator.animate(staging, fps=FPS, width=SIDE, height=SIDE)
    both = zip(film(sitter, performance, SIDE), coming, strict=True)
    for number, (drawn, frame) in enumerate(itertools.islice(both, frames)):
        made = np.frombuffer(frame.pixels, np.uint8).reshape(SIDE, SIDE, 3)
        compare.see(made, drawn.frame.pixels, float(moves[number]))
        if drawn.frame.faces:
            place = drawn.frame.faces[0]
            mask = _in_frame(place.mask, place.box)
            plain.see(drawn.frame.pixels, drawn.clean, mask)
            better.see(made, drawn.clean, mask)
    beside = compare.found()
    return {
        "portrait": sitter.name,
        "style": sitter.actor.rig.style,
        "warp": asdict(plain.against()),
        "refined": asdict(better.against()),
        "beside": asdict(beside),
        "fault": worse(beside, Limits(**settings.QUALITY_LIMITS["beside"])),
    }


class _Film:
    """Sums up one film against the clean one."""

    def __init__(self) -> None:
        self._psnr: list[float] = []
        self._ssim: list[float] = []
        self._motion: list[float] = []
        self._before: tuple[Floats, Floats] | None = None

    def see(self, frame: Picture, clean: Picture, mask: Floats) -> None:
        self._psnr.append(psnr(frame, clean, mask))
        self._ssim.append(ssim(frame, clean, mask))
        now = (frame.astype(np.float32), clean.astype(np.float32))
        if self._before is not None:
            moved, wanted = (n - b for n, b in zip(now, self._before, strict=True))
            off = np.abs(moved - wanted).mean(axis=2)
            self._motion.append(
                float((off * mask).sum() / max(1e-6, float(mask.sum())))
            )
        self._before = now

    def against(self) -> Against:
        if not self._psnr:
            return Against()
        return Against(
            psnr=round(fmean(self._psnr), 3),
            ssim=round(fmean(self._ssim), 5),
            motion=round(fmean(self._motion or [0.0]), 4),
        )


def better(rows: Sequence[dict[str, Any]]) -> bool:
    """Nearer to the clean film by colours, structure and motion, in the mean and for
    nobody worse by more than what cannot be seen, and the gate finds no fault."""
    if not rows:
        return False

    def gain(row: dict[str, Any], name: str) -> float:
        return float(row["refined"][name] - row["warp"][name])

    return (
        all(not row["fault"] for row in rows)
        and all(gain(row, "psnr") > -0.1 for row in rows)
        and fmean(gain(row, "psnr") for row in rows) > 0.3
        and fmean(gain(row, "ssim") for row in rows) > 0
        and fmean(gain(row, "motion") for row in rows) < 0
    )


def _in_frame(mask: NDArray[np.float32], box: tuple[int, int, int, int]) -> Floats:
    left, top, right, bottom = box
    whole = np.zeros((SIDE, SIDE), np.float32)
    rows = slice(max(0, top), min(SIDE, bottom))
    columns = slice(max(0, left), min(SIDE, right))
    whole[rows, columns] = mask[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    return whole

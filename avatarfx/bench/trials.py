"""One trial of the watermark bench: mark, publish, attack, search. Runs in a process."""

from __future__ import annotations

import math
import tempfile
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from avatarfx import encode
from avatarfx.bench import attacks, peers
from avatarfx.pipeline import Papers
from avatarfx.stages.marks import Inker
from avatarfx.tracks import Track
from socialapp.provenance.watermark import Key, Marker, detect
from socialapp.provenance.watermark.reading import EVERY, FRAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

PEER_FRAMES = 3
"""rivaGAN takes a second or two to write a frame, and as long to read one."""


@dataclass(frozen=True, slots=True)
class Clip:
    name: str
    path: Path
    """Raw frames, (n, height, width, 3) RGB, as ``numpy.save`` writes them."""

    flat: bool
    sound: bytes
    """Mono 16-bit; empty: silent."""

    rate: int


@dataclass(frozen=True, slots=True)
class Trial:
    clip: str
    flat: bool
    exact: dict[str, bool]
    wrong: int
    """Copies of which another number than the hidden one was read."""

    psnr: float
    size_ratio: float
    picture_size_ratio: float
    """The same without the sound."""

    ms_per_frame: float
    """CPU of planning and adding the pattern."""

    ms_to_choose: float
    """CPU of the closed loop and the label, for each clip."""

    ms_to_detect: float


@dataclass(frozen=True, slots=True)
class Unmarked:
    searches: int
    alarms: int
    ms_to_detect: float


@dataclass(frozen=True, slots=True)
class Peered:
    name: str
    exact: dict[str, bool]
    accuracy: float
    psnr: float
    ms_per_frame: float


def keep(
    folder: Path,
    name: str,
    frames: Sequence[Picture],
    *,
    flat: bool,
    sound: NDArray[np.int16] | None = None,
    rate: int = 24_000,
) -> Clip:
    """Put frames where other processes find them."""
    path = folder / f"{len(list(folder.iterdir()))}.npy"
    np.save(path, np.stack(frames))
    return Clip(name, path, flat, b"" if sound is None else sound.tobytes(), rate)


def trial(clip: Clip, seed: int, names: Sequence[str]) -> Trial:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, 1])
    frames = np.load(clip.path)
    key = Key(rng.bytes(32))
    payload = int.from_bytes(rng.bytes(6), "big")
    papers = Papers(payload=payload.to_bytes(6, "big"), key=key)
    height, width = frames[0].shape[:2]
    plain = _labelled(frames)
    inker = Inker(papers, width, height)
    began = time.process_time()
    marked = [shown for _, shown in inker.marked(frames)]
    whole = time.process_time() - began
    again = Marker(payload, key, width, height, _strength(inker))
    began = time.process_time()
    for frame in frames:
        again.mark(frame)
    marking = time.process_time() - began
    published, sizes = _published(clip, marked)
    before = _unmarked_bytes(clip)
    exact, wrong, searching = {}, 0, 0.0
    for name in names:
        # A chance of its own: alone it makes the same copy as among the others.
        chance = np.random.default_rng([seed, 1, *name.encode()])
        copy = attacks.ATTACKS[name](published, chance)[::EVERY][:FRAMES]
        at = time.process_time()
        found = detect(copy, [key])
        searching += time.process_time() - at
        exact[name] = found is not None and found.payload == payload
        wrong += found is not None and found.payload != payload
    return Trial(
        clip=clip.name,
        flat=clip.flat,
        exact=exact,
        wrong=wrong,
        psnr=_psnr(plain, marked),
        size_ratio=sizes[0] / before[0],
        picture_size_ratio=sizes[1] / before[1],
        ms_per_frame=1000 * marking / len(frames),
        ms_to_choose=1000 * max(0.0, whole - marking),
        ms_to_detect=1000 * searching / max(1, len(names)),
    )


def _labelled(frames: Sequence[Picture]) -> list[Picture]:
    """As they are shown without a number."""
    height, width = frames[0].shape[:2]
    return [shown for _, shown in Inker(Papers(), width, height).marked(frames)]


@lru_cache
def _unmarked_bytes(clip: Clip) -> tuple[int, int]:
    """Bytes of the file and of its picture: the same in every trial of a clip."""
    return _published(clip, _labelled(np.load(clip.path)))[1]


def _strength(inker: Inker) -> float:
    if inker.hidden is None:
        raise RuntimeError("Nothing was hidden")
    return inker.hidden.strength


def unmarked(clip: Clip, seed: int, names: Sequence[str], rounds: int) -> Unmarked:
    """Copies without a mark, each searched with `rounds` random keys."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, 2])
    frames = np.load(clip.path)
    published, _ = _published(clip, _labelled(frames))
    alarms, spent = 0, 0.0
    for name in names:
        copy = attacks.ATTACKS[name](published, rng)[::EVERY][:FRAMES]
        began = time.process_time()
        for _ in range(rounds):
            alarms += detect(copy, [Key(rng.bytes(32))]) is not None
        spent += time.process_time() - began
    searches = rounds * len(names)
    return Unmarked(searches, alarms, 1000 * spent / max(1, searches))


def peered(clip: Clip, seed: int, names: Sequence[str]) -> tuple[Peered, ...]:
    """The same attacks on three frames that carry a published watermark."""
    cv2.setNumThreads(1)
    rows = []
    for peer in peers.installed():
        rng = np.random.default_rng([seed, 3])
        frames = list(np.load(clip.path)[:PEER_FRAMES])
        bits = rng.integers(0, 2, peers.BITS).astype(np.uint8)
        began = time.process_time()
        marked = [peer.embed(frame, bits) for frame in frames]
        spent = time.process_time() - began
        published, _ = _published(clip, marked)
        height, width = frames[0].shape[:2]
        exact, right = {}, []
        for name in names:
            copy = attacks.ATTACKS[name](published, rng)
            scores = sum(
                np.sign(peer.scores(_resized(frame, width, height))) for frame in copy
            )
            read = np.asarray(scores) > 0
            right.append(float(np.mean(read == bits)))
            exact[name] = bool((read == bits).all())
        rows.append(
            Peered(
                name=peer.name,
                exact=exact,
                accuracy=float(np.mean(right)),
                psnr=_psnr(frames, marked),
                ms_per_frame=1000 * spent / len(frames),
            )
        )
    return tuple(rows)


def _resized(frame: Picture, width: int, height: int) -> Picture:
    if frame.shape[:2] == (height, width):
        return frame
    resized: Any = cv2.resize(frame, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(resized, np.uint8)


def _published(
    clip: Clip, frames: Sequence[Picture]
) -> tuple[list[Picture], tuple[int, int]]:
    """By the product's encoder: the frames again, bytes of the file, of its picture."""
    height, width = frames[0].shape[:2]
    samples = np.frombuffer(clip.sound, np.int16).astype(np.float32) / np.float32(32768)
    track = Track(samples, clip.rate) if len(samples) else None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        with encode.Writer(
            path,
            width=width,
            height=height,
            fps=attacks.FPS,
            track=track,
            options=encode.Options(threads=1),
        ) as writer:
            for frame in frames:
                writer.write(frame)
        data = path.read_bytes()
        return attacks.decoded(data), (len(data), attacks.picture_bytes(data))


def _psnr(before: Sequence[Picture], after: Sequence[Picture]) -> float:
    errors = [
        float(np.mean((a.astype(np.float32) - b.astype(np.float32)) ** 2))
        for a, b in zip(before, after, strict=True)
    ]
    return 10 * math.log10(255**2 / max(1e-9, sum(errors) / len(errors)))

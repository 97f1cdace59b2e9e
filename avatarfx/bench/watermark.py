"""How much a copy can suffer before its number is lost, and what the number costs.

Two seconds each of clips that the real engines draw from portraits on which nothing was
tuned (``portraits.untouched``), in three shapes, or of the films of ``--clips DIR``. A
trial is a clip with a random number: marked and labelled as the renderer does it,
published by the product's own encoder, then attacked in 14 ways and searched blind, with
no knowledge of the attack. ``exact`` is the share of copies of which all 48 bits came
back; ``exact_target`` that of the random crop of 10 percent, halved, at CRF 28.
Unmarked copies are searched with random keys. dwtDct and rivaGAN (32 bits, told the
original size, majority of three frames) go through the same attacks.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings

from avatarfx.bench import attacks, portraits, trials
from avatarfx.pipeline import FPS, SIZES
from socialapp.acting.perform import perform
from socialapp.content import backgrounds
from socialapp.engines import handler
from socialapp.engines.protocols import Actor, Staging, VoiceSpec
from socialapp.lib.blobs import ref_of

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from avatarfx.bench.trials import Clip, Peered, Trial, Unmarked
    from socialapp.engines.protocols import Animator
    from socialapp.performance import Rig

SCRIPT = "We moved the piano on a Tuesday. It has not forgiven the stairs."
SECONDS = 2


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--clips", default="", help="a folder of films instead")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--unmarked", type=int, default=504, help="searches")
    parser.add_argument("--peers", type=int, default=2, help="trials of each; 0: none")
    parser.add_argument("--attacks", default="", help="some, separated by commas")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)


def run(options: dict[str, Any]) -> dict[str, Any]:
    names = _attacks(options["attacks"])
    seed = options["seed"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if options["clips"]:
            clips = list(_filmed(Path(options["clips"]), folder))
        else:
            clips = list(_drawn(folder))
        with ProcessPoolExecutor(
            options["workers"], mp_context=get_context("spawn")
        ) as pool:
            done = [
                pool.submit(trials.trial, clips[i % len(clips)], seed + i, names)
                for i in range(options["trials"])
            ]
            rounds = -(-options["unmarked"] // (len(clips) * len(names)))
            quiet = [
                pool.submit(trials.unmarked, clip, seed + i, names, rounds)
                for i, clip in enumerate(clips)
                if rounds
            ]
            peers = [
                pool.submit(trials.peered, clips[i % len(clips)], seed + i, names)
                for i in range(options["peers"])
            ]
            return _summary(
                clips,
                [one.result() for one in done],
                [one.result() for one in quiet],
                [one.result() for one in peers],
            )


def _attacks(wanted: str) -> tuple[str, ...]:
    names = tuple(filter(None, wanted.split(","))) or tuple(attacks.ATTACKS)
    unknown = [name for name in names if name not in attacks.ATTACKS]
    if unknown:
        raise SystemExit(
            f"No attack is named {unknown[0]!r}; there are {', '.join(attacks.ATTACKS)}"
        )
    return names


def _drawn(folder: Path) -> Iterator[Clip]:
    """By the product's own engines, in the three shapes, half of them on a backdrop."""
    performed = perform(
        SCRIPT,
        spec=VoiceSpec(),
        speakers=[
            (alias, engine)
            for alias in settings.VOICE_LADDER
            if not (engine := handler.voices[alias]).available()
        ],
        director=handler.directors["default"],
        seed=11,
        shape="1:1",
        put_sound=lambda data: ref_of(data, "wav"),
    )
    speech = performed.speech
    sound = np.frombuffer(speech.samples, "<i2")[: SECONDS * speech.rate]
    shapes, scenes = list(SIZES.values()), backgrounds.names()
    for number, sample in enumerate(portraits.untouched()):
        rig, files = handler.riggers["default"].rig(
            sample.data, ref=ref_of(sample.data, "png")
        )
        width, height = shapes[number % len(shapes)]
        scene = scenes[number % len(scenes)]
        behind = backgrounds.picture(scene, width, height) if number % 2 else b""
        staging = Staging(
            performed.performance, {"a": Actor(rig, sample.data, files)}, behind
        )
        frames = []
        for frame in _animator_for(rig).animate(
            staging, fps=FPS, width=width, height=height
        ):
            frames.append(
                np.frombuffer(frame.pixels, np.uint8).reshape(height, width, 3).copy()
            )
            if len(frames) == SECONDS * FPS:
                break
        yield trials.keep(
            folder,
            sample.name,
            frames,
            flat=sample.name.startswith("flat"),
            sound=sound,
            rate=speech.rate,
        )


def _animator_for(rig: Rig) -> Animator:
    for alias in settings.ANIMATOR_LADDER:
        animator = handler.animators[alias]
        if animator.available() is None and animator.suits(rig) is None:
            return animator
    return handler.animators["still"]


def _filmed(source: Path, folder: Path) -> Iterator[Clip]:
    found = False
    for path in sorted(source.rglob("*")):
        if path.suffix.lower() in {".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v"}:
            frames = attacks.opened(path, SECONDS * FPS)
            found = True
            yield trials.keep(folder, str(path.relative_to(source)), frames, flat=False)
    if not found:
        raise SystemExit(f"There are no films in {source}")


def _summary(
    clips: list[Clip],
    done: list[Trial],
    quiet: list[Unmarked],
    peers: list[tuple[Peered, ...]],
) -> dict[str, Any]:
    by_attack: dict[str, list[bool]] = {}
    for one in done:
        for name, exact in one.exact.items():
            by_attack.setdefault(name, []).append(exact)
    everything = [exact for some in by_attack.values() for exact in some]
    talking = [one.psnr for one in done if not one.flat]
    flat = [one.psnr for one in done if one.flat]
    return {
        "trials": len(done),
        "clips": len(clips),
        "copies": len(everything),
        "exact": _share(everything),
        "exact_target": _share(by_attack.get(attacks.TARGET, [])),
        "wrong": sum(one.wrong for one in done),
        "attacks": {name: _share(some) for name, some in by_attack.items()},
        "missed": [f"{o.clip}: {n}" for o in done for n, e in o.exact.items() if not e],
        "psnr_db_min": _round(min((one.psnr for one in done), default=None)),
        "psnr_db_talking": _mean(talking),
        "psnr_db_flat": _mean(flat),
        "size_ratio": _mean([one.size_ratio for one in done], 3),
        "size_ratio_max": _round(max((o.size_ratio for o in done), default=None), 3),
        "picture_size_ratio": _mean([one.picture_size_ratio for one in done], 3),
        "ms_per_frame": _mean([one.ms_per_frame for one in done]),
        "ms_to_choose": _mean([one.ms_to_choose for one in done]),
        "ms_to_detect": _mean([one.ms_to_detect for one in done]),
        "unmarked": sum(one.searches for one in quiet),
        "false_alarms": sum(one.alarms for one in quiet),
        "ms_to_detect_unmarked": _mean([one.ms_to_detect for one in quiet]),
        "peers": _peers([one for some in peers for one in some]),
    }


def _peers(rows: list[Peered]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in dict.fromkeys(row.name for row in rows):
        own = [row for row in rows if row.name == name]
        found[name] = {
            "trials": len(own),
            "exact": _share([e for row in own for e in row.exact.values()]),
            "exact_target": _share(
                [
                    row.exact[attacks.TARGET]
                    for row in own
                    if attacks.TARGET in row.exact
                ]
            ),
            "bit_accuracy": _mean([row.accuracy for row in own], 3),
            "psnr_db": _mean([row.psnr for row in own]),
            "ms_per_frame": _mean([row.ms_per_frame for row in own]),
        }
    return found


def _share(some: list[bool]) -> float | None:
    return round(sum(some) / len(some), 4) if some else None


def _mean(some: list[float], digits: int = 2) -> float | None:
    return round(statistics.fmean(some), digits) if some else None


def _round(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)

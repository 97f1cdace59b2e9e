"""Every rung of animators and voices: in which state it is here, how fast, how large.

Each animator of ENGINES films a short clip of one photograph, each voice speaks one
line: the first run loads and warms up, the second is measured. A rung whose folder of
weights is whole runs with it; another runs with tiny random weights of the published
layout, which says that it runs from end to end and nothing of its speed; ``options`` are
those in which such a run differs from a clip's. ``fps`` are
frames a second as the product draws them, without encoding; ``memory_mb`` is what the
process grew by at its peak, or on CUDA the peak of what torch allocated.

On a GPU:

    manage.py bench rungs --json --device cuda --full-size

builds the networks at their full published size with random weights (gigabytes in
DATA_DIR) and measures batches of 1 to 64 in bfloat16 and float32, beside what others
published; ``--compile`` adds torch.compile.
"""

from __future__ import annotations

import sys
import tempfile
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from avatarfx import memory
from avatarfx.animators.neural.memory import (
    compile_networks,
    free_cache,
    is_out_of_memory,
)
from avatarfx.bench import portraits
from avatarfx.pipeline import FPS
from socialapp.acting.perform import perform
from socialapp.engines import handler, torch_audio
from socialapp.engines.folders import report
from socialapp.engines.protocols import Actor, Staging, VoiceSpec
from socialapp.lib.blobs import ref_of

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Mapping

LINE = "Good evening."
PUBLISHED = {
    "musetalk": "MuseTalk: 30+ fps at 256 x 256 on a Tesla V100 (its README)",
    "warp_cuda": "LivePortrait: about 14 ms a frame on an RTX 4090 (its README)",
    "wan_animate": "SoulX-FlashHead 1.3B: 96 fps on an RTX 4090 (its README)",
}
"""What others say of theirs, or of what stands nearest; not measured here."""

GOALS = {"warp_cuda": 2000.0, "diffusion_refine": 30.0}
"""Frames a second on a GPU, at 512 x 512 and for faces of that size."""

SET = ("device", "weights")
"""Options that are this bench's business."""

BATCHES = (1, 2, 4, 8, 16, 32, 64)
REAL, TINY, FULL, BUILT_IN, OFF = (
    "real weights",
    "tiny weights",
    "random weights of full size",
    "built in",
    "not available",
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--only", action="append", help="a rung; may be repeated")
    parser.add_argument("--device", default="", help="cpu or cuda; empty: what is best")
    parser.add_argument(
        "--size", type=int, default=512, help="pixels across of a frame"
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="of each film")
    parser.add_argument(
        "--full-size", action="store_true", help="published sizes, random weights"
    )
    parser.add_argument(
        "--compile", action="store_true", help="torch.compile of every network, too"
    )


def run(options: dict[str, Any]) -> dict[str, Any]:
    only = set(options["only"] or ())
    if find_spec("torch") is not None:
        torch_audio.make_harmless()
    found = {one.alias: one for one in report.find()}
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        bench = _Bench(options, Path(folder), found)
        rows = [
            bench.row(kind, alias)
            for kind in ("animator", "voice")
            for alias in settings.ENGINES[kind]
            if not only or alias in only
        ]
    return {"rungs": rows, **_machine(options["device"])}


class _Bench:
    def __init__(
        self, options: dict[str, Any], folder: Path, found: Mapping[str, report.Found]
    ) -> None:
        self.options = options
        self.folder = folder
        self.found = found
        self.size = options["size"]
        self.staging = _staging(options["seconds"])
        self.device = options["device"] or _device()

    def row(self, kind: str, alias: str) -> dict[str, Any]:
        row: dict[str, Any] = {
            "name": alias,
            "kind": kind,
            "state": OFF,
            "fps": None,
            "memory_mb": None,
            "reason": self._why_off(kind, alias),
        }
        if alias in PUBLISHED:
            row["published"] = PUBLISHED[alias]
        if alias in GOALS:
            row["goal_fps"] = GOALS[alias]
        try:
            state, changed = self._weights(kind, alias)
            if self.options["full_size"] and (state == FULL or alias == "warp_cuda"):
                row["curve"] = list(self._curve(alias, changed))
            row |= {"state": state} | self._measured(kind, alias, changed)
            if quick := {name: changed[name] for name in changed if name not in SET}:
                row["options"] = quick
        except Exception as error:  # one broken rung must not hide the others
            words = str(error).strip().partition("\n")[0] or type(error).__name__
            row |= {"state": OFF, "reason": f"{words} {row['reason']}".strip()}
        free_cache()
        sys.stderr.write(f"{row}\n")  # a long run that is cut off has told so much
        return row

    def _why_off(self, kind: str, alias: str) -> str:
        """Why clips are not made with it here; empty: they are."""
        ladder = (
            settings.ANIMATOR_LADDER if kind == "animator" else settings.VOICE_LADDER
        )
        one = self.found.get(alias)
        reasons = [one.problem] if one and one.problem else []
        if alias not in ladder:
            named = "NEURAL_RUNGS" if kind == "animator" else "VOICE_LADDER"
            reasons.append(f"{named} does not name it.")
        return " ".join(reasons)

    def _weights(self, kind: str, alias: str) -> tuple[str, dict[str, Any]]:
        """The state that it is measured in, and the options that differ for that."""
        params = settings.ENGINES[kind][alias]
        known = params.get("OPTIONS", {})
        changed = {"device": self.device} if "device" in known else {}
        one = self.found.get(alias)
        if one is None:
            return (REAL if "weights_dir" in known else BUILT_IN), changed
        if one.problem is None and not self.options["full_size"]:
            return REAL, changed
        sample = _sample_of(params["BACKEND"])
        full = self.options["full_size"]
        folder = self.folder / alias
        if not folder.exists():
            write = getattr(sample, "full" if full else "tiny", None)
            if write is None:
                raise RuntimeError("There are no random weights to run it with.")
            write(folder, 0)
        quick = {} if full else getattr(sample, "QUICK", {})
        return (FULL if full else TINY), changed | {"weights": str(folder)} | quick

    def _measured(
        self, kind: str, alias: str, changed: Mapping[str, Any]
    ) -> dict[str, Any]:
        params = settings.ENGINES[kind][alias]
        engine = import_string(params["BACKEND"])(
            **params.get("OPTIONS", {}) | dict(changed)
        )
        if reason := engine.available():
            raise RuntimeError(reason)
        if kind == "voice":
            return self._spoken(engine)
        if reason := engine.suits(self.staging.actors["a"].rig):
            raise RuntimeError(reason)
        return self._filmed(engine)

    def _spoken(self, voice: Any) -> dict[str, Any]:
        peak = _Peak()
        voice.speak(LINE, spec=VoiceSpec())
        began = time.perf_counter()
        seconds = voice.speak(LINE, spec=VoiceSpec()).seconds
        took = time.perf_counter() - began
        return {
            "memory_mb": peak.grown_mb(),
            "speech_per_second": round(seconds / took, 2),
        }

    def _filmed(self, animator: Any) -> dict[str, Any]:
        peak = _Peak()
        began = time.perf_counter()
        first = sum(1 for _ in self._frames(animator))
        load = time.perf_counter() - began
        if self.options["compile"]:
            compile_networks(animator)
            first = sum(1 for _ in self._frames(animator))
        began = time.perf_counter()
        count = sum(1 for _ in self._frames(animator))
        took = time.perf_counter() - began
        if count != first:
            raise RuntimeError(f"It drew {first} frames, then {count}.")
        return {
            "fps": round(count / took, 2),
            "memory_mb": peak.grown_mb(),
            "frames": count,
            "first_seconds": round(load, 2),
        }

    def _frames(self, animator: Any) -> Iterator[Any]:
        return iter(
            animator.animate(self.staging, fps=FPS, width=self.size, height=self.size)
        )

    def _curve(self, alias: str, changed: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Frames a second by batch, in short and in long numbers."""
        for dtype in ("bfloat16", "float32"):
            for batch in BATCHES:
                point: dict[str, Any] = {"dtype": dtype, "batch": batch}
                more = changed | {"dtype": dtype, "batch": batch}
                try:
                    measured = self._measured("animator", alias, more)
                except Exception as error:
                    free_cache()
                    yield point | {"fps": None, "reason": str(error).partition("\n")[0]}
                    if is_out_of_memory(error):
                        break
                    continue
                yield point | {k: measured[k] for k in ("fps", "memory_mb")}


class _Peak:
    """The most memory since it was made."""

    def __init__(self) -> None:
        memory.forget_peak()
        self._before = memory.resident_mb()
        self._torch = sys.modules.get("torch")
        if self._on_card():
            self._torch.cuda.reset_peak_memory_stats()  # type: ignore[union-attr]

    def _on_card(self) -> bool:
        torch = self._torch or sys.modules.get("torch")
        self._torch = torch
        return bool(torch and torch.cuda.is_available() and torch.cuda.is_initialized())

    def grown_mb(self) -> int:
        if self._on_card() and self._torch is not None:
            return int(self._torch.cuda.max_memory_allocated()) >> 20
        return max(0, memory.peak_mb() - self._before)


def _sample_of(backend: str) -> Any:
    """The module that writes random weights for this engine, beside it."""
    module = backend.rpartition(".")[0]
    package, _, name = module.rpartition(".")
    return import_module(f"{package}.samples.{name}")


def _staging(seconds: float) -> Staging:
    """A photograph that says a few words; no rows, no files."""
    sample = next(portraits.defaults())
    rig, blobs = handler.riggers["default"].rig(
        sample.data, ref=ref_of(sample.data, "png")
    )
    words = " ".join([LINE] * max(1, round(seconds)))
    performed = perform(
        words,
        spec=VoiceSpec(),
        speakers=[
            (name, handler.voices[name])
            for name in settings.VOICE_LADDER
            if name != "kokoro" and handler.voices[name].available() is None
        ],
        director=handler.directors["default"],
        seed=7,
        shape="1:1",
        put_sound=lambda data: ref_of(data, "wav"),
    )
    return Staging(
        performed.performance,
        {"a": Actor(rig, sample.data, blobs)},
        sounds={"a": performed.speech},
    )


def _device() -> str:
    """The best that is here; named, for some engines want none but CUDA unless told."""
    if find_spec("torch") is None:
        return "cpu"
    import torch  # noqa: PLC0415  heavy

    return "cuda" if torch.cuda.is_available() else "cpu"


def _machine(device: str) -> dict[str, Any]:
    if find_spec("torch") is None:
        return {"torch": None, "device": "cpu", "gpu": None}
    import torch  # noqa: PLC0415  heavy

    there = torch.cuda.is_available()
    return {
        "torch": str(torch.__version__),
        "device": device or _device(),
        "gpu": torch.cuda.get_device_name() if there else None,
        "threads": torch.get_num_threads(),
    }

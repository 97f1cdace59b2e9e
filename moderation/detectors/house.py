"""Where detectors look: a process of its own with little memory, time and no secrets.

Networks and decoders in C++ meet pictures from strangers here, so a crash, a hang or a
take-over ends with the child. Whatever goes wrong is an EngineError, and the picture
waits.
"""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import SeenFace, Sighting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROGRAMS = Path(__file__).parent / "inside"
DESCRIPTOR_BYTES = 128 * 4
MOST_ANSWER = 4 * 1024 * 1024

_CHILD = PROGRAMS / "child.py"
_TURNS = threading.BoundedSemaphore(2)
"""A crowd of uploads waits here instead of filling the memory."""

_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_NONSENSE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What reading an answer of any shape at all can raise."""

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Limits:
    memory: int = 1024**3
    """Bytes of address space; the network that needs most takes 330 MB."""

    start_seconds: float = 20.0
    """To load libraries and weights: two at most on an idle core."""

    picture_seconds: float = 5.0
    """For each picture: half a second on an idle core."""


def ask(
    program: Path,
    pictures: Sequence[bytes],
    *,
    options: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
) -> tuple[Sighting, ...]:
    """What ``look`` of `program` sees in each encoded picture.

    EngineError when it crashes, hangs, needs too much or answers nonsense; permanent
    when a picture cannot be read.
    """
    bounds = limits or Limits()
    seconds = bounds.start_seconds + bounds.picture_seconds * len(pictures)
    order = {
        "program": str(program),
        "options": dict(options or {}),
        "sizes": [len(picture) for picture in pictures],
        "memory": bounds.memory,
        "cpu": math.ceil(seconds),
    }
    with _TURNS, tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(  # noqa: S603  our own file, fixed arguments
                [sys.executable, "-I", str(_CHILD)],
                input=json.dumps(order).encode() + b"\n" + b"".join(pictures),
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise EngineError(
                f"The {program.stem} detector took longer than {seconds:g} seconds."
            ) from None
        answer.seek(0)
        told = answer.read(MOST_ANSWER)
    if done.returncode:
        raise EngineError(f"The {program.stem} detector broke ({done.returncode}).")
    return _read(told, program.stem, len(pictures))


def _read(told: bytes, name: str, expected: int) -> tuple[Sighting, ...]:
    """The child's answer, believed only as far as it is well formed."""
    try:
        answer = json.loads(told)
        if isinstance(answer, dict):
            unreadable = bool(answer["unreadable"])
            words = str(answer["error"])
            raise EngineError(
                f"The {name} detector could not look: {words}", permanent=unreadable
            )
        seen = tuple(_sighting(one) for one in answer)
        if len(seen) != expected:
            raise ValueError(f"{len(seen)} answers for {expected} pictures")
    except _NONSENSE as error:
        raise EngineError(f"The {name} detector answered nonsense.") from error
    return seen


def _sighting(data: Mapping[str, Any]) -> Sighting:
    scores = {str(name): float(value) for name, value in data["scores"].items()}
    for name, value in scores.items():
        if not 0.0 <= value <= 1.0:  # written so that NaN fails too
            raise ValueError(f"{name} is {value}")
    hashes = tuple(str(one) for one in data["hashes"])
    if not all(_HASH.fullmatch(one) for one in hashes):
        raise ValueError("A hash has 64 hex digits")
    return Sighting(scores, tuple(_face(one) for one in data["faces"]), hashes)


def _face(data: Mapping[str, Any]) -> SeenFace:
    left, top, right, bottom = (int(side) for side in data["box"])
    descriptor = bytes.fromhex(data["descriptor"])
    score, yaw, photo = (float(data[name]) for name in ("score", "yaw", "photo"))
    whole = len(descriptor) == DESCRIPTOR_BYTES and math.isfinite(score + yaw)
    if not whole or not 0.0 <= photo <= 1.0:
        raise ValueError("A face has 128 numbers, a score, a yaw and a surface")
    return SeenFace((left, top, right, bottom), score, yaw, photo, descriptor)

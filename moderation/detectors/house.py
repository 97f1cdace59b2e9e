"""Where detectors look: a process of its own with little memory, time and no secrets.

Networks and decoders in C++ meet pictures from strangers here, so a crash, a hang or a
take-over ends with the child. Whatever goes wrong is an EngineError, and the picture
waits.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import subprocess
import sys
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
MOST_PICTURES = 150
"""In one sitting: a frame of each of a film's 60 seconds, with room for the second film
of a rung that broke."""

GRACE_SECONDS = 1.0
"""For a child whose questions are over."""

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
    with Sitting(program, options=options, limits=limits, most=len(pictures)) as child:
        return child.look(pictures)


class Sitting:
    """A child that looks at pictures as they come, so that its start is paid once.

    For pictures of one person, such as the frames of their film: whoever took the child
    over sees nobody else's. It starts when it is first asked, and anew after it broke.
    Threads may share it.
    """

    def __init__(
        self,
        program: Path,
        *,
        options: Mapping[str, Any] | None = None,
        limits: Limits | None = None,
        most: int = MOST_PICTURES,
    ) -> None:
        """`most`: pictures for which it may use the processor."""
        self._program = program
        self._options = dict(options or {})
        self._limits = limits or Limits()
        self._most = most
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Sitting:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def look(self, pictures: Sequence[bytes]) -> tuple[Sighting, ...]:
        """As `ask`. Without pictures it only makes itself ready."""
        bounds, name = self._limits, self._program.stem
        seconds = bounds.start_seconds + bounds.picture_seconds * len(pictures)
        with self._lock, _TURNS:
            order: dict[str, Any] = {"sizes": [len(picture) for picture in pictures]}
            if self._child is None:
                self._child = self._start()
                order |= self._first_order()
            child = self._child
            late = threading.Event()
            watchdog = threading.Timer(seconds, _end, (child, late))
            watchdog.start()
            try:
                told = _exchange(child, order, pictures)
            finally:
                watchdog.cancel()
            if not told.endswith(b"\n"):
                self._close()
                if late.is_set():
                    raise EngineError(
                        f"The {name} detector took longer than {seconds:g} seconds."
                    )
                raise EngineError(f"The {name} detector broke ({child.returncode}).")
            try:
                return _read(told, name, len(pictures))
            except EngineError:
                self._close()
                raise

    def close(self) -> None:
        with self._lock:
            self._close()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  our own file, fixed arguments
            [sys.executable, "-I", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
        )

    def _first_order(self) -> dict[str, Any]:
        bounds = self._limits
        cpu = bounds.start_seconds + bounds.picture_seconds * self._most
        return {
            "program": str(self._program),
            "options": self._options,
            "memory": bounds.memory,
            "cpu": math.ceil(cpu),
        }

    def _close(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            # What was not taken is nobody's business any more.
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        try:
            child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _exchange(
    child: subprocess.Popen[bytes], order: Mapping[str, Any], pictures: Sequence[bytes]
) -> bytes:
    """Its answer, a line; less than that when it ended meanwhile."""
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("The child has no pipes")
    with contextlib.suppress(OSError):
        child.stdin.write(json.dumps(order).encode() + b"\n" + b"".join(pictures))
        child.stdin.flush()
    return child.stdout.readline(MOST_ANSWER)


def _end(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


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

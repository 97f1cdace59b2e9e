"""Gets from a stranger's file what can be asked about it, in a process with limits."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np

from socialapp.provenance.credentials import Credential, Entry, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

TIMEOUT_SECONDS = 40.0
"""Twice the child's own limit of CPU time: other processes want some too."""

_CHILD = Path(__file__).with_name("child.py")


class FileRefusedError(Exception):
    """The file cannot be looked at; the message is for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Opened:
    mime: str
    frames: tuple[NDArray[np.uint8], ...]
    """(height, width, 3) RGB, up to 32, spread over the film; none of sound alone."""

    prints: tuple[NDArray[np.uint8], ...]
    """The frame in the middle of each second, at most 512 pixels long."""

    sound: NDArray[np.float32]
    """Mono at 8,000 Hz."""

    credential: Credential | None
    failed: str = ""
    """Why the record could not be judged, when `credential` is None."""


def open_file(data: bytes, trust: Trust) -> Opened:
    """FileRefusedError for what is no film or picture, too large or too slow."""
    if not data:
        raise FileRefusedError("This file is empty. Choose it again.")
    order = json.dumps({"anchors": trust.anchors, "signers": trust.signers}).encode()
    with (
        tempfile.TemporaryFile() as source,
        tempfile.TemporaryFile() as told,
        tempfile.TemporaryFile() as answer,
    ):
        source.write(data)
        told.write(order)
        for file in (source, told):
            file.flush()
            file.seek(0)
        code = _run(source, told, answer)
        answer.seek(0)
        return _read(code, answer)


def _run(source: IO[bytes], told: IO[bytes], answer: IO[bytes]) -> int:
    try:
        return subprocess.run(  # noqa: S603  our own file, fixed arguments
            [sys.executable, "-I", str(_CHILD), str(told.fileno())],
            stdin=source,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            pass_fds=(told.fileno(),),
            env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            cwd="/",
            timeout=TIMEOUT_SECONDS,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        raise FileRefusedError(
            "This file took too long to read. Cut it to a minute and try again."
        ) from None


def _read(code: int, answer: IO[bytes]) -> Opened:
    """The child's answer, believed only as far as it is well formed."""
    try:
        told: dict[str, Any] = json.loads(answer.readline())
    except ValueError:
        # Killed by a limit, or by the file.
        raise FileRefusedError(
            "This file is too much work to open. Save it again as a short MP4 of"
            " ordinary size and try that."
        ) from None
    if "refused" in told:
        raise FileRefusedError(str(told["refused"]))
    if code:
        raise FileRefusedError("This file could not be read to its end.")
    frames = tuple(_pixels(answer, *size) for size in told["frames"])
    prints = tuple(_pixels(answer, *size) for size in told["prints"])
    sound = np.frombuffer(answer.read(4 * int(told["samples"])), np.float32)
    record = told["credential"]
    return Opened(
        mime=str(told["mime"]),
        frames=frames,
        prints=prints,
        sound=sound,
        credential=None if "failed" in record else _credential(record),
        failed=str(record.get("failed", "")),
    )


def _pixels(answer: IO[bytes], height: int, width: int) -> NDArray[np.uint8]:
    data = answer.read(3 * height * width)
    return np.frombuffer(data, np.uint8).reshape(height, width, 3)


def _credential(told: dict[str, Any]) -> Credential:
    entries = tuple(
        Entry(
            title=str(one["title"]),
            signer=str(one["signer"]),
            time=str(one["time"]),
            actions=tuple(map(str, one["actions"])),
            source=str(one["source"]),
            payload=bytes.fromhex(one["payload"]),
            relation=str(one["relation"]),
            missing=bool(one["missing"]),
            broken=tuple(map(str, one["broken"])),
        )
        for one in told["entries"]
    )
    state = cast("Any", told["state"])
    return Credential(state, tuple(map(str, told["reasons"])), entries)

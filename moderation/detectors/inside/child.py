"""Run by ``house.Sitting`` as a script: limits itself, then lets one program look.

Standard input is a line of JSON, ``{"program", "options", "sizes", "memory", "cpu"}``,
then the pictures one after the other; after that as many lines with ``{"sizes"}`` and
their pictures as somebody wants to know. Each is answered by one line of JSON on standard
output: a list with what was seen in each picture, or ``{"error": words, "unreadable": true
or false}``.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import resource
import runpy
import sys
from typing import Any, BinaryIO

from PIL import Image

ANSWER_BYTES = 4 * 1024 * 1024
OPEN_FILES = 64
MOST_PIXELS = 30_000_000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
"""From linux/sched.h."""


def main() -> None:
    source = sys.stdin.buffer
    order: dict[str, Any] = json.loads(source.readline())
    limit(memory=order["memory"], cpu=order["cpu"])
    leave_network()
    # A program that prints must not speak in our name.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    program = Program(order["program"], order["options"])
    sizes = order["sizes"]
    while True:
        answer.write(json.dumps(look(source, sizes, program)).encode() + b"\n")
        answer.flush()
        line = source.readline()
        if not line:
            return
        sizes = json.loads(line)["sizes"]


class Program:
    """Loaded when it is first needed."""

    def __init__(self, path: str, options: dict[str, Any]) -> None:
        self._path = path
        self._options = options
        self._look: Any = None

    def __call__(self, pictures: list[Image.Image]) -> Any:
        if self._look is None:
            self._look = runpy.run_path(self._path)["look"]
        return self._look(pictures, **self._options)


def look(source: BinaryIO, sizes: list[int], program: Program) -> Any:
    # All of them, so that what comes next begins where it should.
    files = [source.read(size) for size in sizes]
    pictures = []
    for data in files:
        try:
            pictures.append(decode(data))
        # Decoders raise anything at all on broken files.
        except Exception as error:
            return {"error": str(error)[:200], "unreadable": True}
    try:
        return program(pictures)
    except MemoryError:
        return {"error": "It needs more memory than it may have.", "unreadable": False}
    except Exception as error:
        words = f"{type(error).__name__}: {error}"[:200]
        return {"error": words, "unreadable": False}


def decode(data: bytes) -> Image.Image:
    """RGB; whatever is transparent lies on grey, as pages show it."""
    Image.MAX_IMAGE_PIXELS = None
    picture: Image.Image = Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP"])
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError(f"{picture.width} × {picture.height} pixels are too many")
    picture.load()
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (128, 128, 128, 255))
        picture = Image.alpha_composite(ground, layer)
    return picture.convert("RGB")


def limit(*, memory: int, cpu: int) -> None:
    for what, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, ANSWER_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (value, value))
        except (ValueError, OSError):
            # macOS knows RLIMIT_AS but refuses to lower it; the others still hold.
            continue


def leave_network() -> None:
    """A network namespace of its own, which has no way out.

    Kernels that forbid it to users leave the other limits; nothing in here connects.
    """
    try:
        ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET)
    except (OSError, AttributeError):
        return


if __name__ == "__main__":
    main()

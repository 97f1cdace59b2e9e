"""What the voices that need torch ask and tell alike."""

from __future__ import annotations

import contextlib
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING

from socialapp.engines.errors import EngineError, OutOfMemory, memory_ran_out

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTALL = (
    "Run pip install -r requirements-gpu.txt, then "
    "pip install --no-deps -r requirements-gpu-voices.txt."
)


def lacking(modules: tuple[str, ...]) -> str | None:
    """None when all of these can be imported, else what to install."""
    gone = [name for name in modules if find_spec(name) is None]
    return f"Not installed: {', '.join(gone)}. {INSTALL}" if gone else None


def chosen(device: str) -> str:
    if device:
        return device
    import torch  # noqa: PLC0415

    return "cuda" if torch.cuda.is_available() else "cpu"


def device_problem(device: str) -> str | None:
    """None, or why torch cannot compute on the device that an operator named."""
    kind, _, number = device.partition(":")
    if kind in {"", "cpu"}:
        return None
    import torch  # noqa: PLC0415

    if kind != "cuda":
        return f"{device} is no device that this voice knows: cpu, cuda or cuda:1."
    if not torch.cuda.is_available():
        return "No CUDA device is here."
    if number and not (number.isdigit() and int(number) < torch.cuda.device_count()):
        return f"There is no device {device}."
    return None


_drawing = threading.Lock()


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Around what draws noise, so that a line always sounds the same: torch has one
    generator for the whole process, whichever voice draws from it."""
    import torch  # noqa: PLC0415  heavy

    with _drawing, torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def said_of(error: Exception) -> EngineError:
    """An error of torch in the words of engines."""
    if memory_ran_out(error) or "out of memory" in str(error):
        return OutOfMemory("The voice ran out of memory.")
    first = str(error).partition("\n")[0]
    return EngineError(f"The voice broke in mid-sentence: {first}")

"""What an engine raises."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class EngineError(Exception):
    """An engine could not do its work; the message is fit for a user's eyes.

    `permanent` answers the caller's one question: will trying again help?
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class OutOfMemory(EngineError):  # noqa: N818 - a state of the machine, not of the engine
    """There was no room for it; a smaller batch or a lower rung may fit."""

    def __init__(self, message: str = "The machine ran out of memory.") -> None:
        super().__init__(message)


class OutOfTime(EngineError):  # noqa: N818 - as above
    """It took longer than it may; a lower rung is faster."""


ALLOCATORS = ("Failed to allocate memory", "Insufficient memory", "std::bad_alloc")
"""How onnxruntime, OpenCV and C++ word it in errors of their own kinds."""


def memory_ran_out(error: BaseException) -> bool:
    """Is it about memory? Of torch's error only the name is known here, for engines
    without it must not load it."""
    if isinstance(error, MemoryError | OutOfMemory):
        return True
    if type(error).__name__ == "OutOfMemoryError":
        return type(error).__module__.partition(".")[0] == "torch"
    return any(words in str(error) for words in ALLOCATORS)


@contextlib.contextmanager
def boundary() -> Iterator[None]:
    """Around a call into an engine: whatever says that memory ran out is OutOfMemory."""
    try:
        yield
    except OutOfMemory:
        raise
    except Exception as error:
        if memory_ran_out(error):
            raise OutOfMemory from error
        raise

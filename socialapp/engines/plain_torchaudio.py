"""torchaudio where its compiled part does not fit this build of torch.

PyPI's wheel is linked against CUDA, so beside a torch for CPUs ``import torchaudio``
fails, and with it whatever looks for torchaudio and finds it: transformers and TTS. All
that they use of it is written in Python.
"""

from __future__ import annotations

import importlib
import sys
import threading
from importlib.util import find_spec
from types import ModuleType
from typing import Any

NAME = "torchaudio"
COMPILED = "torchaudio._extension"

_lock = threading.Lock()


def ready() -> bool:
    """Makes torchaudio importable; False where it is not installed.

    Where it works as it is, nothing is changed. Its alignment functions, which need the
    compiled part, say so when they are called.
    """
    with _lock:
        if find_spec(NAME) is None:
            return False
        try:
            importlib.import_module(NAME)
        except (OSError, ImportError, RuntimeError):
            _forget()
            sys.modules[COMPILED] = _without()
            try:
                importlib.import_module(NAME)
            except (OSError, ImportError, RuntimeError):
                _forget()
                raise
    return True


def _forget() -> None:
    """What a failed import left behind would be taken for the whole."""
    for name in [n for n in sys.modules if n == NAME or n.startswith(f"{NAME}.")]:
        del sys.modules[name]


def _without() -> ModuleType:
    module = ModuleType(COMPILED)
    told: dict[str, Any] = {
        "_IS_TORCHAUDIO_EXT_AVAILABLE": False,
        "_IS_ALIGN_AVAILABLE": False,
        "fail_if_no_align": _refusing,
    }
    vars(module).update(told)
    return module


def _refusing(function: Any) -> Any:
    def refuse(*_: Any, **__: Any) -> Any:
        raise RuntimeError(
            f"torchaudio's {function.__name__} needs its compiled part, which does not "
            "fit the torch that is installed."
        )

    return refuse

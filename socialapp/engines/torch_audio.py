"""Keeps a torchaudio that cannot load its extension from taking others down with it.

PyPI's torchaudio is linked against CUDA. Beside a torch for CPUs its import fails, and so
does that of transformers and diffusers, which import it wherever it is installed. What
neural voices need of it, resampling and spectra, is plain torch.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

NAME = "torchaudio"


def make_harmless() -> None:
    """Call before the first import of transformers, diffusers or torchaudio; again does
    nothing. Without torchaudio, and with one that loads, nothing changes."""
    if NAME in sys.modules or find_spec(NAME) is None:
        return
    with suppress(OSError, ImportError, RuntimeError):
        import_module(NAME)
        return
    for name in [n for n in sys.modules if n == NAME or n.startswith(f"{NAME}.")]:
        del sys.modules[name]
    sys.modules[f"{NAME}._extension"] = _without_extension()


def _without_extension() -> ModuleType:
    """What torchaudio would have found, had it been built without its extension."""
    stand_in = ModuleType(f"{NAME}._extension")

    def aligned(function: Any) -> Any:
        return function

    vars(stand_in).update(
        __path__=[],
        _IS_TORCHAUDIO_EXT_AVAILABLE=False,
        _IS_ALIGN_AVAILABLE=False,
        _check_cuda_version=lambda: None,
        fail_if_no_align=aligned,
    )
    return stand_in

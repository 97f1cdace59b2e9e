"""A torchaudio for another torch stops nobody who does not need its extension."""

from __future__ import annotations

import sys
from importlib import import_module, invalidate_caches
from typing import TYPE_CHECKING

import pytest

from socialapp.engines import torch_audio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place where packages are found, and nothing of torchaudio is loaded."""
    before = {n: m for n, m in sys.modules.items() if n.split(".")[0] == "torchaudio"}
    for name in before:
        del sys.modules[name]
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [n for n in sys.modules if n.split(".")[0] == "torchaudio"]:
        del sys.modules[name]
    sys.modules.update(before)


def installed(site: Path, extension: str) -> None:
    package = site / "torchaudio"
    (package / "_extension").mkdir(parents=True)
    (package / "__init__.py").write_text("from . import _extension, functional\n")
    (package / "_extension" / "__init__.py").write_text(extension)
    (package / "functional.py").write_text(
        "from torchaudio._extension import fail_if_no_align\n"
        "@fail_if_no_align\n"
        "def resample(): return 'resampled'\n"
    )
    invalidate_caches()


def test_one_whose_extension_cannot_be_loaded_is_imported_without_it(
    site: Path,
) -> None:
    installed(site, "raise OSError('Could not load this library: _torchaudio.so')")
    with pytest.raises(OSError, match="Could not load"):
        import_module("torchaudio")
    torch_audio.make_harmless()
    module = import_module("torchaudio")
    assert module.functional.resample() == "resampled"
    assert module._extension._IS_TORCHAUDIO_EXT_AVAILABLE is False


def test_one_that_loads_keeps_its_extension(site: Path) -> None:
    installed(site, "whole = True\ndef fail_if_no_align(f): return f\n")
    torch_audio.make_harmless()
    assert import_module("torchaudio")._extension.whole


def test_it_may_be_asked_again(site: Path) -> None:
    installed(site, "raise ImportError('libc10_cuda.so')")
    torch_audio.make_harmless()
    module = import_module("torchaudio")
    torch_audio.make_harmless()
    assert import_module("torchaudio") is module

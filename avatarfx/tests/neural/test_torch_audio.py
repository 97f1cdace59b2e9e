"""A torchaudio that was built for another torch does not take others down."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.neural

PROGRAM = """
import sys
import torch
torch.set_num_threads(1)
if "fail" in sys.argv:
    def broken(path):
        raise OSError(f"Could not load this library: {path}")
    torch.ops.load_library = broken
from socialapp.engines import torch_audio
torch_audio.make_harmless()
import torchaudio
loud = torch.sin(torch.arange(2400) / 10)
half = torchaudio.functional.resample(loud, 24000, 12000)
assert half.shape == (1200,) and half.abs().max() > 0.9
from torchaudio import _extension
if "fail" in sys.argv:
    assert not _extension._IS_TORCHAUDIO_EXT_AVAILABLE
before = torchaudio
torch_audio.make_harmless()
import torchaudio
assert torchaudio is before
from transformers import AlbertModel, WhisperFeatureExtractor
print("ready")
"""


@pytest.mark.parametrize("way", ["as it is", "fail"])
def test_torchaudio_can_be_imported_whatever_it_was_built_for(way: str) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    if find_spec("torchaudio") is None:
        pytest.skip("torchaudio is not installed.")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, way],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "ready", done.stderr[-2000:]

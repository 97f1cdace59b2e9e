"""The built-in sounds: what is shipped is what the script makes."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from avatarfx import opus
from avatarfx.sound import loudness
from scenes import sounds
from scenes.sounds import make

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 960
"""Samples of 20 ms: one Opus frame."""


def _heard(data: bytes) -> NDArray[np.float32]:
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name in {"opus", "libopus"}
        return np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])


def _power(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    whole = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
    power: NDArray[np.float64] = np.square(whole, dtype=np.float64).mean(axis=1)
    return power


def test_there_are_a_dozen_and_no_file_beside_them() -> None:
    assert len(sounds.TITLES) == 12
    assert sounds.LOOPS.issubset(sounds.names())
    assert all(re.fullmatch(r"[a-z]+", name) for name in sounds.names())
    files = {path.name for path in sounds.FOLDER.iterdir()}
    assert files == {f"{name}.webm" for name in sounds.names()}


def test_a_name_that_is_not_built_in_has_no_file() -> None:
    with pytest.raises(KeyError):
        sounds.file_of("../../settings")


@pytest.mark.parametrize("name", sounds.names())
def test_a_sound_is_small_and_quieter_than_the_voices(name: str) -> None:
    data = sounds.file_of(name).read_bytes()
    assert len(data) < 60_000
    heard = _heard(data)
    padded = np.pad(heard, (0, opus.RATE // 2))
    assert -25 < loudness(padded, opus.RATE) < -18.5
    assert np.abs(heard).max() <= 1.0


@pytest.mark.parametrize("name", sounds.names())
def test_the_script_makes_what_is_shipped(name: str) -> None:
    made = opus.level(make.synthesise(name)[np.newaxis].astype(np.float32))[0]
    heard = _heard(sounds.file_of(name).read_bytes())
    assert len(heard) == len(made), "to the sample, or a loop would stumble"
    assert np.corrcoef(_power(heard), _power(made))[0, 1] > 0.9


def test_a_sound_is_made_the_same_each_time() -> None:
    assert np.array_equal(make.synthesise("door"), make.synthesise("door"))
    assert make.encoded("clock") == make.encoded("clock")


@pytest.mark.parametrize("name", sorted(sounds.LOOPS))
def test_a_loop_goes_round_without_a_click(name: str) -> None:
    heard = _heard(sounds.file_of(name).read_bytes())
    seam = abs(float(heard[0]) - float(heard[-1]))
    steps = np.abs(np.diff(heard))
    assert seam <= np.percentile(steps, 99), "no step that the sound has not itself"


def test_silence_stays_silence_and_stereo_keeps_its_sides() -> None:
    silent = np.zeros((1, opus.RATE), np.float32)
    assert not opus.level(silent).any()
    time = np.arange(opus.RATE, dtype=np.float32) / opus.RATE
    one_side = np.stack([np.sin(2600 * time), np.zeros_like(time)])
    left, right = opus.level(one_side)
    assert np.abs(left).max() > 0.05
    assert not right.any()
    with av.open(io.BytesIO(opus.encode(one_side)), "r") as container:
        pieces = [frame.to_ndarray() for frame in container.decode(audio=0)]
    both = np.concatenate(pieces, axis=1)
    assert both.shape == (2, opus.RATE)
    assert np.abs(both[1]).std() < 0.1 * np.abs(both[0]).std()

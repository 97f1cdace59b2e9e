"""The smallest refiner runs end to end on random weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from avatarfx.animators.neural.refiner import LAYOUT, SHAPE, WEIGHTS, RefinerAnimator
from avatarfx.tests.neural import clips
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import look

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    from avatarfx.animators.neural.samples import refiner  # noqa: PLC0415

    refiner.tiny(tmp_path, 5)
    return tmp_path


def test_without_weights_it_says_where_they_come_from() -> None:
    reason = RefinerAnimator().available()
    assert reason is not None
    assert "not installed" in reason or "train_refiner" in reason


@pytest.mark.neural
def test_a_folder_as_the_trainer_writes_it_is_whole(tiny: Path) -> None:
    assert look(LAYOUT, tiny).problem is None
    assert RefinerAnimator(str(tiny)).available() is None
    data = (tiny / WEIGHTS).read_bytes()
    (tiny / WEIGHTS).write_bytes(data[: len(data) // 2])
    assert RefinerAnimator(str(tiny)).available() is not None
    (tiny / SHAPE).unlink()
    reason = RefinerAnimator(str(tiny)).available()
    assert reason is not None
    assert SHAPE in reason


@pytest.mark.neural
def test_every_frame_is_refined_in_the_face_and_nowhere_else(tiny: Path) -> None:
    staging = clips.staging({"a": clips.drawing()}, frames=7)
    animator = RefinerAnimator(str(tiny), batch=3)
    frames = list(animator.animate(staging, fps=25, width=128, height=128))
    assert len(frames) == math.ceil(staging.performance.seconds * 25)
    for frame in frames:
        made = np.frombuffer(frame.pixels, np.uint8).reshape(128, 128, 3)
        under = np.frombuffer(frame.under, np.uint8).reshape(128, 128, 3)
        assert not np.array_equal(made, under)
        assert np.array_equal(made[:4], under[:4])
    one = RefinerAnimator(str(tiny), batch=1)
    again = list(one.animate(staging, fps=25, width=128, height=128))
    apart = [
        np.abs(
            np.frombuffer(a.pixels, np.uint8).astype(int)
            - np.frombuffer(b.pixels, np.uint8)
        ).max()
        for a, b in zip(frames, again, strict=True)
    ]
    assert max(apart) <= 1


@pytest.mark.neural
def test_a_network_of_another_shape_is_no_refiner(tiny: Path) -> None:
    from avatarfx.animators.neural.refiner import load  # noqa: PLC0415

    told = (tiny / SHAPE).read_text().replace("16", "17")
    (tiny / SHAPE).write_text(told)
    with pytest.raises(EngineError, match="holds no refiner"):
        load(tiny)

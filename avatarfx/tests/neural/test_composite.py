"""What a model drew goes where the mask is, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from avatarfx.animators.neural.composite import crop, paste
from avatarfx.animators.neural.control import FacePlace

SIDE = 40


def place(left: int, top: int) -> FacePlace:
    far = np.hypot(*np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j])
    mask = np.clip((0.8 - far) / 0.3, 0, 1).astype(np.float32)
    return FacePlace("a", (left, top, left + SIDE, top + SIDE), mask, mask, 0.0)


def frame() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (90, 120, 3), np.uint8)


SPOTS = [(30, 20), (-15, 20), (100, 70), (30, -10)]


@pytest.mark.parametrize("spot", SPOTS)
def test_the_frames_own_crop_gives_the_frame_back(spot: tuple[int, int]) -> None:
    there, before = place(*spot), frame()
    after = paste(before, there, crop(before, there.box))
    assert np.abs(after.astype(int) - before).max() <= 1


@pytest.mark.parametrize("spot", SPOTS)
def test_beyond_the_mask_not_a_bit_changes(spot: tuple[int, int]) -> None:
    there, before = place(*spot), frame()
    after = paste(before, there, np.full((16, 16, 3), 200, np.uint8))
    touched = np.zeros(before.shape[:2], bool)
    left, top, right, bottom = there.box
    rows, columns = np.mgrid[top:bottom, left:right]
    inside = (rows >= 0) & (rows < 90) & (columns >= 0) & (columns < 120)
    touched[rows[inside], columns[inside]] = there.mask[inside] > 0
    np.testing.assert_array_equal(after[~touched], before[~touched])
    assert (after[touched] != before[touched]).any()
    assert before.shape == after.shape


def test_a_patch_of_another_tone_meets_its_surroundings() -> None:
    before = np.full((90, 120, 3), 120, np.uint8)
    there = place(30, 20)
    after = paste(before, there, np.full((SIDE, SIDE, 3), 135, np.uint8))
    assert np.abs(after.astype(int) - before).max() <= 1


def test_a_patch_that_is_far_off_is_not_painted_over() -> None:
    """A wrong face must be seen by the quality gate."""
    before = np.full((90, 120, 3), 120, np.uint8)
    after = paste(before, place(30, 20), np.full((SIDE, SIDE, 3), 250, np.uint8))
    assert after.max() > 200


def test_a_crop_beyond_the_frame_repeats_its_edge() -> None:
    before = frame()
    got = crop(before, (-10, -5, 30, 35))
    assert got.shape == (40, 40, 3)
    np.testing.assert_array_equal(got[0, 10:], before[0, :30])
    np.testing.assert_array_equal(got[20, :10], np.repeat(before[15:16, 0], 10, 0))


def test_another_mask_can_be_given() -> None:
    before, there = frame(), place(30, 20)
    none = np.zeros((SIDE, SIDE), np.float32)
    patch = np.zeros((SIDE, SIDE, 3), np.uint8)
    np.testing.assert_array_equal(paste(before, there, patch, none), before)

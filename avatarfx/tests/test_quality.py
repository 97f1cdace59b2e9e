"""The bench's own measures, on signals whose answer is known, and one tiny run."""

from __future__ import annotations

import numpy as np
import pytest

from avatarfx.bench import quality
from avatarfx.quality import measures


def test_a_late_signal_is_late_by_what_it_is_late() -> None:
    rng = np.random.default_rng(0)
    t = np.arange(400)
    wave = sum(
        np.sin(t * f + p)
        for f, p in zip(rng.uniform(0.1, 0.9, 9), range(9), strict=True)
    )
    late = np.interp(t - 2.4, t, wave)
    peak, lag = measures.lagged(late, wave)
    assert peak > 0.95
    assert lag == pytest.approx(2.4, abs=0.15)


def test_sound_that_starts_late_is_measured_to_the_sample() -> None:
    noise = np.random.default_rng(1).normal(size=4000)
    delayed = np.concatenate([np.zeros(37), noise])
    assert measures.sound_delay(delayed, noise, 1000) == pytest.approx(0.037)


def faces(count: int) -> np.ndarray:
    rng = np.random.default_rng(2)
    one = rng.uniform(100, 300, (478, 3))
    return np.repeat(one[None], count, axis=0)


def test_jitter_is_the_noise_and_not_the_motion() -> None:
    still = faces(200)
    swaying = still + 6 * np.sin(np.arange(200) / 25)[:, None, None] * [1, 0.5, 0]
    assert measures.jitter(swaying) < 0.01
    noise = np.random.default_rng(3).normal(0, 0.5, still.shape)
    assert measures.jitter(swaying + noise) == pytest.approx(0.5, rel=0.25)


def test_blinks_are_counted_once_each() -> None:
    openness = np.full(120, 0.3)
    for start in (10, 50, 90):
        openness[start : start + 4] = [0.15, 0.05, 0.05, 0.2]
    assert measures.blinks(openness) == 3


def test_gaps_of_lost_frames_are_bridged() -> None:
    landmarks = faces(5)
    landmarks[2] = np.nan
    gap = measures.mouth_gap(landmarks)
    assert not np.isnan(gap).any()
    assert gap[2] == pytest.approx(gap[1])


def test_a_tiny_bench_measures_a_photograph() -> None:
    result = quality.run(
        {
            "only": "photo close",
            "voice": "hibari",
            "script": "Bob may bop by a big barn.",
        }
    )
    (row,) = result["rows"]
    assert row["rung"] == "full"
    assert result["faces_lost"] == 0
    assert result["folded_frames"] == 0
    assert result["opening_corr_min"] > 0.8
    assert result["audio_lag_ms_max"] <= 40
    assert result["closures_closed"] == 1.0

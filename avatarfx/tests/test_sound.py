"""Sound at one loudness, held to the values that the standards give."""

from __future__ import annotations

import io
import math
import wave

import numpy as np
import pytest

from avatarfx import sound
from socialapp.engines.errors import EngineError


def tone(
    rate: int, seconds: float = 3.0, level: float = 1.0, pitch: float = 997
) -> sound.Samples:
    t = np.arange(round(rate * seconds)) / rate
    return (level * np.sin(2 * np.pi * pitch * t)).astype(np.float32)


@pytest.mark.parametrize("rate", [22050, 24000, 48000])
def test_a_full_scale_tone_measures_what_the_standard_says(rate: int) -> None:
    """EBU Tech 3341: 997 Hz at 0 dBFS in one channel reads -3.01 LUFS."""
    assert sound.loudness(tone(rate), rate) == pytest.approx(-3.01, abs=0.05)


def test_halving_the_level_takes_six_decibels() -> None:
    full, half = (sound.loudness(tone(48000, level=x), 48000) for x in (1.0, 0.5))
    assert full - half == pytest.approx(6.02, abs=0.01)


def test_low_rumble_counts_less_than_speech() -> None:
    rumble = sound.loudness(tone(24000, pitch=25), 24000)
    assert rumble < sound.loudness(tone(24000, pitch=400), 24000) - 6


def test_pauses_do_not_make_speech_seem_quieter() -> None:
    speech = tone(24000, level=0.1)
    paused = np.concatenate([speech, np.zeros(24000 * 6, np.float32), speech])
    assert sound.loudness(paused, 24000) == pytest.approx(
        sound.loudness(speech, 24000), abs=0.3
    )


def test_quiet_and_loud_speech_end_equally_loud() -> None:
    for level in (0.02, 0.2, 0.9):
        done = sound.normalise(tone(24000, level=level, pitch=300), 24000)
        assert sound.loudness(done, 24000) == pytest.approx(-16, abs=0.2)


def test_no_sample_is_over_the_limit_and_the_rest_keeps_its_shape() -> None:
    samples = tone(24000, level=0.2, pitch=300)
    samples[30000:30005] = 3.0
    done = sound.limit(samples, 24000)
    assert np.abs(done).max() <= 10 ** (-1 / 20) + 1e-6
    np.testing.assert_array_equal(done[:29000], samples[:29000])
    np.testing.assert_array_equal(done[31000:], samples[31000:])


def test_silence_stays_silence() -> None:
    assert not sound.normalise(np.zeros(24000, np.float32), 24000).any()
    assert sound.loudness(np.zeros(10, np.float32), 24000) == -math.inf


def test_voices_of_different_rates_are_mixed_on_one_clock() -> None:
    mixed, rate = sound.mix(
        [(tone(12000, 1.0, 0.3, 440), 12000), (tone(24000, 0.5, 0.3, 880), 24000)],
        seconds=1.2,
    )
    assert (rate, len(mixed)) == (24000, 28800)
    spectrum = np.abs(np.fft.rfft(mixed[:12000]))
    loudest = sorted(np.argsort(spectrum)[-2:] * 2)
    assert loudest == [440, 880]
    assert not mixed[24100:].any()


def test_a_wave_file_is_read_and_its_channels_averaged() -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(np.array([[16384, 0], [0, -16384]], "<i2").tobytes())
    samples, rate = sound.read(file.getvalue())
    assert rate == 8000
    np.testing.assert_allclose(samples, [0.25, -0.25])


def test_noise_for_a_file_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="cannot be read"):
        sound.read(b"fLaC but not really")

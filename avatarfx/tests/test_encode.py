"""The MP4 itself, judged by decoding it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from avatarfx import encode
from avatarfx.errors import DiskFullError
from avatarfx.tracks import Track
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

FAST = encode.Options(preset="ultrafast", threads=1)


def write(
    path: Path,
    frames: int = 50,
    *,
    rate: int = 24000,
    options: encode.Options = FAST,
    silent: bool = False,
) -> Track:
    """Two seconds of a moving stripe; a click at one second."""
    samples = np.zeros(rate * frames // 25, np.float32)
    samples[rate : rate + 48] = 0.8
    track = Track(samples, rate)
    with encode.Writer(
        path,
        width=64,
        height=48,
        fps=25,
        track=None if silent else track,
        options=options,
    ) as writer:
        for number in range(frames):
            pixels = np.full((48, 64, 3), (200, 40, 30), np.uint8)
            pixels[:, number % 64] = 255
            writer.write(pixels)
    return track


@pytest.mark.parametrize("rate", [22050, 24000, 48000])
def test_the_sound_is_where_it_belongs(tmp_path: Path, rate: int) -> None:
    """The priming of the AAC encoder would delay it by 1024 samples."""
    track = write(tmp_path / "clip.mp4", rate=rate)
    with av.open(str(tmp_path / "clip.mp4"), "r") as film:
        decoded = np.concatenate([f.to_ndarray()[0] for f in film.decode(audio=0)])
        assert film.streams.audio[0].start_time == 0
    window = slice(rate - 2000, rate + 2000)
    lags = np.correlate(decoded[window], track.samples[window], "full")
    assert abs(int(np.argmax(lags)) - 3999) <= 1


def test_every_frame_is_there_at_its_time(tmp_path: Path) -> None:
    write(tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4"), "r") as film:
        times = [frame.time for frame in film.decode(video=0)]
    assert times == pytest.approx([n / 25 for n in range(50)])
    seen = encode.inspect(tmp_path / "clip.mp4")
    assert (seen.frames, seen.seconds) == (50, 2.0)
    assert seen.sound_seconds == pytest.approx(2.0, abs=0.05)


def test_playing_can_start_before_it_is_loaded(tmp_path: Path) -> None:
    write(tmp_path / "clip.mp4")
    data = (tmp_path / "clip.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_colours_come_back_and_are_labelled(tmp_path: Path) -> None:
    write(tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4"), "r") as film:
        frame = next(film.decode(video=0))
        assert (frame.colorspace, frame.color_range) == (6, 1)
        colour = frame.to_ndarray(format="rgb24")[24, 40]
    np.testing.assert_allclose(colour, (200, 40, 30), atol=8)


def test_a_silent_film_has_no_sound_track(tmp_path: Path) -> None:
    write(tmp_path / "clip.mp4", silent=True)
    assert encode.inspect(tmp_path / "clip.mp4").sound_seconds == 0


def test_a_missing_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="libnothing is not part"):
        write(tmp_path / "clip.mp4", options=encode.Options(codec="libnothing"))
    assert not (tmp_path / "clip.mp4").exists()


def test_an_interrupted_film_leaves_no_file(tmp_path: Path) -> None:
    def interrupted() -> None:
        with encode.Writer(
            tmp_path / "clip.mp4",
            width=64,
            height=48,
            fps=25,
            track=None,
            options=FAST,
        ) as writer:
            writer.write(np.zeros((48, 64, 3), np.uint8))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not (tmp_path / "clip.mp4").exists()


def test_a_full_disk_has_a_name(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").symlink_to("/dev/full")
    with pytest.raises(DiskFullError):
        write(tmp_path / "clip.mp4")


def test_half_a_film_is_not_taken_for_one(tmp_path: Path) -> None:
    write(tmp_path / "clip.mp4")
    data = (tmp_path / "clip.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(data[: len(data) // 4])
    with pytest.raises(EngineError, match="cannot be read"):
        encode.inspect(tmp_path / "half.mp4")

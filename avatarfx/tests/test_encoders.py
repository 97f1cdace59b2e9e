"""The graphics card's encoder is used where it really encodes, and only there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from avatarfx import encode, encoders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    encoders._chosen.cache_clear()
    yield
    encoders._chosen.cache_clear()


def test_ten_frames_are_really_encoded() -> None:
    assert encoders.refusal(encoders.X264) == ""


def test_a_codec_that_pyav_lacks_is_refused() -> None:
    assert "h264_nowhere" in encoders.refusal("h264_nowhere")


def test_a_card_whose_driver_is_gone_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Gone:
        def encode(self, frame: object) -> list[Any]:  # noqa: ARG002
            raise av.error.ExternalError(1, "Cannot load libcuda.so.1")

    monkeypatch.setattr(av.CodecContext, "create", lambda *_: Gone())
    assert "Cannot load libcuda" in encoders.refusal(encoders.X264)


def test_a_card_that_loses_frames_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful:
        def encode(self, frame: object) -> list[Any]:  # noqa: ARG002
            return []

    monkeypatch.setattr(av.CodecContext, "create", lambda *_: Forgetful())
    assert "lost frames" in encoders.refusal(encoders.X264)


@pytest.mark.parametrize("wish", ["auto", "nvenc"])
def test_x264_takes_over_with_the_reason_and_is_asked_once(
    wish: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(codec: str) -> str:
        asked.append(codec)
        return "No card."

    monkeypatch.setattr(encoders, "refusal", refuse)
    for _ in range(3):
        choice = encoders.choose(wish)
        assert choice == encoders.Choice(encoders.X264, "No card.")
    assert asked == [encoders.NVENC]


def test_a_card_that_encodes_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "refusal", lambda _codec: "")
    assert encoders.choose("auto") == encoders.Choice(encoders.NVENC)


@pytest.mark.parametrize("codec", ["libx264", "libopenh264", "h264_nvenc"])
def test_a_name_of_ffmpegs_is_taken_as_it_is(
    codec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "refusal", lambda _codec: pytest.fail("It was tried"))
    assert encoders.choose(codec) == encoders.Choice(codec)
    assert encoders.choose("x264") == encoders.Choice("libx264")


def test_a_film_is_made_whatever_the_card_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "refusal", lambda _codec: "No card.")
    path = tmp_path / "clip.mp4"
    options = encode.Options(codec="auto")
    with encode.Writer(
        path, width=64, height=64, fps=25, track=None, options=options
    ) as writer:
        for level in range(8):
            writer.write(np.full((64, 64, 3), 30 * level, np.uint8))
    assert encode.inspect(path).frames == 8

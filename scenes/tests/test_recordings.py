"""Sounds that people send in: read in a process of their own, or refused in words."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from avatarfx import decoding, opus
from moderation.pictures import blocked
from moderation.pictures.blocked import Traces
from scenes import assets, recordings, sounds
from scenes.asset_copies import words_of
from scenes.services import assets as services
from scenes.sounds import make
from scenes.tests.bringing import encoded, film, wav
from socialapp.lib import blobs
from socialapp.provenance.fingerprints import sounds as prints

if TYPE_CHECKING:
    from socialapp.accounts.models import User


# Sounds -----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_a_sound_becomes_opus_of_one_loudness(alice: User, channels: int) -> None:
    asset = services.add_sound(owner=alice, data=wav(2.0, channels=channels))
    assert asset.seconds == pytest.approx(2.0, abs=0.05)
    with av.open(io.BytesIO(blobs.get(asset.ref)), "r") as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name in {"opus", "libopus"}
        assert stream.codec_context.channels == min(channels, 2)
        heard = np.concatenate(
            [frame.to_ndarray() for frame in container.decode(audio=0)], axis=1
        )
    assert heard.shape[1] / opus.RATE == pytest.approx(2.0, abs=0.05)
    assert 0.01 < np.abs(heard).max() <= 1.05
    assert asset.ref.endswith(".webm")
    assert assets.exists("sound", asset.ref, alice)


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("mp3", "libmp3lame"),
        ("flac", "flac"),
        ("ogg", "flac"),
        ("ogg", "libopus"),
        ("webm", "libopus"),
        ("mp4", "aac"),
    ],
)
def test_the_usual_formats_are_read(container: str, codec: str) -> None:
    clean = recordings.clean(encoded(container, codec), max_bytes=5_000_000)
    assert clean.seconds == pytest.approx(1.0, abs=0.1)
    assert clean.samples.shape[0] == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"no sound", "not a sound we know"),
        (b"RIFF\0\0\0\0WAVEfmt ", "could not read"),
        (b"RIFF" + b"\xff" * 4000, "could not read"),
        (b"OggS" + b"\0" * 4000, "could not read"),
        (b"\xff\xfb" + b"\xff" * 4000, "could not read"),
        (b"#EXTM3U\nfile:///etc/passwd", "not a sound we know"),
        (b"0" * 6_000_000, "we take up to"),
    ],
)
def test_what_is_no_sound_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(recordings.SoundError, match=words):
        recordings.clean(data, max_bytes=5 * 1024**2)


def test_a_film_a_long_sound_and_a_blip_are_refused() -> None:
    with pytest.raises(recordings.SoundError, match="film"):
        recordings.clean(film(), max_bytes=5_000_000)
    with pytest.raises(recordings.SoundError, match="longer than 60 seconds"):
        recordings.clean(wav(61, rate=16_000), max_bytes=5_000_000)
    with pytest.raises(recordings.SoundError, match="too short"):
        recordings.clean(wav(0.01), max_bytes=5_000_000)


def test_a_sound_that_hangs_or_kills_its_reader_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hang(*_: Any, **__: Any) -> Any:
        raise subprocess.TimeoutExpired("sound", 1)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(recordings.SoundError, match="too long to read"):
        recordings.clean(wav(), max_bytes=5_000_000)


def test_the_reader_starts_without_the_project() -> None:
    found = subprocess.run(
        [
            sys.executable,
            "-I",
            str(decoding._CHILD),
            '{"rate": 48000, "seconds": 60, "way": ""}',
        ],
        input=wav(0.5),
        capture_output=True,
        env={},
        cwd="/",
        check=True,
    )
    head, _, body = found.stdout.partition(b"\n")
    told = json.loads(head)
    assert told["channels"] == 1
    assert len(body) == 4 * told["samples"]


@pytest.mark.django_db
def test_a_sound_of_what_was_taken_down_does_not_come_back(alice: User) -> None:
    clean = recordings.clean(wav(4.0), max_bytes=5_000_000)
    blocked.block(
        kind="clip",
        key="gone",
        traces=Traces(sound=words_of(clean.samples[0], opus.RATE)),
    )
    with pytest.raises(services.AssetError, match="taken down"):
        services.add_sound(owner=alice, data=wav(4.0, channels=2))
    services.add_sound(owner=alice, data=encoded("flac", "flac"))
    assert prints.RATE == 8000


def test_the_built_in_sounds_are_what_an_upload_would_become() -> None:
    data = sounds.file_of("door").read_bytes()
    clean = recordings.clean(data, max_bytes=5_000_000)
    assert clean.seconds == pytest.approx(len(make.synthesise("door")) / opus.RATE)

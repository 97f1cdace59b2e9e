"""The sound of a film without its picture: led in by a notice, as WAV or M4A."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from avatarfx import encode, sound
from avatarfx.tracks import Track
from socialapp.acting import sound as acting_sound

if TYPE_CHECKING:
    from avatarfx.sound import Samples

PAUSE_SECONDS = 0.4
"""Between the notice and what is said: longer than between two sentences."""


def led_in(notice: bytes, said: bytes) -> tuple[Samples, int]:
    """The notice, a pause, and the sound of `said`; both equally loud.

    Each is a WAV or FLAC file or a film with sound; the rate is that of `said`.
    EngineError when one cannot be read.
    """
    samples, rate = sound.read(said)
    words, own = sound.read(notice)
    parts = [
        sound.normalise(sound.resample(words, own, rate), rate),
        acting_sound.silence(PAUSE_SECONDS, rate),
        sound.normalise(samples, rate),
    ]
    return np.concatenate(parts), rate


def wav(samples: Samples, rate: int) -> bytes:
    return acting_sound.wav(acting_sound.encode(samples), rate)


def m4a(samples: Samples, rate: int, *, comment: str = "") -> bytes:
    """AAC in an M4A; `comment` is what players show of it."""
    track = Track(samples, rate)
    # Moving the index to the front reads the file again, by its name.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audio.m4a"
        encode.write_sound(path, track=track, options=encode.Options(), comment=comment)
        return path.read_bytes()

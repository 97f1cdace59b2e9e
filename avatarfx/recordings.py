"""The sound of a line as few bytes, in a form that browsers decode."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, cast

import numpy as np

from socialapp.acting import sound
from socialapp.acting.sound import Recording

if TYPE_CHECKING:
    import av

    from socialapp.engines.protocols import Speech

log = logging.getLogger(__name__)

ORDER = ("opus", "flac", "wav")
"""The smallest first. Of each, what cannot be made here gives way to the next."""

OPUS_BITS = 28_000
"""A second: the least for full-band speech in one channel (RFC 6716, 2.1.1)."""

OPUS_EFFORT = "5"
"""Of 10: 14 ms of CPU for 4.4 s of speech, where 10 takes 95 ms."""

OPUS_RATES = frozenset({8000, 12000, 16000, 24000, 48000})


def encode(speech: Speech, codec: str) -> Recording:
    """The whole of `speech` in `codec`, or the next of ORDER."""
    for name in ORDER[ORDER.index(codec) :]:
        if name == "wav":
            break
        try:
            return Recording(_encoded(speech, name), name)
        except (ImportError, OSError, ValueError) as error:
            log.warning("No %s here: %s", name, error)
    return Recording(sound.wav(speech.samples, speech.rate), "wav")


def _encoded(speech: Speech, codec: str) -> bytes:
    import av  # noqa: PLC0415  pages are served without it

    if codec == "opus" and speech.rate not in OPUS_RATES:
        raise ValueError(f"Opus knows no rate of {speech.rate} Hz")
    file = io.BytesIO()
    container, encoder = {"opus": ("ogg", "libopus"), "flac": ("flac", "flac")}[codec]
    with av.open(file, "w", format=container) as out:
        stream = cast(
            "av.AudioStream", out.add_stream(encoder, rate=speech.rate, layout="mono")
        )
        if codec == "opus":
            stream.bit_rate = OPUS_BITS
            stream.options = {"compression_level": OPUS_EFFORT}
        samples = np.frombuffer(speech.samples, "<i2")[np.newaxis, :]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = speech.rate
        for packet in (*stream.encode(frame), *stream.encode(None)):
            out.mux(packet)
    return file.getvalue()

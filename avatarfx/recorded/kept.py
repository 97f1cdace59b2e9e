"""A stored recording, as a voice again."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

from avatarfx import sound
from avatarfx.recorded.listening import ENGINE
from socialapp.acting import sound as acting_sound
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Speech
from socialapp.lib import blobs
from socialapp.performance import Caption, Phone

if TYPE_CHECKING:
    from avatarfx.models import Recording

log = logging.getLogger(__name__)

GONE = "The sound of this recording is missing from the storage. Record it again."


def flac(samples: bytes, rate: int, *, key: str) -> bytes:
    """Lossless, with nothing in it beside the sound but the key: so the recordings of
    two people are never one file, even when they sent in the same one."""
    import av  # noqa: PLC0415  pages are served without it
    import numpy as np  # noqa: PLC0415

    out = io.BytesIO()
    with av.open(out, "w", format="flac", options={"fflags": "bitexact"}) as container:
        container.metadata["comment"] = key
        stream = container.add_stream("flac", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            np.frombuffer(samples, "<i2").reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = rate
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def speech_of(recording: Recording) -> Speech:
    """EngineError when its file is gone, or is not the one that was agreed to."""
    try:
        data = blobs.get(recording.ref)
    except (FileNotFoundError, ValueError):
        raise EngineError(GONE, permanent=True) from None
    if blobs.ref_of(data, recording.ref.rpartition(".")[2]) != recording.ref:
        log.error("The stored sound of recording %s was changed", recording.key)
        raise EngineError(GONE, permanent=True)
    samples, rate = sound.read(data)
    return Speech(
        samples=acting_sound.encode(samples),
        rate=rate,
        phones=tuple(Phone(*phone) for phone in recording.phones),
        captions=tuple(
            Caption(at, until, text) for at, until, text, _ in recording.words
        ),
        engine=f"{ENGINE}, {recording.engine}",
    )

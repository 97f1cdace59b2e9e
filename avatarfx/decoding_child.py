"""Run by ``decoding.samples_of`` as a script, with one sound on standard input.

Answers on standard output: a line of JSON, ``{"refused": words}`` or ``{"channels",
"samples"}`` followed by the samples, float32, interleaved. Imports nothing of the
project, so that it starts quickly and has nothing to give away.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import Any

import numpy as np

MEMORY_BYTES = 1024 * 1024 * 1024
"""Address space, of which the codecs map 600 MB before anything is decoded."""

CPU_SECONDS = 10
ANSWER_BYTES = 64 * 1024 * 1024

READERS: tuple[tuple[bytes, int, str], ...] = (
    (b"RIFF", 0, "wav"),
    (b"fLaC", 0, "flac"),
    (b"OggS", 0, "ogg"),
    (b"ID3", 0, "mp3"),
    (b"\x1aE\xdf\xa3", 0, "matroska"),
    (b"ftyp", 4, "mov"),
    (b"FORM", 0, "aiff"),
    (b"caff", 0, "caf"),
    (b"#!AMR", 0, "amr"),
)
"""First bytes, where they stand, and FFmpeg's name of the only format that is read."""

WHITELIST = {"matroska": "matroska,webm", "mov": "mov,mp4,m4a,3gp,3g2,mj2"}
"""FFmpeg calls some readers by several names."""

UNREADABLE = (
    "We could not read this sound. Save it as MP3, WAV, FLAC or Ogg in a sound editor,"
    " and try again."
)
UNKNOWN = (
    "This is not a sound we know. We take MP3, WAV, FLAC, Ogg, WebM and M4A; open it in"
    " a sound editor and save it as one of these."
)


class RefusedError(Exception):
    """With the words for the person who sent it."""


def main() -> None:
    limit()
    order = json.loads(sys.argv[1])
    head: dict[str, object]
    try:
        samples = read(sys.stdin.buffer.read(), **order)
        head = {"channels": samples.shape[1], "samples": len(samples)}
    except RefusedError as error:
        head, samples = {"refused": str(error)}, None
    except MemoryError:
        words = "This sound needs too much memory to open. Cut it shorter."
        head, samples = {"refused": words}, None
    # Decoders raise anything at all on broken files.
    except Exception:
        head, samples = {"refused": UNREADABLE}, None
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    if samples is not None:
        sys.stdout.buffer.write(samples.tobytes())


def limit() -> None:
    for what, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, ANSWER_BYTES),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (value, value))
        except (ValueError, OSError):
            # macOS knows RLIMIT_AS but refuses to lower it; the others still hold.
            continue


def kind_of(data: bytes) -> str:
    """By content: names and headers lie."""
    for magic, at, name in READERS:
        if data.startswith(magic, at):
            return name
    if data[:1] == b"\xff" and len(data) > 1:
        # A bare MPEG frame: eleven bits of ones, layer 3; or ADTS: twelve, layer 0.
        if data[1] & 0xE6 == 0xE2:
            return "mp3"
        if data[1] & 0xF6 == 0xF0:
            return "aac"
    raise RefusedError(UNKNOWN)


def read(data: bytes, *, rate: int, seconds: int, way: str) -> Any:
    """Samples x channels, float32, one or two channels. `way`: out of being too long."""
    import av  # noqa: PLC0415  after the limits

    kind = kind_of(data)
    options = {
        "protocol_whitelist": "file,pipe",
        "format_whitelist": WHITELIST.get(kind, kind),
    }
    pieces, count = list[Any](), 0
    with av.open(io.BytesIO(data), "r", format=kind, options=options) as container:
        if container.streams.video:
            raise RefusedError("This is a film or has a picture in it. Send the sound.")
        if not container.streams.audio:
            raise RefusedError(UNREADABLE)
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        resampler = av.AudioResampler("flt", layout, rate)
        for frame in container.decode(stream):
            for piece in resampler.resample(frame):
                pieces.append(piece.to_ndarray().ravel())
                count += piece.samples
            if count > seconds * rate:
                raise RefusedError(
                    f"This sound is longer than {seconds} seconds. {way}"
                )
        pieces += [piece.to_ndarray().ravel() for piece in resampler.resample(None)]
    if not pieces:
        raise RefusedError(UNREADABLE)
    channels = 1 if layout == "mono" else 2
    return np.concatenate(pieces).astype("<f4").reshape(-1, channels)


if __name__ == "__main__":
    main()

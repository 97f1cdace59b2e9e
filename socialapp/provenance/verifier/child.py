"""Run by ``opening.open_file`` as a script: one file on standard input, limits set.

Answers on standard output: a line of JSON, ``{"refused": words}`` or what was found,
followed by the pixels and the samples that the line announces. No database, no keys, no
environment; of the project it loads only what reads signed records.
"""

from __future__ import annotations

import json
import math
import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np

MEMORY_BYTES = 1536 * 1024 * 1024
"""Address space, of which the libraries map 600 MB before anything is decoded."""

CPU_SECONDS = 20
ANSWER_BYTES = 512 * 1024 * 1024

MOST_FILM_PIXELS = 4_000_000
"""Of a frame: more than 2560 x 1440."""

MOST_PICTURE_PIXELS = 25_000_000
MOST_SECONDS = 60
FRAMES = 32
"""That the watermark is looked for in."""

FRAME_PIXELS = 1_500_000
"""Larger frames are made smaller: the watermark is found in half of our own size."""

PRINT_SIDE = 512
"""Pixels of the frames that are compared with the registry; it hashes 256."""

SOUND_RATE = 8000

READERS = {"film": "mov,mp4,m4a,3gp,3g2,mj2", "webm": "matroska,webm"}
"""FFmpeg's names of the only two formats that are read, whatever the file says."""

PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}

OTHERS = (
    (b"#EXTM3U", "a playlist"),
    (b"GIF8", "a GIF"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"RIFF", "an AVI or WAV file"),
    (b"ID3", "an MP3 file"),
    (b"OggS", "an Ogg file"),
    (b"FLV", "a Flash video"),
    (b"<", "a web page"),
)

UNREADABLE = (
    "We could not read this file. Save it again as MP4, or take a screen shot of it as"
    " PNG, and try that."
)


class RefusedError(Exception):
    """With the words for the person who sent it."""


def main() -> None:
    limit()
    order = json.loads(os.fdopen(int(sys.argv[1]), "rb").read())
    file = sys.stdin.buffer
    try:
        head, blocks = look(file, order)
    except RefusedError as error:
        head, blocks = {"refused": str(error)}, []
    except MemoryError:
        head, blocks = {"refused": "This file needs too much memory to open."}, []
    # Decoders raise anything at all on broken files.
    except Exception:
        head, blocks = {"refused": UNREADABLE}, []
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for block in blocks:
        sys.stdout.buffer.write(np.ascontiguousarray(block).tobytes())


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


def look(file: IO[bytes], order: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    mime = kind_of(file.read(64))
    file.seek(0)
    if mime.startswith("image/"):
        frames, prints, sound = picture(file, PICTURES[mime])
    else:
        frames, prints, sound = film(file, READERS[mime])
        kind = "video" if frames else "audio"
        mime = f"{kind}/webm" if mime == "webm" else f"{kind}/mp4"
    file.seek(0)
    head = {
        "mime": mime,
        "frames": [frame.shape[:2] for frame in frames],
        "prints": [frame.shape[:2] for frame in prints],
        "samples": len(sound),
        "credential": credential(file.read(), mime, order),
    }
    return head, [*frames, *prints, sound]


def kind_of(start: bytes) -> str:
    """By content; names and headers lie."""
    if start[4:8] == b"ftyp":
        return "film"
    if start.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    for magic, name in OTHERS:
        if start.lstrip().startswith(magic):
            raise RefusedError(
                f"This is {name}. We look at MP4, MOV, WebM and M4A, and at PNG, JPEG"
                " and WebP."
            )
    raise RefusedError(
        "This is no video or picture that we know. We look at MP4, MOV and WebM, and at"
        " PNG, JPEG and WebP."
    )


def credential(data: bytes, mime: str, order: dict[str, Any]) -> dict[str, Any]:
    """The signed record, or ``{"failed": words}`` when there is nobody to judge it."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from socialapp.engines.errors import EngineError  # noqa: PLC0415  path just set
    from socialapp.provenance.credentials import Trust, read  # noqa: PLC0415

    try:
        found = read(data, mime, Trust(order["anchors"], order["signers"]))
    except EngineError as error:
        return {"failed": str(error)}
    told = asdict(found)
    for entry in told["entries"]:
        entry["payload"] = entry["payload"].hex()
    return told


def picture(file: IO[bytes], kind: str) -> tuple[list[Any], list[Any], Any]:
    from PIL import Image  # noqa: PLC0415  films need none

    Image.MAX_IMAGE_PIXELS = None  # the size is checked here, with better words
    with Image.open(file, formats=[kind]) as opened:
        width, height = opened.size
        if width * height > MOST_PICTURE_PIXELS:
            raise RefusedError(_too_large(width, height, MOST_PICTURE_PIXELS))
        image = opened.convert("RGB")
    large, small = image.copy(), image
    scale = math.sqrt(FRAME_PIXELS / (width * height))
    if scale < 1:
        large = image.resize((max(1, int(width * scale)), max(1, int(height * scale))))
    small.thumbnail((PRINT_SIDE, PRINT_SIDE))
    return [np.asarray(large)], [np.asarray(small)], np.empty(0, np.float32)


def film(file: IO[bytes], reader: str) -> tuple[list[Any], list[Any], Any]:
    import av  # noqa: PLC0415  codecs; pictures need none

    names = reader.split(",")
    options = {"protocol_whitelist": "file,pipe", "format_whitelist": reader}
    with av.open(file, "r", format=names[0], options=options) as container:
        if not container.streams.video:
            # What we give out as sound alone is an MP4 too.
            sound = _hear(container)
            if not len(sound):
                raise RefusedError(UNREADABLE)
            return [], [], sound
        stream = container.streams.video[0]
        width, height = stream.codec_context.width, stream.codec_context.height
        if width * height > MOST_FILM_PIXELS:
            raise RefusedError(_too_large(width, height, MOST_FILM_PIXELS))
        stream.codec_context.options = {"max_pixels": str(MOST_FILM_PIXELS)}
        stream.codec_context.thread_count = 1
        frames, prints = _watch(container, stream)
    if not frames:
        raise RefusedError(UNREADABLE)
    file.seek(0)
    with av.open(file, "r", format=names[0], options=options) as container:
        return frames, prints, _hear(container)


def _watch(container: Any, stream: Any) -> tuple[list[Any], list[Any]]:
    """Frames for the watermark, spread over the film, and one a second to compare."""
    seconds = float((stream.duration or 0) * (stream.time_base or 0)) or 10.0
    step = min(max(min(seconds, MOST_SECONDS) / FRAMES, 0.0), 2.0)
    frames, prints, due, next_print = list[Any](), list[Any](), 0.0, 0.5
    last = None
    try:
        for frame in container.decode(stream):
            at = float(frame.time or 0)
            if at > MOST_SECONDS:
                break
            last = frame
            if at >= due and len(frames) < FRAMES:
                frames.append(_pixels(frame, FRAME_PIXELS))
                due += step
            if at >= next_print:
                prints.append(_print(frame))
                next_print += 1
    except (ValueError, OSError) as error:
        # A copy that is cut off is still worth a look.
        if not frames:
            raise RefusedError(UNREADABLE) from error
    if not prints and last is not None:
        prints.append(_print(last))
    return frames, prints


def _hear(container: Any) -> Any:
    import av  # noqa: PLC0415  codecs; pictures need none

    if not container.streams.audio:
        return np.empty(0, np.float32)
    resampler = av.AudioResampler("flt", "mono", SOUND_RATE)
    pieces, count = list[Any](), 0
    try:
        for frame in container.decode(container.streams.audio[0]):
            for piece in resampler.resample(frame):
                pieces.append(piece.to_ndarray().ravel())
                count += len(pieces[-1])
            if count > MOST_SECONDS * SOUND_RATE:
                break
        pieces += [piece.to_ndarray().ravel() for piece in resampler.resample(None)]
    except (ValueError, OSError):
        # What was heard until here still counts.
        pass
    return np.concatenate(pieces) if pieces else np.empty(0, np.float32)


def _pixels(frame: Any, most: int) -> Any:
    scale = math.sqrt(most / (frame.width * frame.height))
    if scale < 1:
        size = {
            "width": max(2, int(frame.width * scale)),
            "height": max(2, int(frame.height * scale)),
        }
        frame = frame.reformat(**size, format="rgb24", interpolation="AREA")
    return frame.to_ndarray(format="rgb24")


def _print(frame: Any) -> Any:
    scale = PRINT_SIDE / max(frame.width, frame.height)
    if scale < 1:
        frame = frame.reformat(
            width=max(2, round(frame.width * scale)),
            height=max(2, round(frame.height * scale)),
            format="rgb24",
            interpolation="AREA",
        )
    return frame.to_ndarray(format="rgb24")


def _too_large(width: int, height: int, most: int) -> str:
    return (
        f"This file has {width} × {height} pixels; we look at up to"
        f" {most / 1e6:.0f} million. Make it smaller and try again."
    )


if __name__ == "__main__":
    main()

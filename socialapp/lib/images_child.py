"""Run by ``images.clean`` as a script, with one picture on standard input.

Answers on standard output: a line of JSON, ``{"refused": words}`` or ``{"width",
"height", "extension"}`` followed by the picture. Imports nothing of the project, so
that it starts in a few hundredths of a second and has nothing to give away.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys

from PIL import Image, ImageCms

MEMORY_BYTES = 768 * 1024 * 1024
"""Address space. 25 megapixels of RGBA decode inside it with 250 MB to spare."""

CPU_SECONDS = 10
ANSWER_BYTES = 64 * 1024 * 1024
LOSSLESS_BYTES = 3 * 1024 * 1024
"""A PNG longer than this is a photograph; JPEG keeps it at a fifth of the size."""

NARROWEST = 6
"""Longest side in units of the shortest: beyond this nobody's face is left."""

UNREADABLE = (
    "We could not read this picture. Open it in a picture editor, save it as PNG"
    " or JPEG, and try again."
)
CUT_SHORT = (
    "This file ends in the middle of the picture. Copy or save it again and try once"
    " more."
)

OTHERS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), name)
    for pattern, name in (
        (rb"....ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1)", "a HEIC picture"),
        (rb"....ftyp(avif|avis)", "an AVIF picture"),
        (rb"....ftyp", "a video"),
        (rb"GIF8", "a GIF"),
        (rb"\s*(<\?xml.{0,600}?)?(<!--.*?-->\s*)?(<!doctype svg|<svg)", "an SVG"),
        (rb"BM....\0\0\0\0", "a BMP picture"),
        (rb"II\*\0|MM\0\*", "a TIFF or raw picture"),
        (rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL picture"),
        (rb"8BPS", "a Photoshop file"),
        (rb"%PDF", "a PDF"),
        (rb"PK\x03\x04", "a ZIP file"),
        (rb"\s*<(!doctype|html|\?xml)", "a web page"),
    )
)
"""What a file is instead, by its first bytes, in words that follow "This is"."""

ORIENTATION = 0x0112
"""EXIF tag."""

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""Orientation to what undoes it (EXIF 2.3, 4.6.4)."""

PNG, JPEG, RIFF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF"
SECOND_FILE = re.compile(
    rb"<script|<\?php|<html|<!doctype html|<svg[\s>]|\A.{0,1024}%PDF-", re.I | re.S
)
"""Of another kind of file, where a picture has no reason to hold one."""

AFTER_THE_END = re.compile(rb"PK\x03\x04|Rar!\x1a|\A\s*(MZ|\x7fELF|%PDF|7z\xbc\xaf)")


class RefusedError(Exception):
    """With the words for the person who sent it."""


def main() -> None:
    limit()
    order = json.loads(sys.argv[1])
    answer = sys.stdout.buffer
    try:
        head, body = clean(sys.stdin.buffer.read(), **order)
    except RefusedError as error:
        head, body = {"refused": str(error)}, b""
    except MemoryError:
        words = "This picture needs too much memory to open. Save it smaller."
        head, body = {"refused": words}, b""
    # Decoders raise anything at all on broken files: IndexError and struct.error too.
    except Exception as error:
        cut = "truncated" in str(error).lower()
        head, body = {"refused": CUT_SHORT if cut else UNREADABLE}, b""
    answer.write(json.dumps(head).encode() + b"\n" + body)


def limit() -> None:
    for what, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, ANSWER_BYTES),
        (resource.RLIMIT_NOFILE, 16),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (value, value))
        except (ValueError, OSError):
            # macOS knows RLIMIT_AS but refuses to lower it; the others still hold.
            continue


def clean(
    data: bytes, *, max_pixels: int, max_side: int, min_side: int
) -> tuple[dict[str, object], bytes]:
    kind = kind_of(data)
    refuse_second_files(data, kind)
    Image.MAX_IMAGE_PIXELS = None  # the size is checked here, with better words
    picture: Image.Image = Image.open(io.BytesIO(data), formats=[kind])
    refuse_sizes(*picture.size, max_pixels=max_pixels, min_side=min_side)
    # A phone's JPEG may hold a second view (MPO); its first is the photograph.
    if kind != "JPEG" and getattr(picture, "n_frames", 1) != 1:
        raise RefusedError(
            "This picture is animated. Save one frame of it as PNG or JPEG and send"
            " that."
        )
    picture.draft("RGB", (max_side, max_side))  # JPEG only: decodes at 1/2, 1/4, 1/8
    picture.load()
    small = smaller(eight_bits(picture), max_side)
    ready = in_srgb(upright(small, picture), picture.info.get("icc_profile"))
    ready.info = {}
    body, extension = encode(ready, lossless=kind != "JPEG")
    width, height = ready.size
    return {"width": width, "height": height, "extension": extension}, body


def kind_of(data: bytes) -> str:
    """Pillow's name of the format, by content: names and headers lie."""
    if data.startswith(PNG):
        return "PNG"
    if data.startswith(JPEG):
        return "JPEG"
    if data.startswith(RIFF) and data[8:12] == b"WEBP":
        return "WEBP"
    for pattern, name in OTHERS:
        if pattern.match(data[:4096]):
            raise RefusedError(
                f"This is {name}, and we take PNG, JPEG and WebP. Save it as JPEG or"
                " PNG and try again."
            )
    raise RefusedError(
        "This is not a picture we know. We take PNG, JPEG and WebP; open it in a"
        " picture editor and save it as one of these."
    )


def refuse_second_files(data: bytes, kind: str) -> None:
    """A file that is a picture to us and something else to another program.

    Re-encoding would disarm it; but somebody made it so on purpose.
    """
    end = {"PNG": end_of_png, "JPEG": end_of_jpeg, "WEBP": end_of_webp}[kind](data)
    if SECOND_FILE.search(data) or AFTER_THE_END.search(data[end:]):
        raise RefusedError(
            "This picture carries a second file inside. Open it in a picture editor,"
            " save it as PNG or JPEG, and send that one."
        )


def end_of_png(data: bytes) -> int:
    at = len(PNG)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        name = data[at + 4 : at + 8]
        at += 12 + length
        if name == b"IEND":
            break
    return min(at, len(data))


def end_of_webp(data: bytes) -> int:
    return min(len(data), 8 + int.from_bytes(data[4:8], "little"))


def end_of_jpeg(data: bytes) -> int:
    """Past the first end-of-image marker that no segment contains.

    Phones append a second view or a short video after it, so that an end before the
    file's end is not yet suspicious.
    """
    marker = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")
    at = 2
    while found := marker.search(data, at):
        if found[1] == b"\xd9":
            return found.end()
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
    return len(data)


def refuse_sizes(width: int, height: int, *, max_pixels: int, min_side: int) -> None:
    size = f"{width} × {height} pixels"
    if width * height > max_pixels:
        raise RefusedError(
            f"This picture has {size}; we take up to {max_pixels / 1e6:.0f} million."
            " Save it smaller and try again."
        )
    if min(width, height) < min_side:
        raise RefusedError(
            f"This picture has only {size}. Use one with at least {min_side} on each"
            " side."
        )
    if max(width, height) > NARROWEST * min(width, height):
        raise RefusedError(
            f"This picture is very narrow: {size}. Cut it around the face and try"
            " again."
        )


def eight_bits(picture: Image.Image) -> Image.Image:
    """L, RGB, RGBA or CMYK of any source."""
    if picture.mode in {"L", "RGB", "RGBA", "CMYK"}:
        if picture.mode != "RGBA" and "transparency" in picture.info:
            return picture.convert("RGBA")
        return picture
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value / 257).convert("L")
    alpha = "transparency" in picture.info or picture.mode in {"LA", "PA", "La"}
    return picture.convert("RGBA" if alpha else "RGB")


def smaller(picture: Image.Image, max_side: int) -> Image.Image:
    scale = max_side / max(picture.size)
    if scale >= 1:
        return picture
    width, height = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def upright(picture: Image.Image, source: Image.Image) -> Image.Image:
    """Turned as the camera says in `source`; broken EXIF says nothing."""
    try:
        turn = TURNS.get(source.getexif().get(ORIENTATION, 1))
    except Exception:  # the EXIF reader raises anything at all
        turn = None
    return picture if turn is None else picture.transpose(turn)


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA. A profile that does not fit its picture is ignored."""
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    solid = picture.convert("RGB") if alpha else picture
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(solid, source, srgb, outputMode="RGB")
            solid = turned or solid
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    solid = solid.convert("RGB")
    if alpha and alpha.getextrema()[0] != 255:
        solid.putalpha(alpha)
    return solid


def encode(picture: Image.Image, *, lossless: bool) -> tuple[bytes, str]:
    if picture.mode == "RGBA" or lossless:
        file = io.BytesIO()
        picture.save(file, "PNG", compress_level=6)
        if picture.mode == "RGBA" or file.tell() <= LOSSLESS_BYTES:
            return file.getvalue(), "png"
    file = io.BytesIO()
    # Full colour resolution: halved, it smears the red of lips into the skin.
    picture.save(file, "JPEG", quality=93, subsampling=0)
    return file.getvalue(), "jpg"


if __name__ == "__main__":
    main()

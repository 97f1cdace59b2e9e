"""Cards in every wrapping, made here: no card of anybody else."""

from __future__ import annotations

import base64
import io
import json
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageDraw, PngImagePlugin

from socialapp.lib.cards import png

ODD = (
    '{ "n": 1.0, "e":1e5, "huge":1E400, "long": 12345678901234567890.10,'
    ' "n": [ ],\t"half":"\\ud83d", "slash":"\\/", "deep" : {"a":[{},{"b":null}]} }'
)
"""An extension that no parser gives back as it was."""

KNOWN = {
    "name": "Mira Ærø 🦉",
    "description": "{{char}} keeps the tea ship.",
    "personality": "Dry, brave.",
    "scenario": "A storm.",
    "first_mes": "*She looks up.* Hello {{user}}!",
    "mes_example": "<START>\n{{user}}: Tea?\n{{char}}: Never again.",
}
BOOK: dict[str, Any] = {
    "name": "Ship",
    "scan_depth": 5,
    "extensions": {"x": 1},
    "entries": [
        {
            "keys": ["tea"],
            "content": "@@depth 4\nTea is banned aboard.",
            "extensions": {"y": 2},
            "enabled": True,
            "insertion_order": 1,
            "position": "before_char",
            "id": 7,
        },
        {
            "keys": ["storm", "gale"],
            "secondary_keys": ["mast"],
            "selective": True,
            "content": "The mast broke once.",
            "extensions": {},
            "enabled": True,
            "insertion_order": 2,
            "id": 8,
        },
    ],
}
V2_DATA: dict[str, Any] = {
    **KNOWN,
    "creator_notes": "For calm seas.",
    "system_prompt": "Stay in the part.",
    "post_history_instructions": "Short lines.",
    "creator": "somebody",
    "character_version": "1.2",
    "alternate_greetings": ["Ahoy."],
    "tags": ["OC", "sea"],
    "character_book": BOOK,
    "extensions": {"other/voice": {"id": "v1", "n": [1, 2.5, None]}},
    "unknown_field": {"kept": True},
}
V2: dict[str, Any] = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": V2_DATA,
    "x_top": "kept",
}
V3_DATA: dict[str, Any] = {
    **V2_DATA,
    "name": "Mira V3",
    "nickname": "Mi",
    "assets": [
        {"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"},
        {
            "type": "emotion",
            "uri": "embeded://assets/emotion/images/happy.png",
            "name": "happy",
            "ext": "png",
        },
    ],
    "group_only_greetings": ["Hello, both of you."],
    "source": ["https://example.org/1"],
    "creator_notes_multilingual": {"de": "Für ruhige See."},
    "creation_date": 1700000000,
}
V3: dict[str, Any] = {
    "spec": "chara_card_v3",
    "spec_version": "3.0",
    "data": V3_DATA,
}


def portrait(text: tuple[str, str] | None = None, colour: int = 90) -> bytes:
    """A drawn disc, with a text chunk of another program."""
    image = Image.new("RGB", (96, 128), (20, 60, colour))
    ImageDraw.Draw(image).ellipse((18, 20, 78, 90), fill=(240, 200, 160))
    info = PngImagePlugin.PngInfo()
    if text:
        info.add_text(*text)
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=info)
    return out.getvalue()


def in_png(parts: dict[str, Any], kind: str = "tEXt", base: bytes = b"") -> bytes:
    """Keyword to card, as a chunk of that kind; texts are taken as JSON already."""
    out = [png.SIGNATURE]
    for chunk, body in png.chunks(base or portrait(("Software", "someone else's"))):
        if chunk == b"IEND":
            out += [_text(word, packed(card), kind) for word, card in parts.items()]
        out.append(png.pack(chunk, body))
    return b"".join(out)


def packed(card: Any) -> bytes:
    text = card if isinstance(card, str) else json.dumps(card, ensure_ascii=False)
    return base64.b64encode(text.encode())


def in_zip(card: Any, files: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if card is not None:
            archive.writestr("card.json", json.dumps(card))
        for path, content in (files or {}).items():
            archive.writestr(path, content)
    return out.getvalue()


def _text(keyword: str, text: bytes, kind: str) -> bytes:
    head = keyword.encode() + b"\0"
    if kind == "zTXt":
        body = head + b"\0" + zlib.compress(text)
    elif kind == "iTXt":
        body = head + b"\0\0en\0\0" + text
    elif kind == "iTXt packed":
        body = head + b"\1\0\0\0" + zlib.compress(text)
    else:
        body = head + text
    return png.pack(kind[:4].encode(), body)


def good() -> dict[str, bytes]:
    """Name to a file that must be read."""
    text_ids = json.loads(json.dumps(V3))
    text_ids["data"]["character_book"]["entries"][0]["id"] = "first"
    wrapped = b"\n".join(
        packed(V2)[at : at + 76] for at in range(0, len(packed(V2)), 76)
    )
    plain = portrait()
    odd = json.dumps(V2).replace(
        '{"other/voice": {"id": "v1", "n": [1, 2.5, null]}}', f'{{"odd": {ODD}}}'
    )
    null_book = {**V2, "data": {**V2_DATA, "character_book": None}}
    commas = json.loads(json.dumps(V2))
    commas["data"]["character_book"]["entries"][0]["keys"] = "tea, kettle ,"
    by_name = json.loads(json.dumps(V2))
    entries = by_name["data"]["character_book"]["entries"]
    by_name["data"]["character_book"]["entries"] = dict(enumerate(entries))
    data_uri = json.loads(json.dumps(V3))
    data_uri["data"]["assets"][1]["uri"] = (
        f"data:image/png;base64,{base64.b64encode(plain).decode()}"
    )
    in_chunk = json.loads(json.dumps(V3))
    in_chunk["data"]["assets"][1]["uri"] = "__asset:happy.png"
    chunk = b"chara-ext-asset_:happy.png\0" + base64.b64encode(plain)
    with_chunk = in_png({"ccv3": in_chunk})
    at = with_chunk.index(b"IEND") - 4
    with_chunk = with_chunk[:at] + png.pack(b"tEXt", chunk) + with_chunk[at:]
    charx = in_zip(V3, {"assets/emotion/images/happy.png": plain})
    return {
        "v1.png": in_png({"chara": KNOWN}),
        "v1-old-names.json": json.dumps(
            {"char_name": "Mira", "char_greeting": "Hi", "other": 1}
        ).encode(),
        "v2.png": in_png({"chara": V2}),
        "v2-ztxt.png": in_png({"chara": V2}, "zTXt"),
        "v2-itxt.png": in_png({"chara": V2}, "iTXt"),
        "v2-itxt-packed.png": in_png({"chara": V2}, "iTXt packed"),
        "v2-wrapped.png": _raw(b"chara", wrapped),
        "v2-unpadded.png": _raw(b"chara", packed(V2).rstrip(b"=")),
        "v2-no-base64.png": _raw(b"chara", json.dumps(V2).encode()),
        "v2-odd-extension.png": in_png({"chara": odd}),
        "v2-null-book.png": in_png({"chara": null_book}),
        "v2-comma-keys.json": json.dumps(commas).encode(),
        "v2-entries-by-name.json": json.dumps(by_name).encode(),
        "v2.json": json.dumps(V2).encode(),
        "v2-bom.json": b"\xef\xbb\xbf" + json.dumps(V2).encode(),
        "v3.png": in_png({"ccv3": V3}),
        "v3-newer.png": in_png({"ccv3": {**V3, "spec_version": "3.9"}}),
        "v3-asset-chunk.png": with_chunk,
        "v3-data-uri.json": json.dumps(data_uri).encode(),
        "v3-text-ids.json": json.dumps(text_ids).encode(),
        "both.png": in_png({"chara": V2, "ccv3": V3}),
        "both-v3-damaged.png": in_png({"chara": V2, "ccv3": "no object"}),
        "v3.charx": charx,
        "v3-behind-jpeg.charx": _jpeg() + charx,
    }


def _raw(keyword: bytes, text: bytes) -> bytes:
    body = png.pack(b"tEXt", keyword + b"\0" + text)
    plain = portrait()
    at = plain.index(b"IEND") - 4
    return plain[:at] + body + plain[at:]


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (9, 9, 9)).save(out, "JPEG")
    return out.getvalue()


def bad() -> dict[str, tuple[bytes, str]]:
    """Name to a file that must be refused, and words of the sentence."""
    plain = in_png({"chara": V2})
    bomb = png.pack(b"zTXt", b"chara\0\0" + zlib.compress(b"A" * 64 * 2**20))
    bomb_png = plain[:8] + plain[8:33] + bomb + portrait()[33:]
    cut = png.pack(b"zTXt", b"chara\0\0" + zlib.compress(packed(V2))[:-9])
    lying = bytearray(in_zip(V3, {"a.png": b"x" * 5000}))
    at = lying.rindex(b"PK\1\2")
    lying[at + 24 : at + 28] = (5001).to_bytes(4, "little")
    locked = bytearray(in_zip(V3))
    for head, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        spot = locked.index(head) + offset
        locked[spot] |= 1
    deep = '{"spec":"chara_card_v2","data":{"name":"x","extensions":' + (
        "[" * 99_999 + "]" * 99_999 + "}}"
    )
    book = {**V2, "data": {**V2_DATA, "character_book": {"entries": ["x"]}}}
    many = {f"f{number}": b"" for number in range(600)}
    return {
        "empty": (b"", "empty"),
        "no-card.png": (portrait(), "no character card inside this picture"),
        "cut-off.png": (plain[:-400], "cut off"),
        "cut-at-the-head.png": (plain[:20], "cut off"),
        "flipped-bit.png": (
            plain[:60] + bytes([plain[60] ^ 1]) + plain[61:],
            "checksum of",
        ),
        "ztxt-bomb.png": (bomb_png, "unpacks to more than 4 MiB"),
        "ztxt-cut.png": (portrait()[:33] + cut + portrait()[33:], "cut off"),
        "no-base64.png": (_raw(b"chara", b"(((("), "no base64"),
        "itxt-short.png": (
            portrait()[:33] + png.pack(b"iTXt", b"chara\0\0\0x") + portrait()[33:],
            "damaged",
        ),
        "jpeg": (_jpeg(), "no PNG"),
        "traversal.charx": (in_zip(V3, {"../outside.txt": b"x"}), "leads outside"),
        "backslashes.charx": (in_zip(V3, {"a\\..\\..\\b": b"x"}), "leads outside"),
        "absolute.charx": (in_zip(V3, {"/etc/passwd": b"x"}), "leads outside"),
        "drive.charx": (in_zip(V3, {"C:evil.png": b"x"}), "leads outside"),
        "zip-bomb.charx": (
            in_zip(V3, {"a.png": bytes(70 * 2**20)}),
            "more than we unpack",
        ),
        "large-card.charx": (in_zip("x" * (5 * 2**20)), "larger than 4 MiB"),
        "many-files.charx": (in_zip(V3, many), "more than we unpack"),
        "lying-size.charx": (bytes(lying), "sizes are wrong"),
        "locked.charx": (bytes(locked), "password"),
        "no-card.charx": (in_zip(None, {"a.txt": b"x"}), "no card.json"),
        "cut-off.charx": (in_zip(V3)[:-30], "damaged"),
        "not-a-card.json": (b'{"hello": 1}', "neither a spec nor a name"),
        "a-list.json": (b"[1]", "a card is an object"),
        "no-json.json": (b"\xff\x00", "no JSON text"),
        "nan.json": (b'{"name": NaN}', "no JSON text"),
        "no-data.json": (b'{"spec": "chara_card_v2"}', "no data in it"),
        "nameless.json": (b'{"name": "  "}', "no name"),
        "lorebook.json": (b'{"spec": "lorebook_v3", "data": {}}', "a lorebook without"),
        "odd-book.json": (json.dumps(book).encode(), "Entry 1 of the card's lorebook"),
        "deep.json": (deep.encode(), "levels deep"),
    }

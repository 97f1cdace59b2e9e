"""A file in, a card out: PNG, JSON or CHARX, V1 to V3. Nothing is ever fetched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from socialapp.lib.cards import archive, png
from socialapp.lib.cards.card import DEFAULT, EMBEDDED, IN_PNG, Card
from socialapp.lib.cards.errors import CardError
from socialapp.lib.cards.shapes import parse
from socialapp.lib.cards.verbatim import decode

MAX_FILE = 20 * 1024 * 1024

_NO_CARD = (
    "There is no character card inside this picture. Sites and messengers that convert"
    " pictures drop it: get the original file."
)


def read(blob: bytes) -> Card:
    """CardError says what is wrong with the file, and the way out."""
    if not blob:
        raise CardError("This file is empty. Choose the card again.")
    if len(blob) > MAX_FILE:
        raise CardError(
            f"This file has {len(blob) // 1024**2} MB; we take up to"
            f" {MAX_FILE // 1024**2} MB. Save the card without some of its pictures."
        )
    if blob.startswith(png.SIGNATURE):
        return _from_png(blob)
    if archive.is_archive(blob):
        text, files = archive.unpack(blob)
        return _with_files(parse(decode(text)), files)
    if blob.startswith((b"\xff\xd8\xff", b"RIFF", b"GIF8")):
        raise CardError(
            "This picture is no PNG, and only a PNG can carry a card. Choose the card"
            " as PNG, JSON or CHARX."
        )
    return _with_files(parse(decode(blob)), {})


def _from_png(blob: bytes) -> Card:
    found = list(png.chunks(blob))
    texts = png.card_texts(found)
    if not texts:
        raise CardError(_NO_CARD)
    # V3's part is the better one; V2's is a copy of it.
    tried = [word for word in png.CARDS if word in texts]
    failure: CardError | None = None
    for word in tried:
        try:
            card = parse(decode(_plain(texts[word])))
        except CardError as error:
            failure = failure or error
            continue
        if failure:
            note = "Its V3 part is damaged, so the V2 part was read."
            card = replace(card, notes=(*card.notes, note))
        picture = png.without_cards(found)
        return replace(_with_files(card, png.asset_files(found)), picture=picture)
    raise failure or CardError(_NO_CARD)


def _plain(text: bytes) -> bytes:
    """Some programs leave the base64 out."""
    return text if text.lstrip().startswith(b"{") else png.unpack(text)


def _with_files(card: Card, files: dict[str, bytes]) -> Card:
    """The card with its files under one kind of address, ``embeded://``."""
    if "assets" not in card.data:
        return replace(card, files=files)
    kept = dict(files)
    notes = list(card.notes)
    assets = [
        _settle(number, asset, kept, notes)
        for number, asset in enumerate(card.data["assets"], 1)
    ]
    data = {**card.data, "assets": assets}
    return replace(card, data=data, files=kept, notes=tuple(notes))


def _settle(
    number: int, asset: dict[str, Any], files: dict[str, bytes], notes: list[str]
) -> dict[str, Any]:
    uri: str = asset["uri"]
    if uri.startswith(IN_PNG):
        return {**asset, "uri": EMBEDDED + uri.removeprefix(IN_PNG)}
    # Some programs write the word as it is spelt.
    if uri.startswith("embedded://"):
        uri = EMBEDDED + uri.removeprefix("embedded://")
    if uri.startswith("data:"):
        head, _, body = uri.partition(",")
        try:
            content = png.unpack(body.encode("ascii", "replace"))
        except CardError:
            content = b""
        if not content or not head.endswith(";base64"):
            notes.append(f"Asset {number} ({asset['name'][:40]}) is damaged.")
            return {**asset, "uri": DEFAULT}
        path = f"assets/{asset['type'][:40]}/{number}.{asset['ext'][:10] or 'bin'}"
        files[path] = content
        uri = EMBEDDED + path
    return {**asset, "uri": uri}

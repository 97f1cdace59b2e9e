"""A card into a file that other programs read."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from socialapp.lib.cards import archive, png
from socialapp.lib.cards.card import EMBEDDED, IN_PNG
from socialapp.lib.cards.shapes import as_v2, as_v3
from socialapp.lib.cards.verbatim import dump

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.lib.cards.card import Asset, Card

_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
}
_OTHER = "application/octet-stream"
_PLAIN = re.compile(r"[^A-Za-z0-9_-]+")


def write_png(card: Card, picture: bytes, *, files: bool = True) -> bytes:
    """`picture`, a PNG, with the card in it: V3 as ``ccv3``, V2 and V1 as ``chara``.

    Every other chunk stays byte for byte. `files`: the card's own pictures go along in
    chunks of their own, which V3 allows and advises against; without them the file is
    small, and old readers understand it. CardError when `picture` is damaged.
    """
    if not files:
        card = without_files(card)
    numbers = {path: str(number) for number, path in enumerate(_used(card))}
    shape = _with_addresses(card, {p: IN_PNG + n for p, n in numbers.items()})
    # Old readers take the last text of a keyword that begins with "chara".
    chunks = [
        (png.ASSET + b":" + number.encode(), base64.b64encode(card.files[path]))
        for path, number in numbers.items()
    ]
    chunks += [
        (b"ccv3", base64.b64encode(dump(shape).encode())),
        (b"chara", base64.b64encode(dump(as_v2(card)).encode())),
    ]
    return png.splice(picture, chunks)


def without_files(card: Card) -> Card:
    """The card without the assets that lie in files of its own."""
    listed = card.data.get("assets")
    if not listed:
        return replace(card, files={})
    kept = [one for one, a in zip(listed, card.assets, strict=True) if not a.path]
    return replace(card, data={**card.data, "assets": kept}, files={})


def write_json(card: Card) -> bytes:
    """V3 in one file; its pictures are data URIs."""
    addresses = {
        path: f"data:{_TYPES.get(_extension(asset), _OTHER)};base64,"
        f"{base64.b64encode(card.files[path]).decode()}"
        for path, asset in _used(card).items()
    }
    return dump(_with_addresses(card, addresses)).encode()


def write_v2_json(card: Card) -> bytes:
    """V2, for programs that know no other."""
    return dump(as_v2(card)).encode()


def write_charx(card: Card) -> bytes:
    paths = {
        path: _place(asset, number)
        for number, (path, asset) in enumerate(_used(card).items())
    }
    shape = _with_addresses(card, {p: EMBEDDED + to for p, to in paths.items()})
    files = {to: card.files[path] for path, to in paths.items()}
    return archive.pack(dump(shape).encode(), files)


def _used(card: Card) -> dict[str, Asset]:
    """Path to asset of the files that an asset names."""
    return {asset.path: asset for asset in card.assets if asset.path in card.files}


def _with_addresses(card: Card, addresses: Mapping[str, str]) -> dict[str, Any]:
    shape = as_v3(card)
    if listed := card.data.get("assets"):
        shape["data"]["assets"] = [
            {**one, "uri": addresses.get(asset.path, asset.uri)}
            for one, asset in zip(listed, card.assets, strict=True)
        ]
    return shape


def _place(asset: Asset, number: int) -> str:
    """Where the specification wants it: ``assets/{type}/{images|other}/``."""
    kind = _PLAIN.sub("-", asset.kind)[:40] or "other"
    extension = _extension(asset)
    folder = "images" if extension in _TYPES else "other"
    name = _PLAIN.sub("-", asset.name)[:60] or "asset"
    return f"assets/{kind}/{folder}/{number}-{name}.{extension}"


def _extension(asset: Asset) -> str:
    found = asset.ext or asset.path.rpartition(".")[2]
    return _PLAIN.sub("", found.lower())[:8] or "bin"

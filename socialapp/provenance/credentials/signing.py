"""Writes a record into a file. The last thing done to it: a remux drops the record."""

from __future__ import annotations

import contextlib
import io
import json
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from socialapp.engines.errors import EngineError
from socialapp.provenance.credentials import xmp
from socialapp.provenance.credentials.reading import Trust, library, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.provenance.credentials.certificates import Identity
    from socialapp.provenance.credentials.manifest import Manifest


MOST_RECORDS = 96 * 1024
"""Bytes of records that go from a parent into a file. A generation adds 7,100, so that
is those of about 13; what came before is told by the rows of this copy alone."""

GONE = "The file of the original is gone, so its record is not in here."
TOO_LONG = (
    "The records of the original and of those before it are too many to go along."
)

MP4_RECORD = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"""UUID of the box with the records in an MP4 (C2PA 2.2, embedding into BMFF)."""


def sign(data: bytes, mime: str, manifest: Manifest, identity: Identity) -> bytes:
    """`data` with its source type in XMP and a signed record over all of it.

    `mime`: video/mp4, audio/mp4, image/webp, image/png or image/jpeg. EngineError when the library
    is missing, the certificate is none that readers accept, or the time-stamp authority
    does not answer; nothing unsigned comes back. The record of a parent goes along, if
    it is there and not too long; else the new one says why it does not.
    """
    c2pa = library()
    manifest = _with_parent(manifest)
    marked = xmp.write(data, mime, manifest.source.url)
    target = io.BytesIO()
    try:
        with (
            c2pa.Context(
                c2pa.Settings.from_dict(settings_of(_own(identity)))
            ) as context,
            _signer(c2pa, identity) as signer,
            c2pa.Builder.from_json(json.dumps(manifest.to_json()), context) as builder,
        ):
            if manifest.parent is not None and manifest.parent.data:
                builder.add_ingredient(
                    manifest.ingredient(),
                    manifest.parent.mime,
                    io.BytesIO(manifest.parent.data),
                )
            builder.sign(signer, mime, io.BytesIO(marked), target)
    except c2pa.C2paError as error:
        raise EngineError(
            f"The file could not be signed ({error}). Nothing leaves unsigned; whoever"
            " runs this copy finds the certificate with manage.py credentials."
        ) from error
    return target.getvalue()


def record_box(data: bytes) -> tuple[int, int]:
    """Where the records of an MP4 begin and how many bytes they take; (0, 0) without."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if size == 1 and at + 16 <= len(data):
            size = struct.unpack(">Q", data[at + 8 : at + 16])[0]
        if kind == b"uuid" and MP4_RECORD in data[at + 8 : at + 32]:
            return at, size or len(data) - at
        if size < 8:  # the last box may say that it goes on to the end
            break
        at += size
    return 0, 0


def _with_parent(manifest: Manifest) -> Manifest:
    parent = manifest.parent
    if parent is None:
        return manifest
    if not parent.data:
        return replace(manifest, missing=GONE)
    at, size = record_box(parent.data)
    if size <= MOST_RECORDS:
        return manifest
    # Free space, to whoever reads it: nothing of the file moves.
    bare = parent.data[: at + 4] + b"free" + parent.data[at + 8 :]
    return replace(manifest, parent=replace(parent, data=bare), missing=TOO_LONG)


def _own(identity: Identity) -> Trust:
    """What is stated of a parent is stated by those who know their own signature."""
    leaf, root = identity.ends()
    return Trust(anchors=root, signers=leaf)


@contextlib.contextmanager
def _signer(c2pa: Any, identity: Identity) -> Iterator[Any]:
    # The URL must be None for no time stamp: an empty one is an internal error.
    url = identity.timestamp_url or None
    if identity.signature is not None:
        made = c2pa.Signer.from_callback(
            identity.signature, c2pa.C2paSigningAlg.ES256, identity.chain, url
        )
    else:
        info = c2pa.C2paSignerInfo(b"es256", identity.chain.encode(), identity.key, url)
        made = c2pa.Signer.from_info(info)
    with made as signer:
        yield signer

"""Writes a record into a file. The last thing done to it: a remux drops the record."""

from __future__ import annotations

import contextlib
import io
import json
from typing import TYPE_CHECKING, Any

from socialapp.engines.errors import EngineError
from socialapp.provenance.credentials import xmp
from socialapp.provenance.credentials.manifest import PARENT
from socialapp.provenance.credentials.reading import library, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.provenance.credentials.certificates import Identity
    from socialapp.provenance.credentials.manifest import Manifest


def sign(data: bytes, mime: str, manifest: Manifest, identity: Identity) -> bytes:
    """`data` with its source type in XMP and a signed record over all of it.

    `mime`: video/mp4, audio/mp4, image/webp, image/png or image/jpeg. EngineError when the library
    is missing, the certificate is none that readers accept, or the time-stamp authority
    does not answer; nothing unsigned comes back.
    """
    c2pa = library()
    marked = xmp.write(data, mime, manifest.source.url)
    target = io.BytesIO()
    try:
        with (
            c2pa.Context(c2pa.Settings.from_dict(settings_of())) as context,
            _signer(c2pa, identity) as signer,
            c2pa.Builder.from_json(json.dumps(manifest.to_json()), context) as builder,
        ):
            if manifest.parent is not None:
                builder.add_ingredient(
                    {
                        "title": manifest.parent.title or "The clip it was made from",
                        "relationship": "parentOf",
                        "label": PARENT,
                    },
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

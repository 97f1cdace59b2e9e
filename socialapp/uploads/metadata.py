"""``Upload-Metadata`` of tus: names, each with a value in base64."""

from __future__ import annotations

import base64
import binascii

from socialapp.lib.text import TextError, clean_line
from socialapp.uploads.errors import UploadError

MOST = 1000
"""Characters of the header."""


def read(header: str) -> dict[str, str]:
    """``filename d29ybGQ=,kind cGljdHVyZQ==`` as texts; UploadError for another form."""
    if len(header) > MOST:
        raise UploadError("metadata", f"Upload-Metadata has up to {MOST} characters.")
    told = {}
    for pair in filter(None, (one.strip() for one in header.split(","))):
        name, _, value = pair.partition(" ")
        if name in told:
            raise UploadError("metadata", f"Upload-Metadata says {name} twice.")
        try:
            text = base64.b64decode(value, validate=True).decode("utf-8")
            told[name] = clean_line(text, max_length=MOST, empty=True)
        except (binascii.Error, UnicodeDecodeError, TextError):
            raise UploadError(
                "metadata", "Values in Upload-Metadata are words in UTF-8, in base64."
            ) from None
    return told

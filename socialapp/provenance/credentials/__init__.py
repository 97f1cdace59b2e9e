"""Content Credentials: signed records (C2PA) inside the files that leave the house.

``certificates`` makes and keeps the keys, ``manifest`` says what a record states,
``signing`` writes it, ``reading`` judges the record of any file, ``xmp`` writes the one
field that platforms without C2PA read. No settings and no rows in here.
"""

from __future__ import annotations

from socialapp.provenance.credentials.certificates import Identity, Keyring
from socialapp.provenance.credentials.manifest import (
    Manifest,
    Parent,
    Relation,
    SourceType,
)
from socialapp.provenance.credentials.reading import Credential, Entry, Trust, read
from socialapp.provenance.credentials.signing import sign

__all__ = [
    "Credential",
    "Entry",
    "Identity",
    "Keyring",
    "Manifest",
    "Parent",
    "Relation",
    "SourceType",
    "Trust",
    "read",
    "sign",
]

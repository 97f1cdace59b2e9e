"""The reads of provenance."""

from socialapp.provenance.selectors.credentials import keyring, trust
from socialapp.provenance.selectors.likeness import (
    fingerprint_of,
    match_pictures,
    match_sound,
    match_stills,
    prints_of,
)
from socialapp.provenance.selectors.marks import find_mark, watermark_keys

__all__ = [
    "find_mark",
    "fingerprint_of",
    "keyring",
    "match_pictures",
    "match_sound",
    "match_stills",
    "prints_of",
    "trust",
    "watermark_keys",
]

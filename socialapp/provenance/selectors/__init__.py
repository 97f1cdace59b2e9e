"""The reads of provenance."""

from socialapp.provenance.selectors.credentials import keyring, trust
from socialapp.provenance.selectors.marks import find_mark

__all__ = ["find_mark", "keyring", "trust"]

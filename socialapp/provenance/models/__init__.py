"""Tables of provenance, a file for each errand."""

from socialapp.provenance.models.fingerprint import Fingerprint
from socialapp.provenance.models.mark import Mark

__all__ = ["Fingerprint", "Mark"]

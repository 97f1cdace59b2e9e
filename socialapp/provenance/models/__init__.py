"""Tables of provenance, a file for each errand."""

from socialapp.provenance.models.fingerprint import Fingerprint
from socialapp.provenance.models.mark import Mark
from socialapp.provenance.models.signer import Signer

__all__ = ["Fingerprint", "Mark", "Signer"]

"""The writes of provenance."""

from socialapp.provenance.services.marks import issue_mark, measure_mark
from socialapp.provenance.services.signing import rotate_certificate, signing_identity

__all__ = ["issue_mark", "measure_mark", "rotate_certificate", "signing_identity"]

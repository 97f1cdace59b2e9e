"""The writes of provenance."""

from socialapp.provenance.services.fingerprints import (
    forget_fingerprint,
    move_fingerprint,
    record_fingerprint,
)
from socialapp.provenance.services.marks import issue_mark, measure_mark
from socialapp.provenance.services.signing import (
    rotate_certificate,
    signing_identity,
    withdraw_signer,
)

__all__ = [
    "forget_fingerprint",
    "issue_mark",
    "measure_mark",
    "move_fingerprint",
    "record_fingerprint",
    "rotate_certificate",
    "signing_identity",
    "withdraw_signer",
]

"""Whose signatures count as this copy's own."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings

from socialapp.provenance.credentials import Keyring, Trust
from socialapp.provenance.models import Signer


def keyring() -> Keyring:
    name = urlsplit(settings.SITE_URL).hostname or "localhost"
    return Keyring(Path(settings.DATA_DIR) / "credentials", name=name)


def trust() -> Trust:
    """Every certificate that ever signed here, on any machine, unless withdrawn.

    The rows, and the files of this machine in case the database is younger than them.
    """
    ring = keyring()
    rows = list(Signer.objects.order_by("pk"))
    withdrawn = {row.serial for row in rows if row.withdrawn is not None}
    good = [row for row in rows if row.withdrawn is None]
    own = [
        _pem(one)
        for one in _certificates(ring.signers())
        if f"{one.serial_number:x}" not in withdrawn
    ]
    roots = [_pem(one) for one in _certificates(ring.anchors())]
    return Trust(
        anchors="".join(dict.fromkeys([*roots, *(row.root for row in good)])),
        signers="".join(dict.fromkeys([*own, *(row.certificate for row in good)])),
    )


def _certificates(pem: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem.encode()) if pem else []


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()

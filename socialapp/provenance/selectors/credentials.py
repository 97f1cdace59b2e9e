"""Whose signatures count as this copy's own."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from socialapp.provenance.credentials import Keyring, Trust


def keyring() -> Keyring:
    name = urlsplit(settings.SITE_URL).hostname or "localhost"
    return Keyring(Path(settings.DATA_DIR) / "credentials", name=name)


def trust() -> Trust:
    """Every root and every leaf that ever signed here."""
    ring = keyring()
    return Trust(anchors=ring.anchors(), signers=ring.signers())

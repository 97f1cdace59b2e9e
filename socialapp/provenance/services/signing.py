"""Who signs what is made here, as the settings say."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from socialapp.engines.errors import EngineError
from socialapp.provenance.credentials import Identity
from socialapp.provenance.credentials.reading import library
from socialapp.provenance.models import Signer
from socialapp.provenance.selectors.credentials import keyring


def signing_identity() -> Identity | None:
    """The operator's certificate, or this copy's own, which is made on first use.

    None only when C2PA_UNSIGNED asks for it. EngineError (permanent) when the library
    is missing, the operator's files do not fit or the certificate was withdrawn.
    """
    told = settings.C2PA
    if told["unsigned"]:
        return None
    library()
    if told["certificate"]:
        identity = _of_the_operator()
    else:
        identity = keyring().identity(timestamp_url=told["timestamp_url"])
    if remember_signer(identity=identity).withdrawn is not None:
        raise EngineError(
            "The certificate that signs was withdrawn, so nothing is signed. Run"
            " manage.py credentials --rotate, or put a new one into C2PA_CERTIFICATE.",
            permanent=True,
        )
    return identity


def remember_signer(*, identity: Identity) -> Signer:
    """Let every machine of this copy know whose signatures are ours."""
    leaf, root = identity.ends()
    row, _ = Signer.objects.get_or_create(
        serial=identity.serial,
        defaults={"name": identity.issuer[:200], "certificate": leaf, "root": root},
    )
    return row


@transaction.atomic
def withdraw_signer(*, serial: str) -> Signer:
    """Its key was stolen: nothing that it signed counts as ours from now on.

    Signer.DoesNotExist for a serial that never signed here.
    """
    row = Signer.objects.select_for_update().get(serial=serial.lower())
    if row.withdrawn is None:
        row.withdrawn = timezone.now()
        row.save(update_fields=["withdrawn"])
    return row


def rotate_certificate(*, root: bool = False) -> Identity:
    """A new key for what is signed from now on; older files stay trusted."""
    if settings.C2PA["certificate"]:
        raise EngineError(
            "C2PA_CERTIFICATE is set, so the certificate is the operator's: put the"
            " new one into that file. The old one stays trusted here.",
            permanent=True,
        )
    identity = keyring().rotate(root=root)
    remember_signer(identity=identity)
    return identity


def _of_the_operator() -> Identity:
    told = settings.C2PA
    chain = _content("C2PA_CERTIFICATE", told["certificate"])
    if told["signer"]:
        try:
            signature = import_string(told["signer"])
        except ImportError as error:
            raise ImproperlyConfigured(f"C2PA_SIGNER: {error}") from None
        return Identity(
            chain, signature=signature, timestamp_url=told["timestamp_url"] or None
        )
    if not told["key"]:
        raise EngineError(
            "C2PA_CERTIFICATE is set without its key: set C2PA_KEY or C2PA_SIGNER.",
            permanent=True,
        )
    return Identity(
        chain,
        _content("C2PA_KEY", told["key"]).encode(),
        timestamp_url=told["timestamp_url"] or None,
    )


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(
            f"{name}: {path} cannot be read ({error}).", permanent=True
        ) from None

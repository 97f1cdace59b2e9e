"""Who signs what is made here, as the settings say."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from socialapp.engines.errors import EngineError
from socialapp.provenance.credentials import Identity
from socialapp.provenance.credentials.reading import library
from socialapp.provenance.selectors.credentials import keyring


def signing_identity() -> Identity | None:
    """The operator's certificate, or this copy's own, which is made on first use.

    None only when C2PA_UNSIGNED asks for it. EngineError (permanent) when the library
    is missing or the operator's files do not fit.
    """
    told = settings.C2PA
    if told["unsigned"]:
        return None
    library()
    if told["certificate"]:
        return _of_the_operator()
    return keyring().identity(timestamp_url=told["timestamp_url"])


def rotate_certificate(*, root: bool = False) -> Identity:
    """A new key for what is signed from now on; older files stay trusted."""
    if settings.C2PA["certificate"]:
        raise EngineError(
            "C2PA_CERTIFICATE is set, so the certificate is the operator's: put the"
            " new one into that file. The old one stays trusted here.",
            permanent=True,
        )
    return keyring().rotate(root=root)


def _of_the_operator() -> Identity:
    told = settings.C2PA
    chain = _content("C2PA_CERTIFICATE", told["certificate"])
    keyring().remember(chain)
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

"""Judges the record of a file: is there one, does it hold, and is it ours?"""

from __future__ import annotations

import base64
import binascii
import io
import json
from dataclasses import dataclass
from typing import Any, Literal

from cryptography import x509

from socialapp.engines.errors import EngineError
from socialapp.provenance.credentials.certificates import USAGES
from socialapp.provenance.credentials.manifest import IPTC, WATERMARK

State = Literal["trusted", "valid", "invalid", "none"]
"""``trusted``: whole, and signed by one of ours. ``valid``: whole, signed by somebody
else. ``invalid``: a record that does not belong to this file or was changed. ``none``:
no record."""

ORIGINS = ("parentOf", "componentOf", "inputTo")
"""Ingredients that a file may be made from; of several the first of these counts."""

MOST_MANIFESTS = 64
"""A chain longer than this is cut: each remix adds one record to the file."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures are ours: both must hold."""

    anchors: str = ""
    """PEM of the roots that a signer's chain must end in."""

    signers: str = ""
    """PEM of the certificates that sign here. An anchor alone is not enough: the root of
    an operator's certificate signs for strangers too."""

    @property
    def count(self) -> int:
        """How many certificates signed here so far."""
        return len(self.serials())

    def serials(self) -> frozenset[str]:
        """Decimal, as reports name them."""
        if not self.signers:
            return frozenset()
        found = x509.load_pem_x509_certificates(self.signers.encode())
        return frozenset(str(one.serial_number) for one in found)


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a chain."""

    title: str
    signer: str
    """Who the certificate says signed; empty when the signature cannot be read."""

    time: str
    """ISO 8601 from the time stamp; empty without one."""

    actions: tuple[str, ...]
    source: str
    """Digital source type without its prefix; empty when none is stated."""

    payload: bytes
    """Of our watermark, as stated; empty when none is."""

    relation: str = ""
    """What it is to the entry before it, such as ``parentOf``; empty for the first."""

    missing: bool = False
    """Only its title is known: its record did not go along."""

    broken: tuple[str, ...] = ()
    """Codes of what did not hold when it was made into the entry before it."""


@dataclass(frozen=True, slots=True)
class Credential:
    state: State
    reasons: tuple[str, ...] = ()
    """Codes of C2PA for what does not hold, such as ``assertion.bmffHash.mismatch``."""

    entries: tuple[Entry, ...] = ()
    """The file's own record first, then that of the file it was made from, and on."""

    @property
    def own(self) -> bool:
        """Ours, and about this very file."""
        return self.state == "trusted"


def library() -> Any:
    """The C2PA library; EngineError (permanent) when it is not installed."""
    try:
        import c2pa  # noqa: PLC0415  a native library of 30 MB
    except (ImportError, OSError):
        raise EngineError(
            "The C2PA library is not installed, so nothing can be signed or checked."
            " Run pip install -r requirements.txt; C2PA_UNSIGNED=1 renders without.",
            permanent=True,
        ) from None
    return c2pa


def settings_of(trust: Trust | None = None) -> dict[str, Any]:
    """For a context of the library. Nothing is fetched, whatever a file points to."""
    usages = "".join(f"{usage.dotted_string}\n" for usage in USAGES)
    listed: dict[str, Any] = {"trust_config": usages}
    if trust and trust.anchors:
        listed["user_anchors"] = trust.anchors
    return {
        "trust": listed,
        "verify": {
            "verify_trust": True,
            "verify_after_sign": True,
            "ocsp_fetch": False,
            "remote_manifest_fetch": False,
        },
        "builder": {"thumbnail": {"enabled": False}},
    }


def read(data: bytes, mime: str, trust: Trust) -> Credential:
    """What the record of `data` says and whether it holds.

    A file that the library cannot read has no record. EngineError when the library is
    missing.
    """
    c2pa = library()
    try:
        with (
            c2pa.Context(c2pa.Settings.from_dict(settings_of(trust))) as context,
            c2pa.Reader(mime, io.BytesIO(data), context=context) as reader,
        ):
            report = json.loads(reader.json())
            state = str(reader.get_validation_state())
    except c2pa.C2paError.ManifestNotFound:
        return Credential("none")
    except c2pa.C2paError as error:
        if b"jumb" not in data:
            return Credential("none")
        return Credential("invalid", (str(error)[:120],))
    entries = tuple(_chain(report))
    reasons = tuple(
        dict.fromkeys(str(s.get("code")) for s in report.get("validation_status", []))
    )
    if state == "Trusted" and _serial(report) in trust.serials():
        return Credential("trusted", reasons, entries)
    if state in {"Trusted", "Valid"}:
        return Credential("valid", reasons, entries)
    return Credential("invalid", reasons, entries)


def _serial(report: dict[str, Any]) -> str:
    active = report.get("manifests", {}).get(report.get("active_manifest")) or {}
    return str((active.get("signature_info") or {}).get("cert_serial_number", ""))


def _chain(report: dict[str, Any]) -> list[Entry]:
    """From the active record to that of what each was made from; a loop ends it."""
    manifests: dict[str, Any] = report.get("manifests", {})
    label, seen, chain = report.get("active_manifest"), set[str](), list[Entry]()
    origin: dict[str, Any] = {}
    while label in manifests and label not in seen and len(chain) < MOST_MANIFESTS:
        seen.add(label)
        chain.append(_entry(manifests[label], origin))
        origin = _origin(manifests[label])
        label = origin.get("active_manifest")
    if origin and label is None:
        chain.append(_entry({"title": origin.get("title")}, origin, missing=True))
    return chain


def _origin(manifest: dict[str, Any]) -> dict[str, Any]:
    """Of a record's ingredients, the one that it was made from; or nothing."""
    found = [
        one
        for one in manifest.get("ingredients", [])
        if one.get("relationship") in ORIGINS
    ]
    return min(
        found,
        key=lambda one: ORIGINS.index(one["relationship"]),
        default=dict[str, Any](),
    )


def _broken(origin: dict[str, Any]) -> tuple[str, ...]:
    results = (origin.get("validation_results") or {}).get("activeManifest") or {}
    return tuple(str(one.get("code")) for one in results.get("failure", []))


def _entry(
    manifest: dict[str, Any], origin: dict[str, Any], *, missing: bool = False
) -> Entry:
    """`origin`: what the record before it says of it as its ingredient."""
    signature = manifest.get("signature_info") or {}
    actions, source, payload = list[str](), "", b""
    for assertion in manifest.get("assertions", []):
        label, body = str(assertion.get("label", "")), assertion.get("data") or {}
        if label.startswith("c2pa.actions"):
            for action in body.get("actions", []):
                actions.append(str(action.get("action", "")))
                source = source or str(action.get("digitalSourceType", ""))
        elif label.startswith("c2pa.soft-binding") and body.get("alg") == WATERMARK:
            payload = _payload(body)
    return Entry(
        title=str(manifest.get("title") or "")[:200],
        signer=str(signature.get("common_name") or signature.get("issuer") or "")[:120],
        time=str(signature.get("time") or ""),
        actions=tuple(actions),
        source=source.removeprefix(IPTC),
        payload=payload,
        relation=str(origin.get("relationship", "")),
        missing=missing,
        broken=_broken(origin),
    )


def _payload(body: dict[str, Any]) -> bytes:
    for block in body.get("blocks", []):
        value = block.get("value")
        if isinstance(value, str):
            try:
                return base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                return b""
        if isinstance(value, list):
            return bytes(v & 255 for v in value if isinstance(v, int))
    return b""

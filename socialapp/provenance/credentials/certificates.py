"""Who signs: a root of this copy's own, leaves under it, and what of them is trusted.

An ES256 leaf under a P-384 root. The leaf carries all three key usages that C2PA
readers ask for (claim signing, document signing, e-mail protection): each alone is
refused by one reader or another, and others (code signing, server) by all.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
"""c2pa-kp-claimSigning (C2PA 2.2, 14.5.1)."""

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""id-kp-documentSigning (RFC 9336)."""

USAGES = (CLAIM_SIGNING, DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION)

LEAF_DAYS = 15 * 365
"""Without a time stamp a reader asks whether the leaf is valid today, not whether it was
on the day of signing, so leaves live long; a rotation retires the key, not the leaf."""

ROOT_DAYS = 30 * 365
CLOCK_SLACK = dt.timedelta(minutes=10)
"""How far the clock of a reader may be behind ours."""

ORGANISATION = "Troupe"

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Identity:
    """What signs: a chain, and either its key or somebody who holds it."""

    chain: str
    """PEM, the leaf first."""

    key: bytes = b""
    """PEM (PKCS#8), or empty when `signature` signs."""

    signature: Callable[[bytes], bytes] | None = None
    """ECDSA P-256 with SHA-256 over the bytes: r‖s, 64 bytes (a KMS, an HSM)."""

    timestamp_url: str | None = None
    """RFC 3161 authority, or None: no time stamp."""

    @property
    def leaf(self) -> x509.Certificate:
        """EngineError when the chain is no certificate."""
        try:
            return x509.load_pem_x509_certificate(self.chain.encode())
        except ValueError:
            raise EngineError(
                "The signing certificate is not a PEM certificate. Run"
                " manage.py credentials to see which file is used.",
                permanent=True,
            ) from None

    def ends(self) -> tuple[str, str]:
        """PEM of the leaf and of the root. EngineError when the chain holds less."""
        try:
            found = x509.load_pem_x509_certificates(self.chain.encode())
        except ValueError:
            found = []
        if len(found) < 2:
            raise EngineError(
                "C2PA_CERTIFICATE must hold the whole chain as PEM: the certificate"
                " that signs first, then its issuers up to the root.",
                permanent=True,
            )
        return _pem(found[0]), _pem(found[-1])

    @property
    def issuer(self) -> str:
        """Who the leaf says signs, for people."""
        return _common_name(self.leaf)

    @property
    def serial(self) -> str:
        return f"{self.leaf.serial_number:x}"


class Keyring:
    """The folder with the keys: made on first use, readable by this user alone.

    ``root.key`` and ``root.pem`` issue leaves; ``leaf.key`` and ``leaf.pem`` sign;
    ``anchors.pem`` holds every root and ``signers.pem`` every leaf that ever signed
    here, so that a rotation takes nothing from older files.
    """

    def __init__(self, folder: Path, *, name: str) -> None:
        """`name`: this copy's host name, part of the certificates' names."""
        self.folder = folder
        self._name = name

    def identity(self, *, timestamp_url: str | None = None) -> Identity:
        """The leaf that signs now; a root and a leaf are made when there are none."""
        # Under the lock, so that a rotation meanwhile gives no key without its leaf.
        return self._with_lock(lambda: self._begin(timestamp_url))

    def rotate(self, *, root: bool = False) -> Identity:
        """A new leaf, and with `root` a new root. The old key is gone for good; what it
        signed stays trusted because its certificate stays in the lists.
        """

        def renew() -> None:
            if root or not self._file("root.key").exists():
                self._make_root()
            self._make_leaf()

        self._with_lock(renew)
        return self.identity()

    def anchors(self) -> str:
        """PEM of every root of ours, retired ones too; empty before the first use."""
        return self._read("anchors.pem")

    def signers(self) -> str:
        """PEM of every leaf that ever signed here."""
        return self._read("signers.pem")

    def _begin(self, timestamp_url: str | None) -> Identity:
        if not self._file("leaf.key").exists():
            if not self._file("root.key").exists():
                self._make_root()
            self._make_leaf()
        return Identity(
            chain=self._read("leaf.pem") + self._read("root.pem"),
            key=self._read("leaf.key").encode(),
            timestamp_url=timestamp_url or None,
        )

    def _make_root(self) -> None:
        key = ec.generate_private_key(ec.SECP384R1())
        name = _name(f"{ORGANISATION} root of {self._name}")
        root = (
            _builder(name, name, key.public_key(), days=ROOT_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
            .add_extension(_usage(certificates=True), True)
            .sign(key, hashes.SHA384())
        )
        pem = _pem(root)
        self._append("anchors.pem", pem)
        self._write("root.key", _private(key))
        self._write("root.pem", pem)

    def _make_leaf(self) -> None:
        root = x509.load_pem_x509_certificate(self._read("root.pem").encode())
        root_key = serialization.load_pem_private_key(
            self._read("root.key").encode(), None
        )
        if not isinstance(root_key, ec.EllipticCurvePrivateKey):
            raise EngineError(
                f"{self._file('root.key')} is not the key of our root.", permanent=True
            )
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = (
            _builder(
                _name(f"{ORGANISATION} at {self._name}"),
                root.subject,
                key.public_key(),
                days=LEAF_DAYS,
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
            .add_extension(_usage(certificates=False), True)
            .add_extension(x509.ExtendedKeyUsage(USAGES), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    root_key.public_key()
                ),
                False,
            )
            .sign(root_key, hashes.SHA384())
        )
        pem = _pem(leaf)
        self._append("signers.pem", pem)
        self._write("leaf.pem", pem)
        # Last: whoever finds the key finds its certificate.
        self._write("leaf.key", _private(key))

    def _with_lock(self, act: Callable[[], ResultT]) -> ResultT:
        """Two processes that start at once make one root between them."""
        import fcntl  # noqa: PLC0415  no such module on Windows

        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._file("lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return act()

    def _file(self, name: str) -> Path:
        return self.folder / name

    def _read(self, name: str) -> str:
        try:
            return self._file(name).read_text(encoding="ascii")
        except FileNotFoundError:
            return ""

    def _append(self, name: str, pem: str) -> None:
        self._write(name, self._read(name) + pem)

    def _write(self, name: str, text: str) -> None:
        part = self._file(f".{name}.part")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        part.replace(self._file(name))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, days: int
) -> x509.CertificateBuilder:
    begin = dt.datetime.now(dt.UTC) - CLOCK_SLACK
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            # RFC 5280: at most 64 characters.
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),
        ]
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _common_name(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else certificate.subject.rfc4514_string()


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()

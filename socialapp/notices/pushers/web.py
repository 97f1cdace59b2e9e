"""Web Push: RFC 8030 to deliver, RFC 8291 to encrypt, RFC 8292 to say who sends."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from socialapp.lib.outgoing import Pinned, is_number, is_public
from socialapp.notices.pushers import Arrival, Outcome, Parcel, Target

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

RECORD = 4096
"""Bytes, the record size that every push service takes (RFC 8291, section 4)."""

MOST_PAYLOAD = 3993
"""What is left of a record beside header, delimiter and tag."""

TOKEN_SECONDS = 12 * 3600
"""RFC 8292 allows 24 hours; clocks differ."""

POINT = 65
SECRET = 16


class BadTargetError(ValueError):
    """The message says what is wrong with a subscription."""


class WebPusher:
    """Sends to the address that a browser gave, and nowhere inside this network."""

    def __init__(
        self,
        *,
        key: str = "",
        key_file: str = "",
        contact: str,
        private: bool = False,
        ca_file: str = "",
    ) -> None:
        """`key`: the private key, PKCS#8 in PEM; empty: the one in `key_file`, made
        there on first use. `contact`: ``mailto:`` or ``https:``, for a push service that
        has a complaint. `private`: services on this machine's own network are good, and
        `ca_file` vouches for them."""
        self._key = _read_key(key) if key else _own_key(Path(key_file))
        self._contact = contact
        self._private = private
        self._ca_file = ca_file or None
        self.public_key = encode(_point(self._key))

    def complaint(self, target: Target) -> str:
        try:
            self._address(target.endpoint)
            _keys_of(target)
        except BadTargetError as error:
            return str(error)
        return ""

    def push(self, target: Target, parcel: Parcel) -> Outcome:
        """Deliver it, or say what became of it. Redirects are not followed."""
        try:
            parts = self._address(target.endpoint)
            body = encrypt(parcel.payload, target)
            host = self._resolve(parts)
        except BadTargetError as error:
            return Outcome(Arrival.REFUSED, str(error))
        except OSError as error:
            return Outcome(Arrival.LATER, f"{error}")
        headers = {
            "Authorization": f"vapid t={self._token(parts)}, k={self.public_key}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(parcel.seconds),
            "Topic": parcel.topic,
            "Urgency": "normal",
        }
        path = parts.path or "/"
        if parts.query:
            path += f"?{parts.query}"
        connection = Pinned(
            parts.hostname or "",
            parts.port or 443,
            address=host,
            context=ssl.create_default_context(cafile=self._ca_file),
        )
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read(1000)
        except (OSError, http.client.HTTPException) as error:
            return Outcome(Arrival.LATER, f"{type(error).__name__}: {error}")
        finally:
            connection.close()
        return _outcome(answer)

    def _address(self, endpoint: str) -> SplitResult:
        """BadTargetError when it is none, or plainly one inside a network."""
        try:
            parts = urlsplit(endpoint)
            port = parts.port
        except ValueError:
            raise BadTargetError("The endpoint is no address.") from None
        if parts.scheme != "https" or not parts.hostname or parts.username:
            raise BadTargetError("The endpoint must be an https address.")
        if not endpoint.isascii() or any(one <= " " for one in endpoint):
            raise BadTargetError("The endpoint has characters that no address has.")
        if self._private:
            return parts
        if port not in {None, 443}:
            raise BadTargetError("The endpoint must be on port 443.")
        if is_number(parts.hostname) and not is_public(parts.hostname):
            raise BadTargetError("The endpoint is inside a private network.")
        if "." not in parts.hostname.strip(".") and ":" not in parts.hostname:
            raise BadTargetError("The endpoint is inside a private network.")
        return parts

    def _resolve(self, parts: SplitResult) -> str:
        """The address that is connected to: what was looked at is what is used, however
        the name answers a moment later."""
        port = parts.port or 443
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
        if not self._private and not all(map(is_public, addresses)):
            raise BadTargetError("The endpoint leads into a private network.")
        return addresses[0]

    def _token(self, parts: SplitResult) -> str:
        """RFC 8292: a JWT, ES256, for the origin of the push service."""
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time.time()) + TOKEN_SECONDS,
            "sub": self._contact,
        }
        pieces = ({"typ": "JWT", "alg": "ES256"}, claims)
        signed = ".".join(
            encode(json.dumps(one, separators=(",", ":")).encode()) for one in pieces
        )
        return f"{signed}.{encode(_signature(self._key, signed.encode()))}"


def _outcome(answer: http.client.HTTPResponse) -> Outcome:
    status = answer.status
    note = f"HTTP {status}"
    if 200 <= status < 300:
        return Outcome(Arrival.DELIVERED, note)
    if status in {404, 410}:
        return Outcome(Arrival.GONE, note)
    if status == 429 or status >= 500:
        return Outcome(Arrival.LATER, note, _wait(answer.getheader("Retry-After")))
    return Outcome(Arrival.REFUSED, note)


def _wait(header: str | None) -> timedelta | None:
    """``Retry-After``: seconds, or a date."""
    if not header:
        return None
    if header.isascii() and header.isdigit():
        return timedelta(seconds=min(int(header[:7]), 86_400))
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    wait = until - datetime.now(UTC)
    return min(max(wait, timedelta()), timedelta(days=1))


def encode(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """BadTargetError when it is not base64url."""
    try:
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except ValueError:
        raise BadTargetError("The keys must be base64url.") from None


def encrypt(
    payload: bytes,
    target: Target,
    *,
    salt: bytes | None = None,
    ours: EllipticCurvePrivateKey | None = None,
) -> bytes:
    """``aes128gcm`` with a key that only this browser can find (RFC 8291, section 3).

    `salt` (16 bytes) and `ours` are new ones each time, unless a test vector names them.
    BadTargetError when the target's keys are none; ValueError when it is too long.
    """
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    if len(payload) > MOST_PAYLOAD:
        raise ValueError(f"{len(payload)} bytes; {MOST_PAYLOAD} fit one record")
    theirs, secret = _keys_of(target)
    ours = ours or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(SECRET)
    shared = ours.exchange(ec.ECDH(), theirs)
    point = _point(ours)
    info = b"WebPush: info\0" + decode(target.p256dh) + point
    seed = _hkdf(secret, shared, info, 32)
    key = _hkdf(salt, seed, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, seed, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD.to_bytes(4, "big") + bytes([len(point)]) + point
    return header + AESGCM(key).encrypt(nonce, payload + b"\2", None)


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    return HKDF(hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _keys_of(target: Target) -> tuple[Any, bytes]:
    """The browser's public key and secret."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    point, secret = decode(target.p256dh), decode(target.auth)
    if len(secret) != SECRET:
        raise BadTargetError("keys.auth must be 16 bytes.")
    try:
        if len(point) != POINT:
            raise ValueError
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise BadTargetError("keys.p256dh must be a point on P-256.") from None
    return key, secret


def _point(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _signature(key: EllipticCurvePrivateKey, data: bytes) -> bytes:
    """r‖s, 64 bytes (RFC 7518, section 3.4)."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: PLC0415

    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _read_key(pem: str) -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except ValueError:
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ValueError(
            "VAPID_KEY must be a P-256 private key in PEM: openssl genpkey -algorithm"
            " EC -pkeyopt ec_paramgen_curve:P-256"
        )
    return key


def _own_key(file: Path) -> EllipticCurvePrivateKey:
    """Of two processes that need it first at once, the second takes the first one's."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    if not file.exists():
        made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}-{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(made)
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return _read_key(file.read_text(encoding="ascii"))

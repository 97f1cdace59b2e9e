"""Signed receipts: what a worker says it did in one attempt, and whether that can be so.

A receipt is JSON: a statement and an Ed25519 signature over its canonical bytes (keys
sorted, no spaces, UTF-8). Whoever has the public key can check it without this code.
No rows in here: services know which keys count.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from avatarfx.pipeline import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FORMAT, VERSION = "render receipt", 1

SLACK_SECONDS = 2.0
"""Between two clocks that tick apart, and for what a worker does around its stages."""


class ReceiptError(Exception):
    """The receipt is not to be believed; the message says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Statement:
    clip: str
    """Public key of the clip."""

    fence: int
    worker: str
    key: str
    """Public key of the signature, hexadecimal."""

    device: str
    seed: int
    rung: str
    engines: Mapping[str, Mapping[str, str]]
    """By kind: ``name``, ``backend`` (its class) and ``version``, as far as it has one."""

    weights: Mapping[str, str] = field(default_factory=dict)
    """Each weight file that the worker has loaded, to the sha256 of its content."""

    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the libraries that draw and encode."""

    stages: tuple[tuple[str, float], ...] = ()
    """Name and seconds, in order; a stage that was tried twice is there twice."""

    outputs: Mapping[str, str] = field(default_factory=dict)
    """Refs of the files, each with the sha256 of its content."""

    size: int = 0
    """Bytes of the video."""

    def to_json(self) -> dict[str, Any]:
        body = asdict(self) | {"stages": [list(one) for one in self.stages]}
        return {"format": FORMAT, "version": VERSION, **body}


def canonical(statement: Mapping[str, Any]) -> bytes:
    """What is signed."""
    return json.dumps(
        statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


@dataclass(frozen=True, slots=True)
class Signing:
    """A machine's own key."""

    _key: Ed25519PrivateKey

    @property
    def public(self) -> str:
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, statement: Statement) -> dict[str, Any]:
        said = statement.to_json()
        return {
            "statement": said,
            "signature": self._key.sign(canonical(said)).hex(),
        }

    @classmethod
    def in_file(cls, path: Path) -> Signing:
        """The key in this file, which is made on first use and is its owner's alone."""
        with suppress(FileNotFoundError):
            return cls(_loaded(path))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        draft = path.with_name(f".{path.name}-{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(made)
        # Of two workers that start at once, the second takes the first one's.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
        return cls(_loaded(path))


def _loaded(path: Path) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ReceiptError(f"{path} is not an Ed25519 key. Move it away: one is made.")
    return key


def check_signature(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """The statement, if its signature is that of the key it names. ReceiptError."""
    said, signature = receipt.get("statement"), receipt.get("signature")
    if not isinstance(said, dict) or not isinstance(signature, str):
        raise ReceiptError("It has no statement or no signature.")
    if (said.get("format"), said.get("version")) != (FORMAT, VERSION):
        raise ReceiptError(f"It is not a receipt of version {VERSION}.")
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(said["key"])))
        public.verify(bytes.fromhex(signature), canonical(said))
    except (KeyError, ValueError, InvalidSignature):
        raise ReceiptError(
            "Its signature is not that of the key which it names."
        ) from None
    return said


def check_lease(said: Mapping[str, Any], *, clip: str, fence: int) -> None:
    """ReceiptError unless it speaks of this attempt at this clip."""
    if said.get("clip") != clip:
        raise ReceiptError(f"It speaks of clip {said.get('clip')}, not of {clip}.")
    if said.get("fence") != fence:
        raise ReceiptError(f"It speaks of attempt {said.get('fence')}, not of {fence}.")


def check_seconds(stages: Iterable[Any], *, wall: float) -> None:
    """ReceiptError when stages took longer than the lease was held.

    `wall`: seconds since the claim, by the database's clock. The stages of the pipeline
    follow each other; others run beside them.
    """
    one_by_one = 0.0
    for name, seconds in stages:
        if not 0 <= seconds <= wall + SLACK_SECONDS:
            raise ReceiptError(
                f"Its stage {name} took {seconds:.1f} s of a lease of {wall:.1f} s."
            )
        one_by_one += seconds if name in STAGES else 0.0
    if one_by_one > wall + SLACK_SECONDS:
        raise ReceiptError(
            f"Its stages took {one_by_one:.1f} s of a lease of {wall:.1f} s."
        )

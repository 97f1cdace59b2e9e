"""Content-addressed files: named by their hash, written once, never changed.

A ref is ``sha256:<64 hex digits>.<extension>``; its file is
``blobs/<first two digits>/<64 hex digits>.<extension>`` in the default storage.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

_REF = re.compile(r"sha256:([0-9a-f]{64})\.([a-z0-9]{1,8})")


def ref_of(data: bytes, extension: str) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}.{extension}"


def name_of(ref: str) -> str:
    """The storage name; ValueError for anything that is not a ref."""
    match = _REF.fullmatch(ref)
    if match is None:
        raise ValueError(f"Not a blob reference: {ref!r}")
    digest, extension = match.groups()
    return f"blobs/{digest[:2]}/{digest}.{extension}"


def put(data: bytes, extension: str) -> str:
    """Store `data` once and return its ref.

    A blob appears under its name only when it is whole: a full disk (OSError) or a
    kill in the middle leaves nothing that could be taken for it.
    """
    ref = ref_of(data, extension)
    name = name_of(ref)
    if not default_storage.exists(name):
        _save_whole(name, data)
    return ref


def get(ref: str) -> bytes:
    """The bytes; FileNotFoundError when they are gone."""
    with default_storage.open(name_of(ref)) as file:
        data: bytes = file.read()
    return data


def remove(ref: str) -> None:
    """Forget the bytes. Equal content is stored once: ask first who else has it."""
    default_storage.delete(name_of(ref))


def url(ref: str) -> str:
    return default_storage.url(name_of(ref))


def _save_whole(name: str, data: bytes) -> None:
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:  # an object store: its uploads are all or nothing
        default_storage.save(name, ContentFile(data))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, since a rename is atomic within one file system only.
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

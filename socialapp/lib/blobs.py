"""Content-addressed files: named by their hash, written once, never changed.

A ref is ``sha256:<64 hex digits>.<extension>``; its file is
``blobs/<first two digits>/<64 hex digits>.<extension>`` in the default storage.

An object store hands out signed addresses, which live for minutes and cannot be taken
back. What is withheld is set aside there: moved to a name that no such address leads to.
Whoever reads a blob here finds it in either place.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files import File

CLIENTS = frozenset({"botocore", "boto3", "s3transfer", "urllib3"})
"""Packages whose errors mean that an object store did not do as it was asked."""

FULL = frozenset(
    {"507", "InsufficientCapacity", "QuotaExceeded", "XMinioStorageFull", "StorageFull"}
)
"""What object stores say when there is no room: codes of errors, or the HTTP status."""

PRIVATE = "private/"
"""Names under which nothing is given out by its name: a view of its own asks who may
have it."""

ASIDE = f"{PRIVATE}withheld/"
"""Before the names of files that are set aside."""

_REF = re.compile(r"sha256:([0-9a-f]{64})\.([a-z0-9]{1,8})")


class StorageError(Exception):
    """The object store does not answer, or not with what it was given; the message is
    fit for a user's eyes. Trying again may help."""


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
    kill in the middle leaves nothing that could be taken for it. StorageError when an
    object store does not take it, or says afterwards that it has another length.
    """
    ref = ref_of(data, extension)
    name = name_of(ref)
    with reached():
        found = _size(name)
        if found != len(data) and not (found is None and is_aside(name)):
            _save_whole(name, data, instead=found is not None)
    return ref


def get(ref: str) -> bytes:
    """The bytes; FileNotFoundError when they are gone, StorageError when nobody can
    tell."""
    with reached(), _open(name_of(ref)) as file:
        data: bytes = file.read()
    return data


def verify(ref: str) -> int:
    """Bytes that are stored under this name, once it is sure that they are the ones.

    FileNotFoundError when there are none, ValueError when they have another hash,
    StorageError when nobody can tell.
    """
    digest, size = hashlib.sha256(), 0
    with reached(), _open(name_of(ref)) as file:
        for chunk in file.chunks():
            digest.update(chunk)
            size += len(chunk)
    if not ref.startswith(f"sha256:{digest.hexdigest()}."):
        raise ValueError(f"its sha256 is {digest.hexdigest()}")
    return size


def remove(ref: str) -> None:
    """Forget the bytes. Equal content is stored once: ask first who else has it."""
    remove_named(name_of(ref))


def remove_named(name: str) -> None:
    """The same by the storage name, wherever it lies; nothing when it is gone."""
    with reached():
        default_storage.delete(name)
        if is_remote():
            default_storage.delete(ASIDE + name)


def url(ref: str) -> str:
    """Where browsers ask for it: at our own view, never at the object store's, since it
    is asked each time whether the file is still given out."""
    return url_named(name_of(ref))


def url_named(name: str) -> str:
    """The same by the storage name."""
    return f"{settings.MEDIA_URL}{name}"


def is_remote() -> bool:
    """Whether files are in an object store, which answers browsers itself."""
    try:
        default_storage.path("blobs")
    except NotImplementedError:
        return True
    return False


def is_stored(name: str) -> bool:
    """Whether there is a file of this name, in its place or set aside."""
    with reached():
        return default_storage.exists(name) or is_aside(name)


def is_aside(name: str) -> bool:
    """Whether it is set aside; on a disk nothing is."""
    with reached():
        return is_remote() and _size(ASIDE + name) is not None


def set_aside(name: str) -> bool:
    """Move it away from every address that was signed for it, in an object store.

    Whether there was something to move; StorageError when nobody can tell.
    """
    with reached():
        return _move(name, ASIDE + name)


def put_back(name: str) -> bool:
    """Undo `set_aside`, with the same answers."""
    with reached():
        return _move(ASIDE + name, name)


def names_aside() -> set[str]:
    """All that is set aside; one request to the object store for a thousand."""
    store: Any = default_storage
    with reached():
        found = store.bucket.objects.filter(Prefix=ASIDE)
        return {one.key.removeprefix(ASIDE) for one in found}


def _move(name: str, to: str) -> bool:
    """Copied first, so that who reads meanwhile finds it in one of the two places."""
    if _size(name) is None:
        return False
    store: Any = default_storage
    store.connection.meta.client.copy_object(
        Bucket=store.bucket_name,
        Key=to,
        CopySource={"Bucket": store.bucket_name, "Key": name},
    )
    store.delete(name)
    return True


def _open(name: str) -> File[bytes]:
    try:
        return default_storage.open(name)
    except FileNotFoundError:
        if not is_remote():
            raise
        return default_storage.open(ASIDE + name)


# Files that have a name of their own -------------------------------------------------


def write(name: str, data: bytes) -> None:
    """Store `data` under a storage name that nothing has yet, whole or not at all;
    errors as of `put`."""
    with reached():
        _save_whole(name, data, instead=False)


def read(name: str) -> bytes:
    """Errors as of `get`."""
    with reached(), default_storage.open(name) as file:
        data: bytes = file.read()
    return data


def forget(name: str) -> None:
    """StorageError when nobody can tell whether it is gone."""
    with reached():
        default_storage.delete(name)


def clear(folder: str) -> None:
    """Forget all files that are directly in a folder, and the folder. StorageError."""
    with reached():
        try:
            names = default_storage.listdir(folder)[1]
        except FileNotFoundError:
            return
        for name in names:
            default_storage.delete(f"{folder}/{name}")
        # On a disk it is a thing of its own; somebody may write to it this moment.
        with suppress(OSError):
            default_storage.delete(folder)


def _save_whole(name: str, data: bytes, *, instead: bool) -> None:
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:  # an object store: its uploads are all or nothing
        _upload(name, data, instead=instead)
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


def _upload(name: str, data: bytes, *, instead: bool) -> None:
    if instead:
        # What lies there, with another length, would give this one another name.
        default_storage.delete(name)
    default_storage.save(name, ContentFile(data))
    if (size := _size(name)) != len(data):
        raise StorageError(
            f"The file storage kept {size} of {len(data)} bytes. Try again later."
        )


def _size(name: str) -> int | None:
    """Of an object store: what a HEAD says. None: it is not there."""
    try:
        return int(default_storage.size(name))
    except FileNotFoundError:
        return None


@contextmanager
def reached() -> Iterator[None]:
    """Whatever a client of an object store raises is a StorageError."""
    try:
        yield
    except Exception as error:
        kinds = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
        if not kinds & CLIENTS:
            raise
        if _says(error) & FULL:
            raise StorageError("The file storage is full. Try again later.") from error
        raise StorageError(
            "The file storage does not answer as it should. Try again later."
        ) from error


def _says(error: Any) -> set[str]:
    answer = getattr(error, "response", None) or {}
    code = answer.get("Error", {}).get("Code", "")
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
    return {str(code), str(status)}

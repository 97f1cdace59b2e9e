"""Writes to uploads: begun, gone on with, used once, removed.

The bytes of a piece are stored first and counted afterwards, by a compare-and-swap of
the row's offset: of two pieces that come at once for the same place one is counted, and
whoever dies between the two steps leaves a file that goes with the upload.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from socialapp.accounts.models import User
from socialapp.lib import blobs
from socialapp.lib.blobs import PRIVATE
from socialapp.uploads import metadata as pairs
from socialapp.uploads.errors import DiskFullError, MovedError, UploadError
from socialapp.uploads.models import Kind, Upload, UploadPart

if TYPE_CHECKING:
    import datetime as dt

log = logging.getLogger(__name__)

GONE = "This upload is not there any more. Begin another one."


def _lasts_until() -> dt.datetime:
    return timezone.now() + timedelta(hours=settings.UPLOAD_HOURS)


def _folder(upload: Upload) -> str:
    return f"{PRIVATE}uploads/{upload.key}"


@transaction.atomic
def begin_upload(*, owner: User, length: int, metadata: str) -> Upload:
    """UploadError when it may not come in: too large, of no kind, one too many."""
    told = pairs.read(metadata)
    kind = _kind_of(told)
    if length < 1:
        raise UploadError("empty", "An upload has at least one byte.")
    if length > kind.most():
        raise UploadError(
            "too_large",
            f"This file is too large; we take a {kind} up to {kind.most()} bytes.",
        )
    User.objects.select_for_update().get(pk=owner.pk)  # one at a time is counted
    if owner.uploads.count() >= settings.UPLOADS_PER_PERSON:
        raise UploadError(
            "too_many",
            f"You have {settings.UPLOADS_PER_PERSON} uploads that nothing was made of."
            " Use one or delete one first.",
        )
    return Upload.objects.create(
        owner=owner,
        kind=kind,
        name=told.get("filename", "")[:200],
        metadata=metadata,
        length=length,
        expires=_lasts_until(),
    )


def _kind_of(told: dict[str, str]) -> Kind:
    try:
        return Kind(told.get("kind", ""))
    except ValueError:
        known = ", ".join(Kind.values)
        raise UploadError(
            "metadata", f"Say in Upload-Metadata what it is: a `kind` of {known}."
        ) from None


def append(*, upload: Upload, at: int, data: bytes) -> Upload:
    """Add a piece that begins at byte `at`. MovedError unless that is where the upload
    ends, also when another piece came meanwhile; UploadError when it is gone or would
    become longer than announced; DiskFullError and StorageError leave it as it was."""
    check_open(upload)
    if at != upload.offset:
        raise MovedError(upload.offset)
    end = at + len(data)
    if end > upload.length:
        raise UploadError(
            "too_large", f"This upload is to have {upload.length} bytes, not {end}."
        )
    if not data:
        return upload
    name = f"{_folder(upload)}/{at}-{secrets.token_hex(6)}"
    _store(name, data)
    digest = ""
    if end == upload.length:
        digest = hashlib.sha256(_joined(upload) + data).hexdigest()
    with transaction.atomic():
        counted = Upload.objects.filter(pk=upload.pk, offset=at, taken=None).update(
            offset=end, sha256=digest, expires=_lasts_until()
        )
        if counted:
            UploadPart.objects.create(upload=upload, at=at, file=name)
    if not counted:
        _lost(upload, name)
    upload.refresh_from_db()
    return upload


def _store(name: str, data: bytes) -> None:
    try:
        blobs.write(name, data)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError(
                "There is no room on the disk for this piece. Send it again later."
            ) from error
        raise


def _lost(upload: Upload, name: str) -> None:
    """Somebody was quicker with the same bytes, or removed the whole."""
    blobs.forget(name)
    now = Upload.objects.filter(pk=upload.pk).first()
    if now is None:
        raise UploadError("gone", GONE)
    raise MovedError(now.offset)


def check_open(upload: Upload) -> None:
    """UploadError when its time is over, whether or not it was swept yet."""
    if upload.expires <= timezone.now():
        raise UploadError("gone", GONE)


def _joined(upload: Upload) -> bytes:
    return b"".join(blobs.read(part.file) for part in upload.parts.all())


def take(*, owner: User, key: str, kind: Kind) -> tuple[Upload, bytes]:
    """A finished upload and its bytes, for one who will `remove` it or `give_back`.

    UploadError when there is none of this key that is theirs, finished, of this kind and
    not in use.
    """
    upload = owner.uploads.filter(key=key).first()
    if upload is None:
        raise UploadError("unknown", "You have no upload of this key.")
    check_open(upload)
    if not upload.finished:
        raise UploadError(
            "unfinished",
            f"Of this upload {upload.offset} of {upload.length} bytes are here. Send the"
            " rest first.",
        )
    if upload.kind != kind:
        raise UploadError(
            "kind", f"This upload is a {upload.kind}; what is wanted here is a {kind}."
        )
    free = Upload.objects.filter(pk=upload.pk, taken=None)
    if not free.update(taken=timezone.now()):
        raise UploadError("unknown", "This upload is being used already.")
    try:
        data = _joined(upload)
    except BaseException:
        give_back(upload=upload)
        raise
    if hashlib.sha256(data).hexdigest() != upload.sha256:
        give_back(upload=upload)
        raise blobs.StorageError("The file storage does not have what was uploaded.")
    return upload, data


def give_back(*, upload: Upload) -> None:
    """Nothing came of it, and not by its fault: it may be used again."""
    Upload.objects.filter(pk=upload.pk).update(taken=None)


def remove(*, upload: Upload) -> None:
    """Forget it and its bytes. Files go first: a death between leaves a row that is
    swept, not files that nobody knows."""
    Upload.objects.filter(pk=upload.pk, taken=None).update(taken=timezone.now())
    blobs.clear(_folder(upload))
    Upload.objects.filter(pk=upload.pk).delete()


def sweep(*, now: dt.datetime | None = None, lost: str = "") -> dict[str, int]:  # noqa: ARG001 - what every reconciler is given
    """Remove what is over; `manage.py reconcile` calls this. A storage that does not
    answer is asked again the next time."""
    swept = 0
    for upload in Upload.objects.filter(expires__lte=now or timezone.now()):
        try:
            remove(upload=upload)
        except blobs.StorageError as error:
            log.warning("Upload %s stays for now: %s", upload.key, error)
            continue
        swept += 1
    return {"uploads": swept}


def leave_with_person(*, person: User) -> None:
    for upload in person.uploads.all():
        remove(upload=upload)

"""A file that a request brings: in a form, or as the key of a finished upload."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from rest_framework import serializers

from socialapp.accounts.api import me
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem, status_of
from socialapp.uploads import services
from socialapp.uploads.errors import UploadError
from socialapp.uploads.models import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rest_framework.request import Request

STATUSES = {"unknown": 404, "gone": 410}
"""Of refusals of an upload that is to be used; the others are 400."""

LATER = {409, 429}
"""Answers that say nothing of the file, but that it is not the moment."""


class UploadKey(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 16)
        kwargs.setdefault(
            "help_text",
            "Key of a finished upload of mine; it is gone afterwards, unless the answer"
            " is 409, 429 or 5xx.",
        )
        super().__init__(**kwargs)


@dataclass(frozen=True, slots=True)
class SentFile:
    data: bytes
    name: str


@contextmanager
def sent_file(
    request: Request,
    *,
    form: type[serializers.Serializer[Any]],
    uploaded: type[serializers.Serializer[Any]],
    field: str,
    kind: Kind | Callable[[dict[str, Any]], Kind],
) -> Iterator[tuple[dict[str, Any], SentFile]]:
    """The fields that were sent and the file, out of a form (`form`, with the file in
    `field`) or out of JSON (`uploaded`, with the key of an upload in ``upload``).

    `kind`: what the upload has to be, or what that is by the fields. The upload is used
    up when the block ends, by a refusal too; when the house failed, or it was not the
    moment, it may be used again.
    """
    if isinstance(request.data, QueryDict):
        sent = valid(form(data=request.data))
        yield sent, SentFile(sent[field].read(), sent[field].name or "")
        return
    sent = valid(uploaded(data=request.data))
    try:
        upload, data = services.take(
            owner=me(request),
            key=sent["upload"],
            kind=kind if isinstance(kind, Kind) else kind(sent),
        )
    except UploadError as error:
        status = STATUSES.get(error.code, 400)
        code = f"upload_{error.code}"
        raise Problem(status, code, str(error), field="upload") from None
    try:
        yield sent, SentFile(data, upload.name)
    except Exception as error:
        if (status := status_of(error)) in LATER or status >= 500:
            services.give_back(upload=upload)
        else:
            services.remove(upload=upload)
        raise
    services.remove(upload=upload)

"""tus 1.0.0, a protocol for uploads that go on where they broke off
(https://tus.io/protocols/resumable-upload), with its extensions creation, termination,
checksum and expiration."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Any, cast

from django.http import Http404
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, viewsets
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from socialapp.accounts.api import me
from socialapp.lib.api.problems import Problem, refusal
from socialapp.uploads import services
from socialapp.uploads.errors import DiskFullError, MovedError, UploadError
from socialapp.uploads.models import Kind, Upload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.permissions import BasePermission
    from rest_framework.request import Request

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,checksum,expiration"
CHECKSUMS = ("sha1", "sha256")
CHECKSUM_MISMATCH = 460
"""The protocol's own status."""

OVERRIDDEN = {"PATCH", "DELETE", "HEAD"}

STATUSES = {"too_large": 413, "too_many": 409, "gone": 410}
"""Of refusals while it is sent; the others are 400."""


@refusal(UploadError)
def _refused(error: UploadError) -> Problem:
    return Problem(STATUSES.get(error.code, 400), f"upload_{error.code}", str(error))


@refusal(MovedError)
def _moved(error: MovedError) -> Problem:
    headers = {"Upload-Offset": str(error.offset)}
    return Problem(409, "upload_offset", str(error), headers=headers)


@refusal(DiskFullError)
def _disk_full(error: DiskFullError) -> Problem:
    return Problem(507, "disk_full", str(error))


class PieceParser(BaseParser):
    media_type = "application/offset+octet-stream"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - DRF's signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        return stream.read()


class UploadRead(serializers.ModelSerializer[Upload]):
    finished = serializers.BooleanField(read_only=True)

    class Meta:
        model = Upload
        fields = (
            "key",
            "kind",
            "name",
            "length",
            "offset",
            "finished",
            "sha256",
            "created",
            "expires",
        )
        read_only_fields = fields
        extra_kwargs = {
            "sha256": {"help_text": "Of the whole, in hexadecimal, once it is here."},
            "offset": {"help_text": "So many of its first bytes are here."},
        }


def _header(name: str, kind: Any = str, text: str = "", **more: Any) -> Any:
    more.setdefault("required", True)
    return OpenApiParameter(
        name, kind, OpenApiParameter.HEADER, description=text, **more
    )


_TUS = _header("Tus-Resumable", text=f"{VERSION}; another version is 412.")
_CREATE = [
    _TUS,
    _header("Upload-Length", int, "Bytes of the whole."),
    _header(
        "Upload-Metadata",
        text="`kind` (" + ", ".join(Kind.values) + ") and `filename`, each with its"
        " value in base64, between commas.",
    ),
]
_PATCH = [
    _TUS,
    _header("Upload-Offset", int, "Byte at which this piece begins."),
    _header(
        "Upload-Checksum",
        text="`sha256` or `sha1`, a space, and the sum of this piece in base64.",
        required=False,
    ),
]


@extend_schema(tags=["uploads"])
@extend_schema_view(
    list=extend_schema(summary="My uploads that nothing was made of yet"),
    retrieve=extend_schema(
        summary="How far an upload is",
        description=(
            "`HEAD` says the same in the headers of tus: `Upload-Offset`,"
            " `Upload-Length`, `Upload-Metadata`, `Upload-Expires` and, when all of it"
            " is here, `Repr-Digest` (RFC 9530)."
        ),
    ),
)
class UploadViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Upload]
):
    serializer_class = UploadRead
    parser_classes = (PieceParser,)
    queryset = Upload.objects.none()
    lookup_field = "key"
    throttle_scope: str | None = None

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        asked = request.headers.get("X-HTTP-Method-Override", "").upper()
        if request.method == "POST" and asked in OVERRIDDEN:
            request.method = asked
        return super().dispatch(request, *args, **kwargs)

    def get_permissions(self) -> Sequence[BasePermission]:
        if self.request.method == "OPTIONS":
            return [AllowAny()]
        return super().get_permissions()  # type: ignore[return-value]

    def get_queryset(self) -> QuerySet[Upload]:
        return me(self.request).uploads.all()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in {"GET", "OPTIONS"}:
            return
        if request.headers.get("Tus-Resumable") != VERSION:
            raise Problem(
                412,
                "tus_version",
                f"Uploads are sent by tus {VERSION}: say Tus-Resumable: {VERSION}.",
                headers={"Tus-Version": VERSION},
            )

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Any:
        response["Tus-Resumable"] = VERSION
        return super().finalize_response(request, response, *args, **kwargs)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        return Response(
            status=204,
            headers={
                "Tus-Version": VERSION,
                "Tus-Extension": EXTENSIONS,
                "Tus-Max-Size": str(max(kind.most() for kind in Kind)),
                "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
            },
        )

    @extend_schema(
        summary="Begin an upload",
        description=(
            "`Location` says where its pieces go. When all of them are there, whatever"
            " takes a file in a form takes the `key` in JSON instead, as `upload`."
        ),
        parameters=_CREATE,
        request=None,
        responses={201: UploadRead},
    )
    def create(self, request: Request) -> Response:
        if "Upload-Defer-Length" in request.headers:
            raise Problem(
                400, "upload_length", "Say how long it is: Upload-Length, in bytes."
            )
        upload = services.begin_upload(
            owner=me(request),
            length=_number(request, "Upload-Length"),
            metadata=request.headers.get("Upload-Metadata", ""),
        )
        headers = _said(upload) | {"Location": f"/api/v1/uploads/{upload.key}/"}
        return Response(UploadRead(upload).data, status=201, headers=headers)

    def where(self, request: Request, key: str) -> Response:  # noqa: ARG002
        upload = self._open()
        headers = _said(upload) | {
            "Upload-Length": str(upload.length),
            "Upload-Metadata": upload.metadata,
            "Cache-Control": "no-store",
        }
        return Response(headers=headers)

    @extend_schema(
        summary="Send the next piece",
        description=(
            "409 `upload-offset` when it does not begin where the upload ends, or when"
            " somebody else sent that piece meanwhile; the answer has the"
            f" `Upload-Offset` at which it goes on. {CHECKSUM_MISMATCH}"
            " `upload-checksum` when it is not what `Upload-Checksum` says; then nothing"
            " of it is kept."
        ),
        parameters=_PATCH,
        request={"application/offset+octet-stream": OpenApiTypes.BINARY},
        responses={
            204: OpenApiResponse(description="`Upload-Offset` is how far it is.")
        },
    )
    def partial_update(self, request: Request, key: str) -> Response:  # noqa: ARG002
        upload = self._open()
        at = _number(request, "Upload-Offset")
        announced = request.META.get("CONTENT_LENGTH") or ""
        if not announced.isdecimal():
            raise Problem(411, "upload_length", "Say Content-Length, in bytes.")
        if at + int(announced) > upload.length:
            raise Problem(
                413,
                "upload_too_large",
                f"This upload is to have {upload.length} bytes, not more.",
            )
        # Nothing was parsed when nothing was sent.
        data = cast("bytes", request.data) if announced != "0" else b""
        if sent := request.headers.get("Upload-Checksum"):
            _check_sum(sent, data)
        upload = services.append(upload=upload, at=at, data=data)
        return Response(status=204, headers=_said(upload))

    @extend_schema(
        summary="Give an upload up", parameters=[_TUS], responses={204: None}
    )
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove(upload=self.get_object())
        return Response(status=204)

    def _open(self) -> Upload:
        upload = self.get_object()
        if upload.taken:
            raise Http404
        services.check_open(upload)
        return upload


def _said(upload: Upload) -> dict[str, str]:
    """How far it is, in the headers of tus and, of the whole, of RFC 9530."""
    said = {
        "Upload-Offset": str(upload.offset),
        "Upload-Expires": http_date(upload.expires.timestamp()),
    }
    if upload.finished:
        digest = base64.b64encode(bytes.fromhex(upload.sha256)).decode()
        said["Repr-Digest"] = f"sha-256=:{digest}:"
    return said


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise Problem(400, "upload_header", f"Say {header}: a number of bytes.")
    return int(text)


def _check_sum(header: str, data: bytes) -> None:
    name, _, sent = header.partition(" ")
    if name not in CHECKSUMS:
        known = " or ".join(CHECKSUMS)
        raise Problem(400, "upload_header", f"Upload-Checksum is made with {known}.")
    try:
        expected = base64.b64decode(sent, validate=True)
    except binascii.Error:
        raise Problem(
            400, "upload_header", "The sum in Upload-Checksum is base64."
        ) from None
    found = hashlib.new(name, data, usedforsecurity=False).digest()
    if not hmac.compare_digest(found, expected):
        raise Problem(
            CHECKSUM_MISMATCH,
            "upload_checksum",
            "This piece arrived otherwise than it was sent. Send it again.",
        )

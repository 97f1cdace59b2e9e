"""Backgrounds of one's own over HTTP; the built-in ones are in ``speech``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.response import Response

from avatarfx.models import Backdrop
from avatarfx.services import backdrops as services
from avatarfx.standing import why_it_waits
from moderation.pictures.errors import PictureRefusedError
from socialapp.accounts.api import me
from socialapp.lib.api.fields import BlobUrl
from socialapp.lib.api.parsers import FileParser, StrictJSONParser
from socialapp.lib.api.problems import Problem
from socialapp.lib.images import PictureError
from socialapp.uploads.api.files import UploadKey, sent_file
from socialapp.uploads.models import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from rest_framework.request import Request


class BackdropParser(FileParser):
    field = "picture"

    def most(self) -> int:
        return settings.MAX_PICTURE_BYTES

    def words(self, megabytes: int) -> str:
        return (
            f"This picture is too large; we take up to {megabytes} MB. Save it smaller."
        )


class BackdropRead(serializers.ModelSerializer[Backdrop]):
    name = serializers.CharField(source="ref", help_text="What a clip calls it.")
    title = serializers.CharField(source="name", help_text="What you call it.")
    url = BlobUrl(source="ref")
    bytes = serializers.IntegerField(source="size")
    note = serializers.SerializerMethodField(
        help_text="Why no clip can stand before it yet; empty when one can."
    )

    class Meta:
        model = Backdrop
        fields = (
            "key",
            "name",
            "title",
            "url",
            "bytes",
            "width",
            "height",
            "state",
            "note",
            "created",
        )

    @extend_schema_field(OpenApiTypes.STR)
    def get_note(self, backdrop: Backdrop) -> str:
        if backdrop.withheld:
            return "A moderator took it off the stage. You can appeal the decision."
        return why_it_waits(backdrop)


class BackdropsRead(serializers.Serializer[Any]):
    mine = BackdropRead(many=True)
    room = serializers.IntegerField(help_text="How many more you may keep.")


class BackdropWrite(serializers.Serializer[Any]):
    picture = serializers.FileField(help_text="PNG, JPEG or WebP.")
    title = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=services.MOST_NAME,
        help_text="What you call it; else the file's own name.",
    )
    painting = serializers.BooleanField(
        default=False,
        help_text="A face in it that looks photographed is painted; a person checks.",
    )


class BackdropUploadWrite(BackdropWrite):
    picture = None  # type: ignore[assignment]
    upload = UploadKey()


@extend_schema(tags=["clips"])
class BackdropViewSet(viewsets.GenericViewSet[Backdrop]):
    serializer_class = BackdropRead
    parser_classes = (StrictJSONParser, BackdropParser)
    pagination_class = None
    queryset = Backdrop.objects.none()
    lookup_field = "key"

    @property
    def throttle_scope(self) -> str | None:
        return "upload" if self.action == "create" else None

    def get_queryset(self) -> QuerySet[Backdrop]:
        return Backdrop.objects.of(me(self.request))

    def _mine(self, key: str) -> Backdrop:
        found = self.get_queryset().filter(key=key).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(
        summary="My own backgrounds",
        responses=forced_singular_serializer(BackdropsRead),  # type: ignore[no-untyped-call]
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        mine = list(self.get_queryset())
        room = max(0, settings.BACKDROPS_PER_PERSON - len(mine))
        return Response(BackdropsRead({"mine": mine, "room": room}).data)

    @extend_schema(
        summary="Upload a background",
        description=(
            "Re-encoded without what the file tells beside the picture, and screened."
            " Only you can make clips with it."
        ),
        request={
            "multipart/form-data": BackdropWrite,
            "application/json": BackdropUploadWrite,
        },
        responses={201: BackdropRead},
    )
    def create(self, request: Request) -> Response:
        picture = sent_file(
            request,
            form=BackdropWrite,
            uploaded=BackdropUploadWrite,
            field="picture",
            kind=Kind.PICTURE,
        )
        with picture as (sent, file), _refused():
            made = services.add_backdrop(
                owner=me(request),
                data=file.data,
                name=sent.get("title") or services.stem(file.name),
                painting=sent["painting"],
            )
        return Response(BackdropRead(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="One of mine", responses=BackdropRead)
    def retrieve(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return Response(BackdropRead(self._mine(key)).data)

    @extend_schema(
        summary="Delete one of mine",
        description="Films made before it stay. Refused while a clip in line needs it.",
        responses={204: None},
    )
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_backdrop(backdrop=self._mine(key))
        return Response(status=status.HTTP_204_NO_CONTENT)


@contextmanager
def _refused() -> Iterator[None]:
    """A refused picture, named as the field that the person sent."""
    try:
        yield
    except PictureRefusedError as error:
        raise Problem(400, "picture_refused", str(error), field="picture") from None
    except (PictureError, services.BackdropError) as error:
        raise Problem(400, "invalid", str(error), field="picture") from None

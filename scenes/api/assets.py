"""Backgrounds and sounds over HTTP: the built-in ones and one's own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from moderation.pictures.errors import PictureRefusedError
from scenes import assets, sounds
from scenes.models import SceneAsset
from scenes.recordings import SoundError
from scenes.services import assets as services
from scenes.services.assets import AssetError
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


class AssetParser(FileParser):
    """Bounded by the larger of the two kinds; each has its own limit besides."""

    field = "file"

    def most(self) -> int:
        return max(settings.MAX_PICTURE_BYTES, settings.MAX_SOUND_BYTES)

    def words(self, megabytes: int) -> str:
        sound = settings.MAX_SOUND_BYTES // 1024**2
        return (
            f"This file is too large; we take pictures up to {megabytes} MB and sounds"
            f" up to {sound} MB. Save it smaller."
        )


class BuiltInRead(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=SceneAsset.Kind.choices)
    name = serializers.CharField(help_text="What documents call it.")
    title = serializers.CharField()
    url = serializers.CharField()
    loop = serializers.BooleanField(
        help_text="Its end goes over into its beginning; false for backgrounds."
    )


class SceneAssetRead(serializers.ModelSerializer[SceneAsset]):
    name = serializers.CharField(source="ref", help_text="What documents call it.")
    title = serializers.CharField(source="name", help_text="What you call it.")
    url = BlobUrl(source="ref")
    bytes = serializers.IntegerField(source="size")
    note = serializers.SerializerMethodField(
        help_text="Why it is not shown to others yet; empty when it is."
    )

    class Meta:
        model = SceneAsset
        fields = (
            "key",
            "kind",
            "name",
            "title",
            "url",
            "bytes",
            "width",
            "height",
            "seconds",
            "state",
            "note",
            "created",
        )

    @extend_schema_field(OpenApiTypes.STR)
    def get_note(self, asset: SceneAsset) -> str:
        if asset.withheld:
            return "A moderator took it off the stage. You can appeal the decision."
        if asset.state == SceneAsset.State.REFUSED:
            return "This picture may not be shown. Use another one."
        return services.why_it_waits(asset)


class SceneAssetsRead(serializers.Serializer[Any]):
    built_in = BuiltInRead(many=True)
    mine = SceneAssetRead(many=True)
    room = serializers.IntegerField(help_text="How many more you may keep.")


class SceneAssetWrite(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=SceneAsset.Kind.choices)
    file = serializers.FileField(
        help_text="PNG, JPEG or WebP up to 12 MB; MP3, WAV, FLAC, Ogg, WebM or M4A up to"
        " 5 MB and a minute."
    )
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


class SceneAssetUploadWrite(SceneAssetWrite):
    file = None  # type: ignore[assignment]
    upload = UploadKey(
        help_text="Key of a finished upload of mine, of kind `picture` or `sound`; it is"
        " gone afterwards, unless the answer is 409, 429 or 5xx."
    )


UPLOADED = {
    SceneAsset.Kind.BACKGROUND: Kind.PICTURE,
    SceneAsset.Kind.SOUND: Kind.SOUND,
}
"""What the upload of each has to be."""


@extend_schema(tags=["scenes"])
class SceneAssetViewSet(viewsets.GenericViewSet[SceneAsset]):
    serializer_class = SceneAssetRead
    permission_classes: Any = (IsAuthenticatedOrReadOnly,)
    parser_classes = (StrictJSONParser, AssetParser)
    pagination_class = None
    queryset = SceneAsset.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    @property
    def throttle_scope(self) -> str | None:
        return "upload" if self.action == "create" else None

    def get_queryset(self) -> QuerySet[SceneAsset]:
        if not self.request.user.is_authenticated:
            return SceneAsset.objects.none()
        return SceneAsset.objects.kept_by(me(self.request))

    def _mine(self, key: str) -> SceneAsset:
        asset = self.get_queryset().filter(key=key).first()
        if asset is None:
            raise Http404
        return asset

    @extend_schema(
        summary="What a scene may be set in: the built-in ones, and mine",
        responses=forced_singular_serializer(SceneAssetsRead),  # type: ignore[no-untyped-call]
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        mine = list(self.get_queryset())
        told = {
            "built_in": [one for kind in assets.KINDS for one in _built_in(kind)],
            "mine": mine,
            "room": max(0, settings.SCENE_ASSETS_PER_PERSON - len(mine)),
        }
        return Response(SceneAssetsRead(told).data)

    @extend_schema(
        summary="Upload a background or a sound",
        request={
            "multipart/form-data": SceneAssetWrite,
            "application/json": SceneAssetUploadWrite,
        },
        responses={201: SceneAssetRead},
    )
    def create(self, request: Request) -> Response:
        brought = sent_file(
            request,
            form=SceneAssetWrite,
            uploaded=SceneAssetUploadWrite,
            field="file",
            kind=lambda sent: UPLOADED[sent["kind"]],
        )
        with brought as (sent, file), _refused():
            name = sent.get("title") or _stem(file.name)
            if sent["kind"] == SceneAsset.Kind.SOUND:
                asset = services.add_sound(owner=me(request), data=file.data, name=name)
            else:
                asset = services.add_background(
                    owner=me(request),
                    data=file.data,
                    name=name,
                    painting=sent["painting"],
                )
        return Response(SceneAssetRead(asset).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="One of mine", responses=SceneAssetRead)
    def retrieve(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return Response(SceneAssetRead(self._mine(key)).data)

    @extend_schema(
        summary="Delete one of mine",
        description=(
            "No new version may name it. What is published with it goes on as it was;"
            " the file is forgotten when no version names it any more."
        ),
        responses={204: None},
    )
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_asset(asset=self._mine(key))
        return Response(status=status.HTTP_204_NO_CONTENT)


@contextmanager
def _refused() -> Iterator[None]:
    """A refused file, named as the field that the person sent."""
    try:
        yield
    except PictureRefusedError as error:
        raise Problem(400, "picture_refused", str(error), field="file") from None
    except (PictureError, SoundError, AssetError) as error:
        raise Problem(400, "invalid", str(error), field="file") from None


def _built_in(kind: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "name": name,
            "title": title,
            "url": assets.url(kind, name),
            "loop": kind == "sound" and name in sounds.LOOPS,
        }
        for name, title in assets.built_in(kind).items()
    ]


def _stem(name: str | None) -> str:
    return (name or "").rpartition("/")[2].rpartition(".")[0][: services.MOST_NAME]

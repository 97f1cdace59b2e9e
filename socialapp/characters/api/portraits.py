"""Portraits and the avatar maker over HTTP."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from moderation.pictures.errors import PictureRefusedError
from socialapp.accounts.api import me
from socialapp.characters import anchors, maker, selectors, services
from socialapp.characters.models import Portrait
from socialapp.lib.api.fields import BlobUrl, valid
from socialapp.lib.api.parsers import PictureParser, StrictJSONParser
from socialapp.lib.api.problems import Problem
from socialapp.lib.images import PictureError
from socialapp.uploads.api.files import UploadKey, sent_file
from socialapp.uploads.models import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from rest_framework.request import Request


@contextmanager
def _refused_at(field: str) -> Iterator[None]:
    """A refused picture, named as the field that the person sent."""
    try:
        yield
    except PictureRefusedError as error:
        raise Problem(400, "picture_refused", str(error), field=field) from None
    except (PictureError, anchors.AnchorError) as error:
        raise Problem(400, "invalid", str(error), field=field) from None


_POINT = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 2,
    "description": "x and y in units of the picture's width.",
}
_ANCHORS = {
    "type": "object",
    "required": ["eye_left", "eye_right", "mouth", "chin"],
    "properties": {
        "eye_left": _POINT,
        "eye_right": _POINT,
        "mouth": _POINT,
        "chin": _POINT,
        "mouth_width": {"type": "number", "description": "0: judge it from the eyes."},
    },
}
_OBJECT = {"type": "object", "additionalProperties": True}


@extend_schema_field(_ANCHORS)
class AnchorsField(serializers.JSONField):
    pass


class PortraitRead(serializers.ModelSerializer[Portrait]):
    picture = BlobUrl(source="ref")
    thumb = BlobUrl()
    style = serializers.CharField(  # type: ignore[assignment]  # Field.style is unused
        source="rig.style", read_only=True
    )
    width = serializers.IntegerField(source="rig.width", read_only=True)
    height = serializers.IntegerField(source="rig.height", read_only=True)
    presence = serializers.FloatField(
        source="rig.presence",
        read_only=True,
        help_text="How sure the finder is, 0 to 1.",
    )
    mouth_drawn = serializers.BooleanField(source="rig.mouth_drawn", read_only=True)
    reason = serializers.CharField(
        source="rig.reason", read_only=True, help_text="Why there is no face or mouth."
    )
    anchors = serializers.SerializerMethodField()

    class Meta:
        model = Portrait
        fields = (
            "key",
            "source",
            "rig_state",
            "style",
            "picture",
            "thumb",
            "width",
            "height",
            "presence",
            "mouth_drawn",
            "reason",
            "anchors",
            "created",
        )

    @extend_schema_field({"oneOf": [_ANCHORS, {"type": "null"}]})
    def get_anchors(self, portrait: Portrait) -> Any:
        return portrait.rig.get("anchors")


class PortraitWrite(serializers.Serializer[Any]):
    picture = serializers.FileField(help_text="PNG, JPEG or WebP, up to 12 MB.")
    painting = serializers.BooleanField(
        default=False,
        help_text="A face in it that looks photographed is painted; a person checks.",
    )


class PortraitUploadWrite(PortraitWrite):
    picture = None  # type: ignore[assignment]
    upload = UploadKey()


class AnchorsWrite(serializers.Serializer[Any]):
    anchors = AnchorsField()
    style = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[("photo", "Photo"), ("paint", "Painted"), ("flat", "Flat")],
        required=False,
    )


class RecipeWrite(serializers.Serializer[Any]):
    recipe = serializers.DictField(help_text="As from /maker/options/.")


@extend_schema(tags=["portraits"])
@extend_schema_view(list=extend_schema(summary="My portraits, newest first"))
class PortraitViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Portrait]):
    serializer_class = PortraitRead
    parser_classes = (StrictJSONParser, PictureParser)
    queryset = Portrait.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    @property
    def throttle_scope(self) -> str | None:
        return "upload" if self.action in {"create", "find_again"} else None

    def get_queryset(self) -> QuerySet[Portrait]:
        return selectors.portraits_of(me(self.request))

    def _seen(self, key: str) -> Portrait:
        try:
            return selectors.portrait_for(self.request.user, key)
        except Portrait.DoesNotExist:
            raise Http404 from None

    @extend_schema(
        summary="Upload a picture and look for its face",
        request={
            "multipart/form-data": PortraitWrite,
            "application/json": PortraitUploadWrite,
        },
        responses={201: PortraitRead},
    )
    def create(self, request: Request) -> Response:
        picture = sent_file(
            request,
            form=PortraitWrite,
            uploaded=PortraitUploadWrite,
            field="picture",
            kind=Kind.PICTURE,
        )
        with picture as (sent, file), _refused_at("picture"):
            portrait = services.add_portrait(
                owner=me(request), data=file.data, painting=sent["painting"]
            )
        return Response(PortraitRead(portrait).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="One portrait", responses=PortraitRead)
    def retrieve(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return Response(PortraitRead(self._seen(key)).data)

    @extend_schema(summary="Remove a portrait that nothing uses", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        with _refused_at("portrait"):
            services.remove_portrait(portrait=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="The rig, with the addresses of its files under `urls`",
        responses={(200, "application/json"): _OBJECT},
    )
    @action(detail=True, permission_classes=[AllowAny])
    def rig(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return Response(selectors.rig_json(self._seen(key)))

    @extend_schema(
        summary="Set eyes, mouth and chin by hand",
        request=AnchorsWrite,
        responses=PortraitRead,
    )
    @action(detail=True, methods=["put"])
    def anchors(self, request: Request, key: str) -> Response:  # noqa: ARG002
        data = valid(AnchorsWrite(data=request.data))
        portrait = self.get_object()
        with _refused_at("anchors"):
            portrait = services.set_anchors(
                portrait=portrait,
                anchors=anchors.read(data["anchors"]),
                style=data.get("style", ""),
            )
        return Response(PortraitRead(portrait).data)

    @extend_schema(
        summary="Forget the handles and look for the face again",
        request=None,
        responses=PortraitRead,
    )
    @action(detail=True, methods=["post"], url_path="find-again")
    def find_again(self, request: Request, key: str) -> Response:  # noqa: ARG002
        with _refused_at("portrait"):
            portrait = services.find_face_again(portrait=self.get_object())
        return Response(PortraitRead(portrait).data)


@extend_schema(tags=["portraits"])
class MakerViewSet(viewsets.GenericViewSet[Portrait]):
    """The avatar maker: drawn characters whose face is exact."""

    serializer_class = RecipeWrite
    pagination_class = None
    throttle_scope: str | None = None

    @extend_schema(
        summary="What can be mixed", responses={(200, "application/json"): _OBJECT}
    )
    @action(detail=False, permission_classes=[AllowAny])
    def options(self, request: Request) -> Response:  # type: ignore[override]  # noqa: ARG002
        return Response(maker.OPTIONS)

    @extend_schema(
        summary="A recipe by chance",
        parameters=[
            OpenApiParameter("seed", int, description="The same, the same face.")
        ],
        responses=RecipeWrite,
    )
    @action(detail=False, permission_classes=[AllowAny])
    def random(self, request: Request) -> Response:
        seed = serializers.IntegerField(min_value=0, max_value=2**31).run_validation(
            request.query_params.get("seed", "0")
        )
        return Response({"recipe": maker.random_recipe(seed)})

    @extend_schema(
        summary="How a recipe looks, as SVG",
        request=RecipeWrite,
        responses={(200, "image/svg+xml"): OpenApiTypes.STR},
    )
    @action(detail=False, methods=["post"], throttle_scope="preview")
    def preview(self, request: Request) -> HttpResponse:
        recipe = valid(RecipeWrite(data=request.data))["recipe"]
        with _refused_at("recipe"):
            drawing = services.draw_recipe(recipe)
        return HttpResponse(drawing, content_type="image/svg+xml")

    @extend_schema(
        summary="Make the portrait", request=RecipeWrite, responses={201: PortraitRead}
    )
    @action(detail=False, methods=["post"], throttle_scope="upload")
    def portraits(self, request: Request) -> Response:
        recipe = valid(RecipeWrite(data=request.data))["recipe"]
        with _refused_at("recipe"):
            portrait = services.add_made_portrait(owner=me(request), recipe=recipe)
        return Response(PortraitRead(portrait).data, status=status.HTTP_201_CREATED)

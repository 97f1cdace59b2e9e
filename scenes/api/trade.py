"""Stories in from other programs, and out to them, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response

from scenes import selectors
from scenes.api import refusals
from scenes.api.shapes import SceneFindingRead
from scenes.downloads import download
from scenes.models import Scene
from scenes.services import trade
from scenes.trade import FORMS
from socialapp.lib.api.fields import valid
from socialapp.lib.api.parsers import FileParser

if TYPE_CHECKING:
    from rest_framework.request import Request


class StoryParser(FileParser):
    def most(self) -> int:
        return trade.MOST_BYTES

    def words(self, megabytes: int) -> str:  # noqa: ARG002 - not whole ones
        return (
            f"This file is too large; we take stories up to {trade.MOST_BYTES} bytes."
            " Leave pictures and sounds out, or split the story."
        )


class StoryWrite(serializers.Serializer[Any]):
    file = serializers.FileField(
        help_text="A scene, Twee 3 or a Twine story, compiled ink, SCXML, or XState's"
        " JSON, up to 5,000,000 bytes."
    )


class NotTakenRead(serializers.Serializer[Any]):
    what = serializers.CharField()
    where = serializers.CharField(
        allow_blank=True, help_text="A passage and line, a path, a line of the file."
    )
    why = serializers.CharField()


class TradeReportRead(serializers.Serializer[Any]):
    taken = serializers.ListField(child=serializers.CharField())
    kept = serializers.ListField(
        child=serializers.CharField(), help_text="In extensions, without an effect."
    )
    not_taken = NotTakenRead(many=True)


class StoryRead(serializers.Serializer[Any]):
    form = serializers.ChoiceField(choices=[(form, form) for form in FORMS])
    document = serializers.CharField(help_text="A scene's JSON as a text, canonical.")
    report = TradeReportRead()
    publishable = serializers.BooleanField()
    findings = SceneFindingRead(many=True, help_text="What the validator says of it.")


@extend_schema(tags=["scenes"])
class StoryImportViewSet(viewsets.GenericViewSet[Scene]):
    serializer_class = StoryWrite
    queryset = Scene.objects.none()
    parser_classes = (StoryParser,)
    permission_classes: Any = (IsAuthenticated,)
    throttle_scope = "upload"

    @extend_schema(
        summary="What a story of another program becomes",
        description=(
            "Nothing is stored: begin a scene with the `document` to keep it."
            " docs/scenes-trade.md says what each form keeps and loses."
        ),
        request={"multipart/form-data": StoryWrite},
        responses=StoryRead,
    )
    def create(self, request: Request) -> Response:
        upload = valid(StoryWrite(data=request.data))["file"]
        # A body in chunks announced no length.
        if (upload.size or 0) > trade.MOST_BYTES:
            raise StoryParser().too_large()
        found = trade.import_story(data=upload.read())
        told = {
            "form": found.form,
            "document": found.document,
            "report": found.report.to_json(),
            "publishable": found.publishable,
            "findings": [refusals.finding_of(one) for one in found.findings],
        }
        return Response(StoryRead(told).data)


@extend_schema(tags=["scenes"])
class SceneExportViewSet(viewsets.GenericViewSet[Scene]):
    serializer_class = StoryRead
    queryset = Scene.objects.none()
    pagination_class = None
    permission_classes: Any = (AllowAny,)
    throttle_scope = "scene"

    @extend_schema(
        summary="A scene as a file",
        description=(
            "`json`: as docs/scenes.md says. `twee`: Twee 3 with plain links; what it"
            " cannot say is listed in a passage. `html`: one page that plays by itself."
            " One's own, and those whose author offers them for remixes."
        ),
        parameters=[
            OpenApiParameter(
                "form", enum=list(trade.FORMS), location=OpenApiParameter.PATH
            ),
            OpenApiParameter(
                "draft", bool, description="Its author's draft, not what is on stage."
            ),
        ],
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "text/plain"): OpenApiTypes.STR,
            (200, "text/html"): OpenApiTypes.STR,
        },
    )
    def retrieve(self, request: Request, key: str, form: str) -> HttpResponse:
        if form not in trade.FORMS:
            raise Http404
        try:
            scene = selectors.scene_for(viewer=request.user, key=key)
        except Scene.DoesNotExist:
            raise Http404 from None
        draft = request.query_params.get("draft", "").lower() in {"1", "true"}
        return download(
            trade.export_scene(scene=scene, viewer=request.user, form=form, draft=draft)
        )

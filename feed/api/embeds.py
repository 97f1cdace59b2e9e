"""oEmbed over the API, where its refusals are problems as everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from feed.oembed import EmbedError, answer
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from rest_framework.request import Request


@refusal(EmbedError)
def _not_embedded(error: EmbedError) -> Problem:
    return Problem(error.status, "not_embedded", str(error))


class OembedRead(serializers.Serializer[Any]):
    version = serializers.CharField()
    type = serializers.CharField(help_text="Always `video`.")
    provider_name = serializers.CharField()
    provider_url = serializers.CharField()
    title = serializers.CharField()
    author_name = serializers.CharField()
    author_url = serializers.CharField()
    html = serializers.CharField(help_text="An iframe.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    cache_age = serializers.IntegerField(help_text="Seconds.")
    thumbnail_url = serializers.CharField(required=False)
    thumbnail_width = serializers.IntegerField(required=False)
    thumbnail_height = serializers.IntegerField(required=False)


@extend_schema(tags=["posts"])
class OembedViewSet(viewsets.ViewSet):
    permission_classes = (AllowAny,)

    @extend_schema(
        summary="What to show instead of the address of a post",
        description="oEmbed 1.0. 404: no post of ours; 401: one that may not be shown on"
        " other sites. `/oembed/` is the same without /api/v1.",
        parameters=[
            OpenApiParameter("url", str, required=True),
            OpenApiParameter("maxwidth", int),
            OpenApiParameter("maxheight", int),
            OpenApiParameter("format", str, enum=["json"]),
        ],
        responses=OembedRead,
    )
    def retrieve(self, request: Request) -> Response:
        here = request.build_absolute_uri("/")
        return Response(answer(request.query_params.dict(), here=here))

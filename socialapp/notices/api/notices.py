"""What I was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from socialapp.accounts.api import me
from socialapp.lib.api.fields import valid
from socialapp.notices import selectors, services
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


class NoticeRead(serializers.ModelSerializer[Notice]):
    class Meta:
        model = Notice
        fields = (
            "key",
            "kind",
            "about",
            "people",
            "lead",
            "words",
            "url",
            "action",
            "created",
            "seen",
        )


class SeenWrite(serializers.Serializer[Any]):
    keys = serializers.ListField(
        child=serializers.CharField(max_length=16),
        max_length=100,
        required=False,
        help_text="Left out: all of them.",
    )


class UnseenRead(serializers.Serializer[Any]):
    unseen = serializers.IntegerField(
        help_text=f"That are new, counted up to {selectors.MOST_COUNTED}."
    )


@extend_schema(tags=["notices"])
class NoticeViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Notice]):
    serializer_class = NoticeRead
    queryset = Notice.objects.none()

    def get_queryset(self) -> QuerySet[Notice]:
        group = self.request.query_params.get("of", "all")
        return selectors.notices_of(me(self.request), group=group)

    @extend_schema(
        summary="What I was told, the newest first",
        parameters=[OpenApiParameter("of", enum=list(selectors.GROUPS))],
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(summary="How many are new", responses=UnseenRead, methods=["GET"])
    @extend_schema(
        summary="Mark them as seen; again changes nothing",
        request=SeenWrite,
        responses=UnseenRead,
        methods=["POST"],
    )
    @action(detail=False, methods=["get", "post"], pagination_class=None)
    def seen(self, request: Request) -> Response:
        user = me(request)
        if request.method == "POST":
            data = valid(SeenWrite(data=request.data))
            services.mark_seen(person=user, keys=data.get("keys"))
        return Response({"unseen": selectors.unseen_of(user)})

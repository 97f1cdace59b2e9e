"""Voiced lines over HTTP: what is made at once, what is not a moment later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from scenes.filling import FillingError, Spot
from scenes.machine.values import IDENTIFIER
from scenes.models import LineTake, Scene, SceneVersion
from scenes.selectors import takes as selectors
from scenes.services import takes
from socialapp.lib import blobs
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem, refusal
from socialapp.lib.api.throttles import Throttle

if TYPE_CHECKING:
    from rest_framework.request import Request

MOST_LINES, MOST_SOON = 20, 40
MOST_ROLES, MOST_VALUES = 12, 40

KEPT = "private, max-age=86400, immutable"
"""A take never changes. One that is taken down lives on for a day at most, and only with
those who heard it; its sound is asked for anew each time, like every file."""


@refusal(FillingError)
def _no_such_line(error: FillingError) -> Problem:
    return Problem(400, "no_such_line", str(error), field="lines")


class SpotWrite(serializers.Serializer[Any]):
    state = serializers.RegexField(IDENTIFIER, help_text="Id of a state.")
    beat = serializers.IntegerField(
        min_value=0, max_value=39, help_text="Number of a line in it, from 0."
    )
    values = serializers.DictField(
        child=serializers.JSONField(),
        required=False,
        help_text="Those of the variables that its text shows.",
    )

    def validate_values(self, values: dict[str, Any]) -> dict[str, Any]:
        plain = all(isinstance(v, str | int | float | bool) for v in values.values())
        if len(values) > MOST_VALUES or not plain:
            raise serializers.ValidationError(
                f"Send at most {MOST_VALUES} plain values: those that the line shows."
            )
        return values

    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        return Spot(found["state"], found["beat"], found.get("values", {}))


class TakesWrite(serializers.Serializer[Any]):
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="Number of the scene's version."
    )
    cast = serializers.DictField(
        child=serializers.CharField(max_length=16),
        help_text="Keys of characters by role; who is left out is silent.",
    )
    language = serializers.CharField(
        max_length=35, required=False, allow_blank=True, help_text="BCP 47."
    )
    lines = serializers.ListField(
        child=SpotWrite(), max_length=MOST_LINES, help_text="Wanted now."
    )
    soon = serializers.ListField(
        child=SpotWrite(),
        max_length=MOST_SOON,
        required=False,
        help_text="Likely to come: made in the background, not answered.",
    )

    def validate_cast(self, cast: dict[str, str]) -> dict[str, str]:
        if len(cast) > MOST_ROLES:
            raise serializers.ValidationError(
                f"A scene has at most {MOST_ROLES} roles."
            )
        return cast


class TakeRead(serializers.Serializer[Any]):
    state = serializers.CharField()
    beat = serializers.IntegerField()
    id = serializers.CharField(
        allow_blank=True, help_text="Content address, 64 hex digits; empty: never made."
    )
    status = serializers.ChoiceField(
        choices=[takes.READY, takes.MAKING, takes.SILENT, takes.REFUSED],
        help_text="`making`: ask again in half a second. `silent`: text alone, with a"
        " face when there is a performance. `refused`: nobody may say it.",
    )
    performance = serializers.JSONField(
        allow_null=True, help_text="As in docs/performance.md, of one seat, `a`."
    )
    sound = serializers.CharField(
        allow_null=True, help_text="Where its sound is; null: none is heard."
    )


class TakesRead(serializers.Serializer[Any]):
    takes = TakeRead(many=True)


@extend_schema(tags=["scenes"])
class SceneTakesViewSet(viewsets.GenericViewSet[LineTake]):
    """``scenes/<key>/takes/``"""

    queryset = LineTake.objects.none()
    serializer_class: Any = TakesRead
    pagination_class = None
    permission_classes: Any = (AllowAny,)
    throttle_scope = "takes"

    @extend_schema(
        summary="Voices of lines",
        description=(
            "Words are never sent: they are those of the published version. A take is"
            " made once for a voice and its words and shared by all who play, so what is"
            " prepared costs nothing. Whoever may see the scene may ask."
        ),
        request=TakesWrite,
        responses={200: TakesRead},
    )
    def create(self, request: Request, key: str) -> Response:
        scene = Scene.objects.visible_to(request.user).filter(key=key).first()
        if scene is None:
            raise Http404
        data = valid(TakesWrite(data=request.data))
        try:
            version = selectors.version_for(
                viewer=request.user, scene=scene, number=data["version"]
            )
        except SceneVersion.DoesNotExist:
            raise Http404 from None
        company = takes.Company(
            version,
            selectors.speakers_for(request.user, data["cast"]),
            data.get("language", ""),
        )
        scope = "new-takes" if request.user.is_authenticated else "new-takes-anon"
        throttle = Throttle()
        answers, begun = takes.ask(
            company=company,
            lines=data["lines"],
            soon=data.get("soon", ()),
            most_new=throttle.left(request, scope),
        )
        if begun:
            throttle.spend(request, scope, begun)
        return Response({"takes": [_told(one) for one in answers]})


@extend_schema(tags=["scenes"])
class TakeViewSet(viewsets.GenericViewSet[LineTake]):
    """``takes/<key>/``"""

    queryset = LineTake.objects.none()
    serializer_class: Any = TakeRead
    permission_classes: Any = (AllowAny,)

    @extend_schema(
        summary="The performance of one take",
        description="Never changes, so it is kept by browsers; named by its content: the key is the `id` of a take.",
        responses={200: OpenApiResponse(description="As in docs/performance.md.")},
    )
    def retrieve(self, request: Request, key: str) -> HttpResponse | Response:
        try:
            take = selectors.take_for(viewer=request.user, digest=key)
        except LineTake.DoesNotExist:
            raise Http404 from None
        headers = {"Cache-Control": KEPT, "ETag": f'"{take.digest}"'}
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return HttpResponse(status=304, headers=headers)
        return Response(take.performance, headers=headers)


def _told(answer: takes.Answer) -> dict[str, Any]:
    take = answer.take
    return {
        "state": answer.spot.state,
        "beat": answer.spot.beat,
        "id": answer.digest,
        "status": answer.status,
        "performance": take.performance if take else None,
        "sound": blobs.url(take.sound) if take and take.sound else None,
    }

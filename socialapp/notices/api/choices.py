"""What I want to be told, and which of my browsers ring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers, status, viewsets
from rest_framework.response import Response

from socialapp.accounts.api import me
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem, refusal
from socialapp.notices import kinds, selectors, services
from socialapp.notices.models import NoticeSettings, PushSubscription
from socialapp.notices.pushers import pusher
from socialapp.notices.services.choosing import ChoiceError

if TYPE_CHECKING:
    from rest_framework.request import Request


@refusal(ChoiceError)
def _choice_refused(error: ChoiceError) -> Problem:
    return Problem(400, "invalid", str(error), errors=error.errors)


@refusal(services.PushError)
def _push_refused(error: services.PushError) -> Problem:
    return Problem(400, "invalid", str(error), field="endpoint")


class KindRead(serializers.Serializer[Any]):
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # Field.label is unused
    group = serializers.CharField()
    house = serializers.BooleanField(help_text="Off: told nowhere.")
    mail = serializers.BooleanField(help_text="In the digest, or at once.")
    push = serializers.BooleanField()
    fixed = serializers.ListField(
        child=serializers.CharField(), help_text="Ways that cannot be switched."
    )


class NoticeSettingsRead(serializers.ModelSerializer[NoticeSettings]):
    kinds = serializers.SerializerMethodField()

    class Meta:
        model = NoticeSettings
        fields = (
            "digest",
            "digest_hour",
            "mails",
            "quiet",
            "quiet_from",
            "quiet_until",
            "kinds",
        )

    @extend_schema_field(KindRead(many=True))
    def get_kinds(self, chosen: NoticeSettings) -> Any:
        found = [
            {
                "kind": kind,
                "label": sort.label,
                "group": sort.group,
                **kinds.ways(kind, chosen.switches)._asdict(),
                "fixed": [w for w in kinds.WAYS if not kinds.may_switch(kind, w)],
            }
            for kind, sort in kinds.SORTS.items()
        ]
        return KindRead(found, many=True).data


class NoticeSettingsWrite(serializers.Serializer[Any]):
    digest = serializers.ChoiceField(NoticeSettings.Every.choices, required=False)
    digest_hour = serializers.IntegerField(min_value=0, max_value=23, required=False)
    mails = serializers.BooleanField(
        required=False, help_text="A mail at once about what waits for my answer."
    )
    quiet = serializers.BooleanField(required=False)
    quiet_from = serializers.IntegerField(
        min_value=0, max_value=23, required=False, help_text="An hour of my own clock."
    )
    quiet_until = serializers.IntegerField(min_value=0, max_value=23, required=False)
    switches = serializers.DictField(
        child=serializers.DictField(child=serializers.BooleanField()),
        required=False,
        help_text='Those that change: {"post-liked": {"push": false}}.',
    )


@extend_schema(tags=["notices"])
class NoticeSettingsViewSet(viewsets.GenericViewSet[NoticeSettings]):
    serializer_class = NoticeSettingsRead
    pagination_class = None

    @extend_schema(
        summary="What I want to be told, and which way", responses=NoticeSettingsRead
    )
    def retrieve(self, request: Request) -> Response:
        return Response(NoticeSettingsRead(selectors.settings_of(me(request))).data)

    @extend_schema(
        summary="Change it",
        request=NoticeSettingsWrite,
        responses=NoticeSettingsRead,
    )
    def partial_update(self, request: Request) -> Response:
        data = valid(NoticeSettingsWrite(data=request.data))
        chosen = services.change_settings(person=me(request), **data)
        return Response(NoticeSettingsRead(chosen).data)


class DeviceRead(serializers.ModelSerializer[PushSubscription]):
    class Meta:
        model = PushSubscription
        fields = ("key", "label", "created", "last_ok", "failures")


class PushRead(serializers.Serializer[Any]):
    public_key = serializers.CharField(
        help_text="applicationServerKey (VAPID), base64url."
    )
    mine = DeviceRead(many=True)


class PushKeysWrite(serializers.Serializer[Any]):
    p256dh = serializers.CharField(max_length=90)
    auth = serializers.CharField(max_length=24)


class PushWrite(serializers.Serializer[Any]):
    """As ``PushSubscription.toJSON()`` gives it."""

    endpoint = serializers.CharField(max_length=1000)
    keys = PushKeysWrite()
    label = serializers.CharField(  # type: ignore[assignment]  # Field.label is unused
        max_length=60, required=False, default=""
    )


@extend_schema(tags=["notices"])
class PushViewSet(viewsets.GenericViewSet[PushSubscription]):
    serializer_class = PushRead
    pagination_class = None

    @extend_schema(
        summary="Which of my browsers ring, and the key to subscribe with",
        responses=PushRead,
    )
    def retrieve(self, request: Request) -> Response:
        mine = selectors.devices_of(me(request))
        read = PushRead({"public_key": pusher().public_key, "mine": mine})
        return Response(read.data)

    @extend_schema(
        summary="Let a browser ring; again changes its keys",
        request=PushWrite,
        responses={201: DeviceRead},
    )
    def create(self, request: Request) -> Response:
        data = valid(PushWrite(data=request.data))
        device = services.subscribe(
            person=me(request),
            endpoint=data["endpoint"],
            label=data["label"],
            **data["keys"],
        )
        return Response(DeviceRead(device).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Let a browser ring no more; again changes nothing",
        parameters=[
            OpenApiParameter("key", description="As in the list."),
            OpenApiParameter("endpoint", description="Or the browser's own address."),
        ],
        responses={204: OpenApiResponse(description="It rings no more.")},
    )
    def destroy(self, request: Request) -> Response:
        asked = request.query_params
        services.forget_subscription(
            person=me(request),
            key=asked.get("key", ""),
            endpoint=asked.get("endpoint", ""),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

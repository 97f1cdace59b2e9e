"""Device sign-in over HTTP, as OAuth clients speak it (RFC 8628): forms or JSON in,
RFC 6749's names out. A refusal is a problem that has OAuth's ``error`` in it as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from socialapp.accounts.models import DeviceGrant, Token
from socialapp.accounts.programs import devices
from socialapp.lib.api.fields import valid
from socialapp.lib.api.parsers import StrictJSONParser
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from rest_framework.request import Request

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_PRIVATE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@refusal(devices.DeviceError)
def _refused(error: devices.DeviceError) -> Problem:
    return _problem(error.code, str(error))


def _problem(code: str, detail: str) -> Problem:
    said = {"error": code, "error_description": detail}
    return Problem(400, code, detail, extra=said, headers=_PRIVATE)


class DeviceCodeWrite(serializers.Serializer[Any]):
    client_id = serializers.CharField(
        max_length=60,
        help_text="What the program calls itself, as people will read it.",
    )
    scope = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text="Words with spaces between: “read write”. Left out: “read”.",
    )


class DeviceCodeRead(serializers.Serializer[Any]):
    device_code = serializers.CharField()
    user_code = serializers.CharField(help_text="Show it: BCDF-GHJK.")
    verification_uri = serializers.CharField(help_text="Where to type it.")
    verification_uri_complete = serializers.CharField(help_text="For a QR code.")
    expires_in = serializers.IntegerField(help_text="Seconds.")
    interval = serializers.IntegerField(help_text="Seconds between two questions.")


class DeviceTokenWrite(serializers.Serializer[Any]):
    grant_type = serializers.CharField(max_length=100, help_text=GRANT)
    device_code = serializers.CharField(max_length=100)
    client_id = serializers.CharField(max_length=60, help_text="As it was first.")


class DeviceTokenRead(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    token_type = serializers.CharField(help_text="Bearer")
    scope = serializers.CharField()


@extend_schema(tags=["accounts"])
class DeviceCodeViewSet(viewsets.GenericViewSet[DeviceGrant]):
    permission_classes = (AllowAny,)
    authentication_classes = ()
    parser_classes = (StrictJSONParser, FormParser)
    throttle_scope = "device"
    serializer_class = DeviceCodeWrite

    @extend_schema(
        summary="Sign in a device: the codes to begin with",
        request=DeviceCodeWrite,
        responses={200: DeviceCodeRead},
    )
    def create(self, request: Request) -> Response:
        data = valid(DeviceCodeWrite(data=request.data))
        grant, device, code = devices.begin(
            app=data["client_id"], scope=data.get("scope", "")
        )
        page = settings.SITE_URL.rstrip("/") + reverse("device")
        told = {
            "device_code": device,
            "user_code": code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?{urlencode({'user_code': code})}",
            "expires_in": int(devices.LIVES.total_seconds()),
            "interval": grant.interval,
        }
        return Response(DeviceCodeRead(told).data, headers=_PRIVATE)


@extend_schema(tags=["accounts"])
class DeviceTokenViewSet(viewsets.GenericViewSet[Token]):
    permission_classes = (AllowAny,)
    authentication_classes = ()
    parser_classes = (StrictJSONParser, FormParser)
    throttle_scope = "device-poll"
    serializer_class = DeviceTokenWrite

    @extend_schema(
        summary="Sign in a device: its token, once somebody said yes",
        description=(
            "Until then 400, with OAuth's `error`: `authorization_pending`,"
            " `slow_down`, `access_denied`, `expired_token`."
        ),
        request=DeviceTokenWrite,
        responses={200: DeviceTokenRead},
    )
    def create(self, request: Request) -> Response:
        data = valid(DeviceTokenWrite(data=request.data))
        if data["grant_type"] != GRANT:
            raise _problem("unsupported_grant_type", f"Send grant_type={GRANT}.")
        token, key = devices.redeem(device=data["device_code"], app=data["client_id"])
        told = {"access_token": key, "token_type": "Bearer", "scope": token.scope}
        return Response(DeviceTokenRead(told).data, headers=_PRIVATE)

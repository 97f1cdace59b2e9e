"""``Authorization: Bearer <key>``: a token of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from socialapp.accounts import services
from socialapp.accounts.models import Token

if TYPE_CHECKING:
    from rest_framework.request import Request

    from socialapp.accounts.models import User

_BAD = "This token is not valid. Make a new one in your settings, or sign in again."


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        scheme, _, key = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        now = timezone.now()
        digest = services.digest_of(key.decode("latin-1").strip())
        token = (
            Token.objects.valid(now=now)
            .select_related("user")
            .filter(digest=digest)
            .first()
        )
        if token is None:
            raise AuthenticationFailed(_BAD)
        services.note_use(token=token, now=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="api"'


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "socialapp.accounts.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer"}

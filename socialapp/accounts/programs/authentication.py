"""``Authorization: Bearer <key>``: a token of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from socialapp.accounts import services
from socialapp.accounts.programs.scopes import Scope, needed
from socialapp.lib.api.problems import Problem

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema
    from rest_framework.request import Request

    from socialapp.accounts.models import Token, User

_BAD = "This token is not valid. Make a new one in your settings, or sign in again."


class BearerAuthentication(BaseAuthentication):
    """Whose token it is, and whether it may do this: every view that takes a token comes
    by here, whatever its permissions say."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        scheme, _, key = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = services.find_token(key.decode("latin-1").strip())
        if token is None:
            raise AuthenticationFailed(_BAD)
        services.note_use(token=token, now=timezone.now())
        scope = needed(method=request.method or "", path=request.path_info)
        if scope not in token.scopes:
            raise _insufficient(token, scope)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="api"'


def _insufficient(token: Token, scope: Scope) -> Problem:
    """RFC 6750, 3.1."""
    return Problem(
        403,
        "insufficient_scope",
        f"This needs a token with the scope “{scope}”; yours has {token.scope}. Make"
        " one with it in your settings, or sign in again and ask for it.",
        headers={
            "WWW-Authenticate": (
                f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'
            )
        },
        extra={"scope": str(scope)},
    )


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "socialapp.accounts.programs.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        scopes = "; ".join(f"`{scope}`: {scope.label}" for scope in Scope)
        return {
            "type": "http",
            "scheme": "bearer",
            "description": f"The scope beside an operation is the one it needs. {scopes}.",
        }

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[Any]]:
        # 3.1 allows names of roles here for schemes other than OAuth's.
        scope = needed(method=auto_schema.method, path=auto_schema.path)
        return {self.name: [str(scope)]}

"""Sockets of programs: ``Authorization: Bearer <key>`` in the handshake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels.db import database_sync_to_async
from django.utils import timezone

from socialapp.accounts import services
from socialapp.accounts.models import Token
from socialapp.accounts.programs.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGN_IN = 4401
"""Close code: like HTTP 401."""

SCOPE = 4403
"""Close code: like HTTP 403."""


class BearerError(Exception):
    """Why a program is not let in. `code`: what the socket is closed with."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def bearer_of(scope: Mapping[str, Any]) -> str | None:
    """The key that a program shows; None: it shows none."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, key = value.decode("latin-1").partition(" ")
            return key.strip() if scheme.lower() == "bearer" else None
    return None


@database_sync_to_async
def token_for(key: str) -> Token:
    """The token with this key, if it may read; BearerError otherwise."""
    token = services.find_token(key)
    if token is None:
        raise BearerError(SIGN_IN, "This token is not valid. Make a new one.")
    if Scope.READ not in token.scopes:
        raise BearerError(SCOPE, "This needs a token with the scope “read”.")
    services.note_use(token=token, now=timezone.now())
    return token


@database_sync_to_async
def still_valid(token: Token) -> bool:
    """Whether it was revoked, or ran out, since it was shown."""
    return Token.objects.valid(now=timezone.now()).filter(pk=token.pk).exists()

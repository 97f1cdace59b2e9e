"""Signing in a device that has no good keyboard: RFC 8628.

It shows a short code; its owner types that on a page where they are signed in, and says
yes or no. Meanwhile the device asks whether they did.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from socialapp.accounts.models import DeviceGrant, Token
from socialapp.accounts.programs import scopes as known
from socialapp.accounts.services import (
    MAX_TOKENS,
    AccountError,
    create_token,
    digest_of,
)
from socialapp.lib.text import TextError, clean_name

if TYPE_CHECKING:
    from socialapp.accounts.models import User

LIVES = timedelta(minutes=15)
INTERVAL = 5
"""Seconds between two questions of a device (RFC 8628, 3.2)."""

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no words come out (RFC 8628, 6.1)."""

LENGTH = 8

State = DeviceGrant.State


class DeviceError(Exception):
    """Why a device gets no token. `code`: OAuth's name for it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class CodeError(Exception):
    """The message says why a code that somebody typed opens nothing."""


def begin(*, app: str, scope: str = "") -> tuple[DeviceGrant, str, str]:
    """A grant that waits, its device code and its user code. Left out, `scope` is
    ``read``. DeviceError when it asks for what is not there."""
    asked = scope.split() or ["read"]
    if complaint := known.complaint(asked):
        raise DeviceError("invalid_scope", complaint)
    name = _name(app)
    now = timezone.now()
    DeviceGrant.objects.filter(expires__lt=now - LIVES).delete()
    device = secrets.token_urlsafe(32)
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    grant = DeviceGrant.objects.create(
        device=digest_of(device),
        code=_typed(code),
        app=name,
        scope=known.joined(asked),
        expires=now + LIVES,
        interval=INTERVAL,
    )
    return grant, device, f"{code[:4]}-{code[4:]}"


def find(*, code: str) -> DeviceGrant:
    """The grant that waits for this code, however it is typed; CodeError otherwise."""
    grant = DeviceGrant.objects.filter(
        code=_typed(code), state=State.PENDING, expires__gt=timezone.now()
    ).first()
    if grant is None:
        raise CodeError(
            "No device waits with this code. Codes are good for"
            f" {LIVES.seconds // 60} minutes, once: look at the device again."
        )
    return grant


def answer(*, user: User, code: str, approve: bool) -> DeviceGrant:
    """Yes or no, once. CodeError when it waits no more, or no token could be given."""
    grant = find(code=code)
    if approve and user.tokens.count() >= MAX_TOKENS:
        raise CodeError(
            f"You have {MAX_TOKENS} tokens. Revoke one in your settings first."
        )
    mine = DeviceGrant.objects.filter(pk=grant.pk, state=State.PENDING)
    if not mine.update(state=State.APPROVED if approve else State.DENIED, user=user):
        raise CodeError("This device was answered a moment ago.")
    grant.refresh_from_db()
    return grant


def redeem(*, device: str, app: str) -> tuple[Token, str]:
    """The token and its key, once. DeviceError: not yet, too soon, or never."""
    now = timezone.now()
    grant = DeviceGrant.objects.filter(device=digest_of(device), app=_name(app)).first()
    if grant is None or grant.state == State.USED:
        raise DeviceError("invalid_grant", "This device code is unknown, or was used.")
    if grant.expires <= now:
        raise DeviceError("expired_token", "The codes are too old. Ask for new ones.")
    if grant.state == State.DENIED:
        raise DeviceError("access_denied", "Whoever was asked said no.")
    _pace(grant)
    if grant.state == State.PENDING:
        raise DeviceError(
            "authorization_pending", "Nobody has answered yet. Ask again."
        )
    return _issue(grant)


def _pace(grant: DeviceGrant) -> None:
    """DeviceError when it asks sooner than it was told to."""
    now = timezone.now()
    soon = now - timedelta(seconds=grant.interval)
    early = grant.polled is not None and grant.polled > soon
    if early:
        grant.interval = min(grant.interval + INTERVAL, 120)
    DeviceGrant.objects.filter(pk=grant.pk).update(polled=now, interval=grant.interval)
    if early:
        raise DeviceError(
            "slow_down", f"Wait {grant.interval} seconds between two questions."
        )


@transaction.atomic
def _issue(grant: DeviceGrant) -> tuple[Token, str]:
    # Of two questions at once, one gets it.
    mine = DeviceGrant.objects.filter(pk=grant.pk, state=State.APPROVED)
    if not mine.update(state=State.USED):
        raise DeviceError("invalid_grant", "This device code was used.")
    user = grant.user
    if user is None or not user.is_active or user.leaves is not None:
        raise DeviceError("access_denied", "This account is closed.")
    try:
        return create_token(user=user, name=grant.app, scopes=grant.scopes)
    except AccountError as error:
        raise DeviceError("access_denied", str(error)) from None


def _name(app: str) -> str:
    try:
        return clean_name(app, max_length=60)
    except TextError as error:
        raise DeviceError("invalid_request", f"client_id: {error}") from None


def _typed(code: str) -> str:
    """The digest of a code as people type it: any case, with or without the dash."""
    letters = "".join(one for one in code.upper() if one in LETTERS)[: LENGTH + 1]
    return salted_hmac("accounts.device", letters, algorithm="sha256").hexdigest()

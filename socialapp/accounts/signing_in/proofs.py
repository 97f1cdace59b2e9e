"""Before a program takes everything along, leaves, or makes itself a key: proof that it
is the person. A token that leaked is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core import ratelimit
from rest_framework.authentication import SessionAuthentication

from socialapp.lib.api.problems import Problem

if TYPE_CHECKING:
    from rest_framework.request import Request

    from socialapp.accounts.models import User

PROOF_HELP = (
    "Your password. A page whose person proved within the last five minutes that it is"
    " them may leave it out."
)


def require(request: Request, *, user: User, password: str) -> None:
    """Problem 403 without a proof, 429 after too many wrong passwords."""
    if password:
        if not ratelimit.consume(request._request, action="reauthenticate", user=user):
            raise Problem(
                429,
                "throttled",
                "Those were many passwords. Wait a minute and try again.",
                headers={"Retry-After": "60"},
            )
        if not user.check_password(password):
            raise Problem(
                403, "wrong_password", "This is not your password. Nothing was done."
            )
        return
    by_session = isinstance(request.successful_authenticator, SessionAuthentication)
    if not (by_session and did_recently_reauthenticate(request._request)):
        raise Problem(
            403,
            "password_needed",
            "Send your password as well, as `password`: a token alone does not do this.",
        )

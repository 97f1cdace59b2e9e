"""How allauth makes people here, and in which words it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect

from socialapp.accounts import services

if TYPE_CHECKING:
    from django.http import HttpRequest

    from socialapp.accounts.forms import SignupForm
    from socialapp.accounts.models import User

_WRONG = (
    "This e-mail or handle and password do not belong together."
    " Check both, or reset the password."
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        # One sentence for all, so that nobody learns which part was right.
        "email_password_mismatch": _WRONG,
        "username_password_mismatch": _WRONG,
        "invalid_login": _WRONG,
        "email_taken": (
            "An account with this e-mail exists. Sign in, or reset the password."
        ),
        "too_many_login_attempts": (
            "Too many tries that did not fit. Wait half an hour, or reset the password."
        ),
        "incorrect_password": "This is not your password. Try again.",
        "enter_current_password": "Type your current password.",
        "account_inactive": "This account is closed.",
        "rate_limited": "That was a lot at once. Wait a minute and try again.",
    }

    def clean_username(self, username: str, shallow: bool = False) -> str:
        if shallow:
            return username
        try:
            return services.check_handle(username)
        except services.AccountError as error:
            raise ValidationError(error.errors["username"]) from None

    def save_user(
        self,
        request: HttpRequest,
        user: User,  # noqa: ARG002 - allauth's signature
        form: SignupForm,
        commit: bool = True,  # noqa: ARG002
    ) -> User:
        data: dict[str, Any] = form.cleaned_data
        try:
            return services.sign_up(
                email=data["email"],
                username=data["username"],
                password=data["password1"],
                birth_date=data["birth_date"],
                display_name=data.get("display_name", ""),
                time_zone=data.get("time_zone", ""),
            )
        except services.AccountError as error:
            # The form was valid: somebody took the handle in between.
            messages.error(request, str(error))
            raise ImmediateHttpResponse(redirect("account_signup")) from None

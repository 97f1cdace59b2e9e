"""Who is here: their own time, their session, and whether staff may go backstage."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone

from socialapp.accounts.signing_in import factors, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class LocalTime:
    """Runs after authentication; anonymous visitors read UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        try:
            zone = ZoneInfo(request.user.time_zone)
        except (KeyError, ValueError, OSError):
            # A name this machine's zone database does not have.
            zone = ZoneInfo("UTC")
        with timezone.override(zone):
            return self.get_response(request)


class SeenSessions:
    """Keeps the list of where a person is signed in. Runs after authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            sessions.note(request, request.user)
        return self.get_response(request)


class NotKept:
    """No browser keeps the pages of the door: keys and codes are on some of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/accounts/"):
            response.setdefault("Cache-Control", "no-store, private")
        return response


class StaffSecondFactor:
    """Where the settings ask for it, the admin is shut to staff who sign in with a
    password alone: they are sent where they can add a factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            settings.STAFF_NEEDS_SECOND_FACTOR
            and request.path.startswith(settings.ADMIN_PATH)
            and user.is_authenticated
            and user.is_staff
            and not factors.has_factor(user)
        ):
            messages.warning(
                request,
                "The admin of this copy opens to staff with a second factor alone. Add a"
                " passkey or an authenticator app here, then come back.",
            )
            return redirect("mfa_index")
        return self.get_response(request)

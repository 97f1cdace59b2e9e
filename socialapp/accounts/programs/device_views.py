"""``/device/``: where the owner of a device types its code, and says yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from socialapp.accounts.programs import devices
from socialapp.accounts.programs.scopes import Scope
from socialapp.accounts.requests import person
from socialapp.lib.api.throttles import Throttle

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def device(request: HttpRequest) -> HttpResponse:
    """The code alone, the question, or what became of it. Whoever says yes proves that it
    is them: a device gets a token."""
    said = request.POST if request.method == "POST" else request.GET
    code = said.get("user_code", "").strip()[:20]
    if not code:
        return render(request, "accounts/device.html", {})
    # Codes are short: nobody tries them all.
    if not Throttle().allow(request, "device"):
        words = "Those were many codes. Wait five minutes and try again."
        return _page(request, {"error": words, "code": code}, status=429)
    try:
        if request.method == "POST" and said.get("answer") in {"yes", "no"}:
            grant = devices.answer(
                user=person(request), code=code, approve=said["answer"] == "yes"
            )
            return _page(request, {"answered": grant})
        grant = devices.find(code=code)
    except devices.CodeError as error:
        return _page(request, {"error": str(error), "code": code}, status=400)
    words_of = [Scope(one).label for one in grant.scopes]
    return _page(request, {"grant": grant, "code": code, "may": words_of})


def _page(
    request: HttpRequest, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return render(request, "accounts/device.html", context, status=status)

"""How a small change is answered: as JSON to a script, else with words on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def answer(
    request: HttpRequest, text: str, told: Mapping[str, Any], *, back: str = "/"
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({**told, "text": text})
    messages.success(request, text)
    return redirect(back_of(request, back))


def refuse(request: HttpRequest, text: str, *, back: str = "/") -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"detail": text}, status=400)
    messages.error(request, text)
    return redirect(back_of(request, back))


def back_of(request: HttpRequest, otherwise: str = "/") -> str:
    """Where they came from, if that is a page of ours."""
    there = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    return there if ours and there.startswith("/") else otherwise

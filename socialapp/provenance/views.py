"""``/verify/``: was this made here? For anybody, without an account or JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from socialapp.engines.errors import EngineError
from socialapp.lib.api.throttles import Throttle
from socialapp.provenance.verifier.check import check, stored
from socialapp.provenance.verifier.measured import false_alarms
from socialapp.provenance.verifier.opening import FileRefusedError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FORM_BYTES = 64 * 1024
"""What a form needs besides its file."""

MEGABYTE = 1024 * 1024

OFTEN = "That was a lot at once. Wait ten minutes and try again."


# Nothing is written and nobody's rights are used, so there is nothing to forge; and a
# token would be looked for only after the whole upload was read.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {
        "most": settings.MAX_VERIFY_BYTES // MEGABYTE,
        "address": request.GET.get("url", "")[:500],
        "false_alarms": false_alarms(),
    }
    status = 200
    if request.method == "POST":
        try:
            context |= _answer(request)
        except _RefusedError as refused:
            context |= {"error": str(refused)}
            status = refused.status
    return render(request, "provenance/verify.html", context, status=status)


class _RefusedError(Exception):
    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


def _answer(request: HttpRequest) -> dict[str, Any]:
    if not Throttle().allow(request, "verify"):
        raise _RefusedError(OFTEN, 429)
    most = settings.MAX_VERIFY_BYTES
    large = _RefusedError(
        f"This file is too large; we look at up to {most // MEGABYTE} MB. Cut it shorter"
        " and try again.",
        413,
    )
    if int(request.META.get("CONTENT_LENGTH") or 0) > most + FORM_BYTES:
        raise large
    file = request.FILES.get("file")
    # A body in chunks announces no length.
    if file is not None and (file.size or 0) > most:
        raise large
    address = request.POST.get("url", "").strip()[:500]
    try:
        if file is not None:
            return {
                "answer": check(file.read(), viewer=request.user),
                "name": str(file.name)[:120],
            }
        if address:
            data = stored(address, host=request.get_host())
            return {
                "answer": check(data, viewer=request.user),
                "name": address,
                "address": address,
            }
    except (FileRefusedError, EngineError) as error:
        raise _RefusedError(str(error)) from None
    raise _RefusedError("Choose a file, or write the address of a clip of ours.")

"""``/manifest.webmanifest``, ``/sw.js``, ``/offline/`` and what is shared to Troupe."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from socialapp.lib.pwa import shell

if TYPE_CHECKING:
    from django.http import HttpRequest

HOUR = 3600
LONGEST_SHARE = 2_000


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    answer = JsonResponse(
        shell.manifest(), content_type="application/manifest+json; charset=utf-8"
    )
    answer["Cache-Control"] = f"public, max-age={HOUR}"
    return answer


@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """At the root, since a service worker minds what lies below it."""
    return HttpResponse(shell.worker(), content_type="text/javascript; charset=utf-8")


@never_cache
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Kept by the phone and shown when there is no network: it knows nobody."""
    return render(request, "pwa/offline.html")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """What came from another app, and what can be made of it.

    The service worker takes the POST and keeps the picture on the phone. Where there is
    none yet, the words come along and the picture does not: nothing is written here, so
    nobody can make others post anything.
    """
    if request.method != "POST":
        return render(request, "pwa/share.html")
    given = [request.POST.get(name, "").strip() for name in ("title", "text", "url")]
    words = "\n".join(dict.fromkeys(part for part in given if part))[:LONGEST_SHARE]
    told = {"text": words, "lost": "1"} if request.FILES else {"text": words}
    return redirect(f"/share/#{urlencode(told)}")

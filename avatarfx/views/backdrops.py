"""``/studio/backgrounds/``: pictures of one's own to stand before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from avatarfx.errors import NotNowError
from avatarfx.models import Backdrop
from avatarfx.services import backdrops as services
from avatarfx.standing import why_it_waits
from socialapp.accounts.requests import person
from socialapp.lib import blobs
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from django.http import HttpRequest


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def backgrounds(request: HttpRequest) -> HttpResponse:
    """Sent from the studio, the answer is what its list needs; else the page again."""
    if request.method != "POST":
        return _page(request)
    scripted = request.headers.get("Accept", "").startswith("application/json")
    try:
        made = _added(request)
    except (PictureError, services.BackdropError) as error:
        if scripted:
            return JsonResponse({"error": str(error)}, status=400)
        return _page(request, error=str(error), status=400)
    if scripted:
        address = reverse("backgrounds")
        return JsonResponse(
            {
                "name": made.ref,
                "title": made.name,
                "url": blobs.url(made.ref),
                "waits": why_it_waits(made),
                "next": address,
            },
            status=201,
        )
    return redirect("backgrounds")


def _added(request: HttpRequest) -> Backdrop:
    file = request.FILES.get("picture")
    if file is None:
        raise services.BackdropError("Choose a picture first.")
    # Before it is read into memory; the service counts the bytes again.
    if (file.size or 0) > settings.MAX_PICTURE_BYTES:
        most = settings.MAX_PICTURE_BYTES // 1024**2
        raise services.BackdropError(
            f"This picture is too large; we take up to {most} MB. Save it smaller."
        )
    return services.add_backdrop(
        owner=person(request),
        data=file.read(),
        name=services.stem(file.name),
        painting=request.POST.get("painting") == "1",
    )


def _page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    mine = list(Backdrop.objects.of(person(request)).select_related("owner"))
    context = {
        "backdrops": [(one, why_it_waits(one)) for one in mine],
        "most": settings.BACKDROPS_PER_PERSON,
        "max_bytes": settings.MAX_PICTURE_BYTES,
        "max_megabytes": settings.MAX_PICTURE_BYTES // 1024**2,
        "max_megapixels": settings.MAX_PICTURE_PIXELS // 1_000_000,
        "error": error,
    }
    return render(request, "avatarfx/backgrounds.html", context, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Backdrop.objects.of(person(request)), key=key)
    try:
        services.remove_backdrop(backdrop=found)
    except NotNowError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"“{found.name}” is deleted.")
    return redirect("backgrounds")

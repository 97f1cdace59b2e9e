"""``/sc/<key>/export/<form>/``: a scene as a file, for people with a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from scenes import selectors
from scenes.downloads import download
from scenes.errors import StoryError
from scenes.models import Scene
from scenes.services import trade
from socialapp.lib.api.throttles import Throttle

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@require_safe
def export(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """``?draft=1``: its author's draft. A refusal is told on the page of the scene."""
    if form not in trade.FORMS:
        raise Http404
    try:
        scene = selectors.scene_for(viewer=request.user, key=key)
    except Scene.DoesNotExist:
        raise Http404 from None
    if not Throttle().allow(request, "scene"):
        messages.error(request, "That was a lot of files. Wait five minutes.")
        return redirect("scene", key)
    try:
        file = trade.export_scene(
            scene=scene,
            viewer=request.user,
            form=form,
            draft=request.GET.get("draft") == "1",
        )
    except StoryError as refusal:
        messages.error(request, refusal.message)
        return redirect("scene", key)
    return download(file)

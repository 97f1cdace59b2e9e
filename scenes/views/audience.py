"""What people do on the page of a scene, as plain forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from scenes.models import SceneComment
from scenes.models.audience import MAX_COMMENT
from scenes.selectors.showing import comment_for
from scenes.services import audience as services
from scenes.views.common import REFUSALS, refused, seen, wants_json
from socialapp.accounts.requests import address_of, person

if TYPE_CHECKING:
    from django.http import HttpRequest

DRAFT = "scene_comment"
"""Session key: the scene, and the words that were refused under it."""

LONGEST = 2 * MAX_COMMENT


@login_required
@require_POST
def like(request: HttpRequest, key: str) -> HttpResponse:
    """``liked=1`` or ``0``."""
    scene = seen(request, key)
    wanted = request.POST.get("liked", "1") == "1"
    change = services.like_scene if wanted else services.unlike_scene
    try:
        likes = change(scene=scene, person=person(request))
    except REFUSALS as error:
        return refused(request, error, scene.get_absolute_url())
    if wants_json(request):
        return JsonResponse({"liked": wanted, "likes": likes})
    return redirect(scene)


@login_required
@require_POST
def rate(request: HttpRequest, key: str) -> HttpResponse:
    """``stars``: 1 to 5; 0 takes them back."""
    scene = seen(request, key)
    stars = request.POST.get("stars", "")
    back = f"{scene.get_absolute_url()}#stars"
    number = (
        int(stars) if stars.isascii() and stars.isdigit() and len(stars) < 3 else -1
    )
    try:
        if number == 0:
            services.unrate_scene(scene=scene, person=person(request))
        else:
            services.rate_scene(scene=scene, person=person(request), stars=number)
    except REFUSALS as error:
        return refused(request, error, back)
    return redirect(back)


@login_required
@require_POST
def say(request: HttpRequest, key: str) -> HttpResponse:
    """``text``"""
    scene = seen(request, key)
    back = f"{scene.get_absolute_url()}#comments"
    try:
        comment = services.write_comment(
            scene=scene,
            person=person(request),
            text=request.POST.get("text", ""),
            address=address_of(request),
        )
    except REFUSALS as error:
        # Nothing that was typed is lost: the page offers it again.
        request.session[DRAFT] = [scene.key, request.POST.get("text", "")[:LONGEST]]
        return refused(request, error, back)
    if not comment.counts:
        messages.warning(
            request, "Kept. Somebody looks at it first; until then only you see it."
        )
    return redirect(back)


@login_required
@require_POST
def unsay(request: HttpRequest, key: str) -> HttpResponse:
    """Remove a comment of one's own, or one under a scene of one's own."""
    try:
        comment = comment_for(viewer=person(request), key=key)
    except SceneComment.DoesNotExist:
        raise Http404 from None
    back = f"{comment.scene.get_absolute_url()}#comments"
    try:
        services.remove_comment(comment=comment, person=person(request))
    except REFUSALS as error:
        return refused(request, error, back)
    messages.success(request, "The comment is removed.")
    return redirect(back)

"""The avatar maker, and the drawings that pages ask for."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from socialapp.accounts.requests import person
from socialapp.characters import maker, services
from socialapp.characters.views.common import json_of, recast_of, refused, with_for
from socialapp.lib import mouths
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from django.http import HttpRequest

MOUTH_PARTS = frozenset({"skin", "lip", "teeth", "tongue", "mouth"})
MOUTH_PIXELS = 320
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@login_required
def avatar(request: HttpRequest) -> HttpResponse:
    recast = recast_of(request)
    if request.method == "POST":
        try:
            portrait = services.add_made_portrait(
                owner=person(request), recipe=json_of(request.POST.get("recipe", ""))
            )
        except PictureError as refusal:
            return refused(str(refusal))
        where = with_for(reverse("character-face", args=[portrait.key]), recast)
        return JsonResponse({"next": where}, status=201)
    recipe = maker.random_recipe(person(request).pk)
    return render(
        request,
        "characters/avatar.html",
        {
            "recast": recast,
            "options": maker.OPTIONS,
            "recipe": recipe,
            "first": drawing_url(recipe),
        },
    )


def drawing_url(recipe: dict[str, Any]) -> str:
    return f"{reverse('avatar-drawing')}?{urlencode({'recipe': json.dumps(recipe)})}"


@require_GET
def avatar_drawing(request: HttpRequest) -> HttpResponse:
    """The SVG of a recipe: the same address is the same drawing for ever."""
    try:
        recipe = maker.check(json_of(request.GET.get("recipe", "")))
    except maker.MakerError as error:
        raise BadRequest("No such drawing.") from error
    response = HttpResponse(maker.to_svg(recipe), content_type="image/svg+xml")
    patch_cache_control(response, public=True, max_age=86400)
    return response


@require_GET
def avatar_shuffle(request: HttpRequest) -> HttpResponse:
    """A recipe whose parts and colours go together."""
    try:
        seed = int(request.GET.get("seed", ""))
    except ValueError as error:
        raise BadRequest("A seed is a whole number.") from error
    return JsonResponse({"recipe": maker.random_recipe(seed)})


@require_GET
def drawn_mouth(request: HttpRequest, letter: str) -> HttpResponse:
    """One of the nine mouths of a flat cartoon, in the colours that are asked for."""
    palette = {
        name: colour
        for name in MOUTH_PARTS
        if _COLOUR.fullmatch(colour := request.GET.get(name, ""))
    }
    if letter not in mouths.LETTERS:
        raise Http404
    response = HttpResponse(
        mouths.cartoon_svg(letter, palette, MOUTH_PIXELS), content_type="image/svg+xml"
    )
    patch_cache_control(response, public=True, max_age=86400)
    return response

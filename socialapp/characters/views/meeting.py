"""Pages where a person meets characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from socialapp.characters import selectors, services
from socialapp.characters.models import Character
from socialapp.characters.views.common import backdrop_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def cast(request: HttpRequest) -> HttpResponse:
    mine: list[Character] = []
    if request.user.is_authenticated:
        mine = list(selectors.characters_of(owner=request.user, viewer=request.user))
    return render(
        request,
        "characters/cast.html",
        {"mine": mine, "starters": list(selectors.starter_cast())},
    )


@require_safe
def character(request: HttpRequest, key: str) -> HttpResponse:
    try:
        found = selectors.character_for(request.user, key)
    except Character.DoesNotExist:
        raise Http404 from None
    mine = found.owner_id == request.user.pk
    return render(
        request,
        "characters/character.html",
        {
            "character": found,
            "mine": mine,
            "words_wait": services.why_words_wait(found) if mine else "",
            "card_open": selectors.may_take_card(found, request.user),
            "backdrop": backdrop_of(found),
            "rig": selectors.rig_json(found.portrait) if found.portrait else None,
        },
    )

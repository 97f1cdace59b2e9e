"""What these views share: whose things they are, and what is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.templatetags.static import static

from socialapp.accounts.requests import person
from socialapp.characters.models import Character, Portrait

if TYPE_CHECKING:
    from django.http import HttpRequest

MAX_JSON = 8 * 1024
"""Characters of a field; the longest honest one is a recipe of the maker, 2 kB."""


def json_of(text: str) -> Any:
    try:
        return json.loads(text[:MAX_JSON])
    except ValueError as error:
        raise BadRequest("This is not JSON.") from error


def refused(message: str) -> JsonResponse:
    return JsonResponse({"error": message}, status=422)


def my_portrait(request: HttpRequest, key: str) -> Portrait:
    return get_object_or_404(Portrait, key=key, owner=person(request))


def my_character(request: HttpRequest, key: str) -> Character:
    mine = Character.objects.alive().full().filter(owner=person(request))
    return get_object_or_404(mine, key=key)


def recast_of(request: HttpRequest) -> Character | None:
    """The character that gets the new portrait, when it is not for a new one."""
    key = request.GET.get("for", "")
    return my_character(request, key) if key else None


def backdrop_of(found: Character) -> str:
    return static(f"backgrounds/{found.background}.svg") if found.background else ""


def with_for(url: str, character: Character | None) -> str:
    return f"{url}?for={character.key}" if character else url

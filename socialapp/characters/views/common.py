"""What these views share: whose things they are, and what is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.templatetags.static import static

from socialapp.accounts.requests import person
from socialapp.characters.models import Character, Portrait
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

MAX_JSON = 8 * 1024
"""Characters of a field; the longest honest one is a recipe of the maker, 2 kB."""


def json_of(text: str) -> Any:
    try:
        return json.loads(text[:MAX_JSON])
    except ValueError as error:
        raise BadRequest("This is not JSON.") from error


def refused(message: str, *, rule: str = "", real_person: bool = False) -> JsonResponse:
    """`rule`: the number of the one that a picture breaks; `real_person`: a consent of
    the person shown would let it in."""
    said = {"error": message, "rule": rule, "real_person": real_person}
    return JsonResponse(said, status=422)


def picture_of(upload: UploadedFile[Any] | None) -> bytes:
    """The bytes of an upload; a file that is too large is never read into memory."""
    if upload is None:
        raise PictureError("Choose a picture first.")
    limit = settings.MAX_PICTURE_BYTES
    if (upload.size or 0) > limit:
        raise PictureError(
            f"This file has {round((upload.size or 0) / 1024**2)} MB; we take up to"
            f" {limit // 1024**2} MB. Save it smaller and try again."
        )
    data: bytes = upload.read()
    return data


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

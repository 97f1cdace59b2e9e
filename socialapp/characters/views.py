"""Pages where a person makes, meets and changes characters."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST, require_safe

from socialapp.characters import anchors as handles
from socialapp.characters import maker, selectors, services
from socialapp.characters.errors import CharacterError
from socialapp.characters.forms import CharacterForm
from socialapp.characters.models import Character, Portrait
from socialapp.lib import mouths
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

    from socialapp.accounts.models import User

DRAFTS_SHOWN = 3
HANDLES = (
    {"name": "eye_left", "label": "Left eye", "side": "start"},
    {"name": "eye_right", "label": "Right eye", "side": "end"},
    {"name": "mouth", "label": "Mouth", "side": "end"},
    {"name": "chin", "label": "Chin", "side": "end"},
)
MOTIONS = (("still", "Still"), ("subtle", "Subtle"), ("lively", "Lively"))
MOUTH_PARTS = frozenset({"skin", "lip", "teeth", "tongue", "mouth"})
MOUTH_PIXELS = 320
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
MAX_JSON = 8 * 1024
"""Characters of a field; the longest honest one is a recipe of the maker, 2 kB."""


def _user(request: HttpRequest) -> User:
    """Whoever is signed in; only for views behind `login_required`."""
    user = request.user
    assert user.is_authenticated  # noqa: S101  narrows for mypy
    return user


def _json(text: str) -> Any:
    try:
        return json.loads(text[:MAX_JSON])
    except ValueError as error:
        raise BadRequest("This is not JSON.") from error


def _refused(message: str) -> JsonResponse:
    return JsonResponse({"error": message}, status=422)


def _my_portrait(request: HttpRequest, key: str) -> Portrait:
    return get_object_or_404(Portrait, key=key, owner=_user(request))


def _my_character(request: HttpRequest, key: str) -> Character:
    mine = Character.objects.alive().full().filter(owner=_user(request))
    return get_object_or_404(mine, key=key)


def _recast(request: HttpRequest) -> Character | None:
    """The character that gets the new portrait, when it is not for a new one."""
    key = request.GET.get("for", "")
    return _my_character(request, key) if key else None


def _backdrop(found: Character) -> str:
    return static(f"backgrounds/{found.background}.svg") if found.background else ""


def _with_for(url: str, character: Character | None) -> str:
    return f"{url}?for={character.key}" if character else url


# Meet -------------------------------------------------------------------------


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
    found = get_object_or_404(
        Character.objects.visible_to(request.user).full(), key=key
    )
    return render(
        request,
        "characters/character.html",
        {
            "character": found,
            "mine": found.owner_id == request.user.pk,
            "backdrop": _backdrop(found),
            "rig": selectors.rig_json(found.portrait) if found.portrait else None,
        },
    )


# Step 1: the portrait ---------------------------------------------------------


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Choose how they look: a file, a drop, a paste, or the avatar maker."""
    recast = _recast(request)
    error = ""
    if request.method == "POST":
        try:
            portrait = services.add_portrait(
                owner=_user(request), data=_picture(request.FILES.get("picture"))
            )
        except PictureError as refusal:
            if request.accepts("text/html"):
                error = str(refusal)
            else:
                return _refused(str(refusal))
        else:
            where = _with_for(reverse("character-face", args=[portrait.key]), recast)
            if request.accepts("text/html"):
                return redirect(where)
            return JsonResponse({"next": where}, status=201)
    drafts = selectors.unused_portraits(owner=_user(request))[:DRAFTS_SHOWN]
    return render(
        request,
        "characters/new.html",
        {
            "recast": recast,
            "error": error,
            "drafts": [] if recast else drafts,
            "sample": _drawing_url(maker.random_recipe(_user(request).pk)),
            "max_bytes": settings.MAX_PICTURE_BYTES,
            "max_megabytes": settings.MAX_PICTURE_BYTES // 1024**2,
        },
        status=422 if error else 200,
    )


def _picture(upload: UploadedFile | None) -> bytes:
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


@login_required
@require_POST
def drop_portrait(request: HttpRequest, key: str) -> HttpResponse:
    """Throw a draft away."""
    try:
        services.remove_portrait(portrait=_my_portrait(request, key))
    except PictureError as refusal:
        messages.error(request, str(refusal))
    return redirect("character-new")


# Step 2: the face -------------------------------------------------------------


@login_required
@require_safe
def face(request: HttpRequest, key: str) -> HttpResponse:
    portrait = _my_portrait(request, key)
    recast = _recast(request)
    following = (
        f"{reverse('character-edit', args=[recast.key])}?portrait={portrait.key}"
        if recast
        else reverse("character-about", args=[portrait.key])
    )
    if portrait.source == Portrait.Source.MAKER:
        # A made portrait knows where its face is.
        return redirect(following)
    return render(
        request,
        "characters/face.html",
        {
            "portrait": portrait,
            "rig": selectors.rig_json(portrait),
            "handles": HANDLES,
            "recast": recast,
            "following": following,
        },
    )


@login_required
@require_POST
def anchors(request: HttpRequest, key: str) -> HttpResponse:
    """Where a person put the handles; answers with the rig that follows from it."""
    portrait = _my_portrait(request, key)
    try:
        portrait = services.set_anchors(
            portrait=portrait,
            anchors=handles.read(_json(request.POST.get("anchors", ""))),
            style=request.POST.get("style", ""),
        )
    except (handles.AnchorError, PictureError) as refusal:
        return _refused(str(refusal))
    return JsonResponse(selectors.rig_json(portrait))


@login_required
@require_POST
def find_face(request: HttpRequest, key: str) -> HttpResponse:
    """Look again; the handles of a person are forgotten only when a face is found."""
    try:
        portrait = services.find_face_again(portrait=_my_portrait(request, key))
    except PictureError as refusal:
        return _refused(str(refusal))
    return JsonResponse(selectors.rig_json(portrait))


# Step 3: who they are ---------------------------------------------------------


@login_required
def about(request: HttpRequest, key: str) -> HttpResponse:
    portrait = _my_portrait(request, key)
    form = CharacterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            created = services.create_character(
                owner=_user(request), portrait=portrait, **form.cleaned_data
            )
        except CharacterError as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            return redirect("character-made", created.key)
    return _about_page(request, form, portrait, None)


@login_required
@require_safe
def made(request: HttpRequest, key: str) -> HttpResponse:
    """The end of the three steps: they are ready to speak."""
    found = _my_character(request, key)
    return render(
        request,
        "characters/made.html",
        {
            "character": found,
            "backdrop": _backdrop(found),
            "rig": selectors.rig_json(found.portrait) if found.portrait else None,
        },
    )


@login_required
def edit(request: HttpRequest, key: str) -> HttpResponse:
    found = _my_character(request, key)
    # A portrait that was just made for this character, not yet worn.
    fresh = request.GET.get("portrait", "")
    portrait = _my_portrait(request, fresh) if fresh else found.portrait
    form = CharacterForm(request.POST) if request.POST else CharacterForm.of(found)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_character(
                character=found, portrait=portrait, **form.cleaned_data
            )
        except CharacterError as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, f"{found.name} is saved.")
            return redirect("character", found.key)
    return _about_page(request, form, portrait, found)


def _about_page(
    request: HttpRequest,
    form: CharacterForm,
    portrait: Portrait | None,
    found: Character | None,
) -> HttpResponse:
    return render(
        request,
        "characters/about.html",
        {
            "form": form,
            "portrait": portrait,
            "rig": selectors.rig_json(portrait) if portrait else None,
            "character": found,
            "backdrop": _backdrop(found) if found else "",
            "visibilities": Character.Visibility.choices,
            "motions": MOTIONS,
        },
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    found = _my_character(request, key)
    services.remove_character(character=found)
    messages.success(request, f"{found.name} has left the troupe.")
    return redirect("cast")


# The avatar maker -------------------------------------------------------------


@login_required
def avatar(request: HttpRequest) -> HttpResponse:
    recast = _recast(request)
    if request.method == "POST":
        try:
            portrait = services.add_made_portrait(
                owner=_user(request), recipe=_json(request.POST.get("recipe", ""))
            )
        except PictureError as refusal:
            return _refused(str(refusal))
        where = _with_for(reverse("character-face", args=[portrait.key]), recast)
        return JsonResponse({"next": where}, status=201)
    recipe = maker.random_recipe(_user(request).pk)
    return render(
        request,
        "characters/avatar.html",
        {
            "recast": recast,
            "options": maker.OPTIONS,
            "recipe": recipe,
            "first": _drawing_url(recipe),
        },
    )


def _drawing_url(recipe: dict[str, Any]) -> str:
    return f"{reverse('avatar-drawing')}?{urlencode({'recipe': json.dumps(recipe)})}"


@require_GET
def avatar_drawing(request: HttpRequest) -> HttpResponse:
    """The SVG of a recipe: the same address is the same drawing for ever."""
    try:
        recipe = maker.check(_json(request.GET.get("recipe", "")))
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
        for name, colour in request.GET.items()
        if name in MOUTH_PARTS and _COLOUR.fullmatch(colour)
    }
    if letter not in mouths.LETTERS:
        raise Http404
    response = HttpResponse(
        mouths.cartoon_svg(letter, palette, MOUTH_PIXELS), content_type="image/svg+xml"
    )
    patch_cache_control(response, public=True, max_age=86400)
    return response

"""Three steps from a picture to a character, and the way back to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from moderation.pictures.errors import PictureRefusedError
from socialapp.accounts.consent import Level
from socialapp.accounts.requests import person
from socialapp.characters import anchors as handles
from socialapp.characters import maker, selectors, services
from socialapp.characters.errors import CharacterError
from socialapp.characters.forms import CharacterForm
from socialapp.characters.models import Character, Portrait
from socialapp.characters.views.common import (
    backdrop_of,
    json_of,
    my_character,
    my_portrait,
    picture_of,
    recast_of,
    refused,
    with_for,
)
from socialapp.characters.views.drawings import drawing_url
from socialapp.lib.cards import MAX_FILE
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from django.http import HttpRequest

DRAFTS_SHOWN = 3
HANDLES = (
    {"name": "eye_left", "label": "Left eye", "side": "start"},
    {"name": "eye_right", "label": "Right eye", "side": "end"},
    {"name": "mouth", "label": "Mouth", "side": "end"},
    {"name": "chin", "label": "Chin", "side": "end"},
)
REMIXINGS = (("", "As your account"), *Level.choices)
MOTIONS = (("still", "Still"), ("subtle", "Subtle"), ("lively", "Lively"))


# Step 1: the portrait ---------------------------------------------------------


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Choose how they look: a file, a drop, a paste, or the avatar maker."""
    recast = recast_of(request)
    error = rule = ""
    real_person = False
    if request.method == "POST":
        try:
            portrait = services.add_portrait(
                owner=person(request),
                data=picture_of(request.FILES.get("picture")),
                painting="painting" in request.POST,
            )
        except PictureError as refusal:
            if isinstance(refusal, PictureRefusedError):
                rule, real_person = refusal.rule, refusal.real_person
            if request.accepts("text/html"):
                error = str(refusal)
            else:
                return refused(str(refusal), rule=rule, real_person=real_person)
        else:
            where = with_for(reverse("character-face", args=[portrait.key]), recast)
            if request.accepts("text/html"):
                return redirect(where)
            return JsonResponse({"next": where}, status=201)
    drafts = selectors.unused_portraits(owner=person(request))[:DRAFTS_SHOWN]
    return render(
        request,
        "characters/new.html",
        {
            "recast": recast,
            "error": error,
            "real_person": real_person,
            "drafts": [] if recast else drafts,
            "sample": drawing_url(maker.random_recipe(person(request).pk)),
            "max_bytes": settings.MAX_PICTURE_BYTES,
            "max_megabytes": settings.MAX_PICTURE_BYTES // 1024**2,
            "max_card_bytes": MAX_FILE,
            "max_card_megabytes": MAX_FILE // 1024**2,
        },
        status=422 if error else 200,
    )


@login_required
@require_POST
def drop_portrait(request: HttpRequest, key: str) -> HttpResponse:
    """Throw a draft away."""
    try:
        services.remove_portrait(portrait=my_portrait(request, key))
    except PictureError as refusal:
        messages.error(request, str(refusal))
    return redirect("character-new")


# Step 2: the face -------------------------------------------------------------


@login_required
@require_safe
def face(request: HttpRequest, key: str) -> HttpResponse:
    portrait = my_portrait(request, key)
    recast = recast_of(request)
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
            "waits": services.why_it_waits(portrait),
        },
    )


@login_required
@require_POST
def anchors(request: HttpRequest, key: str) -> HttpResponse:
    """Where a person put the handles; answers with the rig that follows from it."""
    portrait = my_portrait(request, key)
    try:
        portrait = services.set_anchors(
            portrait=portrait,
            anchors=handles.read(json_of(request.POST.get("anchors", ""))),
            style=request.POST.get("style", ""),
        )
    except (handles.AnchorError, PictureError) as refusal:
        return refused(str(refusal))
    return JsonResponse(selectors.rig_json(portrait))


@login_required
@require_POST
def find_face(request: HttpRequest, key: str) -> HttpResponse:
    """Look again; the handles of a person are forgotten only when a face is found."""
    try:
        portrait = services.find_face_again(portrait=my_portrait(request, key))
    except PictureError as refusal:
        return refused(str(refusal))
    return JsonResponse(selectors.rig_json(portrait))


# Step 3: who they are ---------------------------------------------------------


@login_required
def about(request: HttpRequest, key: str) -> HttpResponse:
    portrait = my_portrait(request, key)
    form = CharacterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            created = services.create_character(
                owner=person(request), portrait=portrait, **form.cleaned_data
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
    found = my_character(request, key)
    return render(
        request,
        "characters/made.html",
        {
            "character": found,
            "words_wait": services.why_words_wait(found),
            "backdrop": backdrop_of(found),
            "rig": selectors.rig_json(found.portrait) if found.portrait else None,
        },
    )


@login_required
def edit(request: HttpRequest, key: str) -> HttpResponse:
    found = my_character(request, key)
    # A portrait that was just made for this character, not yet worn.
    fresh = request.GET.get("portrait", "")
    portrait = my_portrait(request, fresh) if fresh else found.portrait
    form = (
        CharacterForm(request.POST)
        if request.POST
        else CharacterForm.of(found, services.wanted_of(found))
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_character(
                character=found, portrait=portrait, **form.cleaned_data
            )
        except CharacterError as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            if waits := services.why_words_wait(found):
                messages.warning(request, f"Saved. {waits}")
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
            "waits": services.why_it_waits(portrait) if portrait else "",
            "words_wait": services.why_words_wait(found) if found else "",
            "character": found,
            "backdrop": backdrop_of(found) if found else "",
            "visibilities": Character.Visibility.choices,
            "motions": MOTIONS,
            "remixings": REMIXINGS,
        },
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    found = my_character(request, key)
    services.remove_character(character=found)
    messages.success(request, f"{found.name} has left the troupe.")
    return redirect("cast")

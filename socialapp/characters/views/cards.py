"""Pages on which a card comes in and goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from socialapp.accounts.requests import person
from socialapp.characters import cards as services
from socialapp.characters import selectors
from socialapp.characters.cards.download import download
from socialapp.characters.errors import CharacterError
from socialapp.characters.models import Character
from socialapp.characters.views.common import my_character, refused
from socialapp.lib.cards import MAX_FILE

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

    from socialapp.characters.models import CharacterCard

FORMATS = (
    ("png", "PNG", "Portrait and words in one picture. Most programs read it."),
    ("charx", "CHARX", "With expressions. For programs that know V3."),
    ("json", "JSON", "Everything as text, pictures inside."),
)


@login_required
def bring(request: HttpRequest) -> HttpResponse:
    """Drop a card file; what comes in is private and told on the card's page."""
    error = ""
    if request.method == "POST":
        try:
            character = services.import_card(
                owner=person(request),
                data=_card_of(request.FILES.get("card")),
                painting="painting" in request.POST,
            )
        except CharacterError as refusal:
            error = str(refusal)
            if not request.accepts("text/html"):
                return refused(error)
        else:
            where = reverse("character-card", args=[character.key])
            if request.accepts("text/html"):
                return redirect(where)
            return JsonResponse({"next": where}, status=201)
    return render(
        request,
        "characters/bring.html",
        {
            "error": error,
            "max_card_bytes": MAX_FILE,
            "max_card_megabytes": MAX_FILE // 1024**2,
        },
        status=422 if error else 200,
    )


@require_safe
def card(request: HttpRequest, key: str) -> HttpResponse:
    """What is in the card; for its owner also how it came in, and who may have it."""
    character = _takeable(request, key)
    return _card_page(request, character)


@login_required
@require_POST
def take(request: HttpRequest, key: str) -> HttpResponse:
    character = _takeable(request, key)
    try:
        file = services.export_card(
            character=character,
            person=person(request),
            kind=_kind(request.POST.get("kind", "")),
            confirmed="confirm" in request.POST,
        )
    except CharacterError as refusal:
        return _card_page(request, character, error=str(refusal))
    return download(file)


@login_required
@require_POST
def share(request: HttpRequest, key: str) -> HttpResponse:
    character = my_character(request, key)
    allowed = "open" in request.POST
    services.set_card_open(character=character, open_card=allowed)
    words = "Others may take the card now." if allowed else "The card is yours alone."
    messages.success(request, words)
    return redirect("character-card", character.key)


def _kind(asked: str) -> Any:
    """The service refuses whatever it does not know."""
    return asked


def _takeable(request: HttpRequest, key: str) -> Character:
    """404 for those who may not take it: whether there is a card is nobody's business."""
    shown = Character.objects.visible_to(request.user).full()
    character = get_object_or_404(shown, key=key)
    mine = character.owner_id == request.user.pk
    if not mine and not selectors.may_take_card(character, request.user):
        raise Http404
    return character


def _card_page(
    request: HttpRequest, character: Character, error: str = ""
) -> HttpResponse:
    mine = character.owner_id == request.user.pk
    kept = selectors.card_file_of(character)
    return render(
        request,
        "characters/card.html",
        {
            "character": character,
            "mine": mine,
            "error": error,
            "report": _told(kept) if mine and kept and kept.imported else None,
            "open": kept is not None and kept.open,
            "contents": services.contents_of(character.card),
            "expressions": [
                {"name": name, "mood": services.mood_of(name), "portrait": portrait}
                for name, portrait in services.shown_expressions(character).items()
            ],
            "formats": FORMATS,
            "all_of_it": services.ALL_OF_IT,
        },
        status=422 if error else 200,
    )


def _told(kept: CharacterCard) -> dict[str, list[str]]:
    report: dict[str, list[str]] = kept.report
    return {
        "refused": report["refused"],
        "taken": report["taken"],
        "kept": [*report["kept"], *report["notes"]],
    }


def _card_of(upload: UploadedFile[Any] | None) -> bytes:
    """The bytes of an upload; a file that is too large is never read into memory."""
    if upload is None:
        raise CharacterError("Choose a card first.", field="card")
    if (upload.size or 0) > MAX_FILE:
        raise CharacterError(
            f"This file has {(upload.size or 0) // 1024**2} MB; we take up to"
            f" {MAX_FILE // 1024**2} MB. Save the card without some of its pictures.",
            field="card",
        )
    data: bytes = upload.read()
    return data

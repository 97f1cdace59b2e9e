"""``/create/`` and ``/studio/``: choose, write, hear, render."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from avatarfx import selectors, services, talks
from avatarfx.forms import MOTIONS, ClipForm
from avatarfx.models import Backdrop, Clip, Recording
from avatarfx.recorded import consent
from avatarfx.services.requests import RECORDING_GONE
from avatarfx.views.recordings import told_of
from avatarfx.voices.catalogue import VOICES
from moderation.screening import screen_text
from moderation.screening.refusals import age_of, details_of, help_lines
from moderation.screening.reviews import ReviewError, ask_for_review
from socialapp.accounts import quotas
from socialapp.accounts.requests import person
from socialapp.acting import script as scripts
from socialapp.acting import speakers
from socialapp.acting.delivery import DELIVERIES, PAUSE
from socialapp.characters import selectors as characters
from socialapp.characters.models import Character
from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    from django.http import HttpRequest

    from socialapp.accounts.models import User

CAMERA_WORDS = (
    ("auto", "Follows the talk", "Looks at who speaks, and at who hears it"),
    ("still", "Still", "Stays where it is"),
    ("push", "Comes nearer", "Slowly, all the way"),
    ("pan", "Drifts", "Slowly to one side"),
)
"""Of ``socialapp.acting.CAMERAS``: what it is called, and what it does."""

MOST_LISTED = 30
"""Recordings that the studio offers, the newest; the API has them all."""

SEATS = "abc"
"""From the left."""

SHAPE_NAMES = {"9:16": "Tall", "1:1": "Square", "16:9": "Wide"}


@require_safe
def create(request: HttpRequest) -> HttpResponse:
    """Anyone may look; the next page asks for an account."""
    cast = Character.objects.listed().filter(starter=True).full().order_by("name")
    return render(request, "avatarfx/create.html", {"cast": cast})


def _usable(user: User, key: str) -> Character:
    return get_object_or_404(Character.objects.usable_by(user).full(), key=key)


def _seats(request: HttpRequest, lead: Character) -> dict[str, Character] | None:
    """The cast of a talk, by seat, the lead first; None: they speak alone."""
    user = person(request)
    keys = [key for key in request.POST.getlist("with") if key != lead.key]
    others = [_usable(user, key) for key in dict.fromkeys(keys[: len(SEATS)])]
    if not others:
        return None
    if len(others) >= len(SEATS):
        raise services.NotNowError(
            f"A stage holds {len(SEATS)} characters. Leave one at home."
        )
    return dict(zip(SEATS, [lead, *others], strict=False))


def _chosen(user: User, cast: list[Character], key: str) -> Character | None:
    """Whom the address names, else the newest of one's own, else one of the house."""
    for character in cast:
        if character.key == key:
            return character
    mine = [character for character in cast if character.owner_id == user.pk]
    return next(iter([*mine, *cast]), None)


def _fields(request: HttpRequest, clip: Clip | None) -> dict[str, Any]:
    """What stands in the form: what was sent, else an earlier clip, else nothing."""
    if request.method == "POST":
        return {**request.POST.dict(), "company": request.POST.getlist("with")}
    if clip is None:
        fields: dict[str, Any] = {"shape": next(iter(SHAPE_NAMES))}
        key = request.GET.get("recording", "")
        kept = Recording.objects.of(person(request)).filter(key=key).first()
        return fields | {"script": kept.script, "recording": key} if kept else fields
    recipe = clip.as_recipe()
    role = recipe.cast[0]
    own = clip.character.voice_spec.voice
    return {
        "script": clip.script,
        "title": clip.title,
        "shape": clip.shape,
        "background": recipe.background,
        "motion": role.motion,
        "camera": recipe.camera,
        "bed": recipe.bed,
        "company": [one.character for one in recipe.cast[1:]],
        "voice": "" if role.voice.voice == own else role.voice.voice,
        "recording": recipe.recording,
        "publish": clip.publish,
        "caption": clip.caption,
    }


def _kept(user: User, key: str) -> dict[str, Any] | None:
    """The recording that a form names, as the studio shows it; None when it is gone."""
    found = Recording.objects.of(user).filter(key=key).first() if key else None
    return told_of(found) if found else None


def _page(
    request: HttpRequest,
    *,
    error: str = "",
    status: int = 200,
    refused: dict[str, Any] | None = None,
) -> HttpResponse:
    user = person(request)
    cast = [c for c in characters.usable_characters(user) if c.portrait is not None]
    clip = Clip.objects.of(user).full().filter(key=request.GET.get("again", "")).first()
    wanted = (
        request.POST.get("character")
        or request.GET.get("character")
        or (clip.character.key if clip else "")
    )
    context: dict[str, Any] = {
        "cast": cast,
        "chosen": _chosen(user, cast, wanted),
        "backgrounds": selectors.backgrounds(),
        "mine": Backdrop.objects.of(user).showable(),
        "max_bytes": settings.MAX_PICTURE_BYTES,
        "cameras": CAMERA_WORDS,
        "beds": selectors.beds(),
        "shapes": SHAPE_NAMES.items(),
        "motions": [(word, word.capitalize()) for word in MOTIONS],
        "tags": [*DELIVERIES, PAUSE],
        "voices": VOICES,
        "max_characters": settings.MAX_SCRIPT_CHARACTERS,
        "max_seconds": settings.MAX_CLIP_SECONDS,
        "recordings": Recording.objects.of(user)[:MOST_LISTED],
        "fields": _fields(request, clip),
        "error": error,
        "refused": refused,
        "care": refused is not None and refused["action"] == "crisis",
        "crisis_lines": help_lines(),
        "once": new_key(),
        "declaration": consent.DECLARATION,
        "max_recording": settings.MAX_RECORDING_BYTES,
    }
    # What is known already is not replaced by a draft.
    context["filled"] = request.method == "POST" or "script" in context["fields"]
    context["recording"] = _kept(user, context["fields"].get("recording", ""))
    if clip is not None:
        context |= {"clip": clip, "progress": selectors.progress_of(clip)}
    answer = render(request, "avatarfx/studio.html", context, status=status)
    # The one page that asks for it.
    answer["Permissions-Policy"] = "microphone=(self)"
    return answer


def _refused(
    request: HttpRequest, message: str, *, status: int, field: str
) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"detail": message, "field": field}, status=status)
    return _page(request, error=message, status=status)


def _words_refused(
    request: HttpRequest, error: services.TextRefusedError
) -> HttpResponse:
    if _wants_json(request):
        body = {
            "detail": error.message,
            "field": error.field,
            "screening": error.details,
        }
        return JsonResponse(body, status=422)
    return _page(request, error=error.message, status=422, refused=error.details)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def studio(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    user = person(request)
    form = ClipForm(request.POST)
    if not form.is_valid():
        message = " ".join(form.complaints())
        field = next(iter(form.errors))
        return _refused(request, message, status=400, field=field)
    character = _usable(user, request.POST.get("character", ""))
    recording = None
    if key := form.cleaned_data["recording"]:
        recording = Recording.objects.of(user).filter(key=key).first()
        if recording is None:
            return _refused(request, RECORDING_GONE, status=409, field="recording")
    try:
        clip = services.request_clip(
            owner=user,
            character=character,
            cast=_seats(request, character),
            recording=recording,
            **form.request(character.voice_spec),
        )
    except services.ScriptError as error:
        return _refused(request, str(error), status=422, field="script")
    except services.TextRefusedError as error:
        return _words_refused(request, error)
    except services.ScreeningUnavailableError as error:
        return _refused(request, error.message, status=503, field="")
    except services.NoTicketsError as error:
        return _refused(request, error.message, status=429, field="quota")
    except services.DiskFullError as error:
        return _refused(request, error.message, status=507, field="")
    except services.LineFullError as error:
        answer = _refused(request, error.message, status=429, field="")
        answer["Retry-After"] = str(error.retry_after)
        return answer
    except (services.NotNowError, services.IdempotencyConflictError) as error:
        return _refused(request, error.message, status=409, field="")
    return _sent(request, clip) if _wants_json(request) else redirect(clip)


PARTS = {
    "quota": "_partials/quota.html",
    "rendering": "avatarfx/_rendering.html",
    "hint": "avatarfx/_render_hint.html",
    "forms": "avatarfx/_ladder_forms.html",
}
"""Of the page, what is another once a clip is in line."""


def _sent(request: HttpRequest, clip: Clip) -> JsonResponse:
    """What the page needs to go on by itself: drawn anew it would cost the browser, and
    on a small machine the worker beside it, a second before the first picture."""
    progress = selectors.progress_of(clip)
    shown = {"clip": clip, "progress": progress}
    parts = {
        name: render_to_string(path, shown, request) for name, path in PARTS.items()
    }
    left = quotas.left(person(request)).left
    body = progress | {"parts": parts, "once": new_key(), "left": left}
    return JsonResponse(body, status=201)


@login_required
@require_POST
def check(request: HttpRequest) -> JsonResponse:
    """What a script would be, while it is written. Costs nothing."""
    script = request.POST.get("script", "")
    try:
        speed = min(max(float(request.POST.get("speed", "1")), 0.5), 2.0)
    except ValueError:
        speed = 1.0
    answer: dict[str, Any] = {
        "characters": len(script.strip()),
        "seconds": round(scripts.estimate_seconds(script, speed), 1),
        "error": "",
        "company": False,
    }
    try:
        seats = _seats_named(request)
        names = talks.called(seats)
        answer["company"] = len(seats) == 1 and _wants_company(script, names)
        paces = {seat: one.voice_spec.speed for seat, one in seats.items()}
        seconds = services.check_script(script, speed=speed, names=names, paces=paces)
        answer["seconds"] = round(seconds, 1)
    except scripts.ScriptError as error:
        answer["error"] = str(error)
    except services.NotNowError as error:
        answer["error"] = error.message
    answer["screening"] = _pre_flight(script, person(request))
    return JsonResponse(answer)


def _seats_named(request: HttpRequest) -> dict[str, Character]:
    """Of a script that is being written; nobody while nobody was chosen."""
    key = request.POST.get("character", "")
    lead = Character.objects.usable_by(person(request)).filter(key=key).first()
    if lead is None:
        return {}
    return _seats(request, lead) or {"a": lead}


def _wants_company(script: str, names: dict[str, str]) -> bool:
    """Whether it has lines for others than the only one on stage."""
    try:
        speakers.check_alone(script, next(iter(names.values())))
    except scripts.ScriptError:
        return True
    return False


def _pre_flight(script: str, user: User) -> dict[str, Any] | None:
    """What would be refused, mark by mark; None when nothing is, or nobody can look:
    then the request itself says so. Keeps nothing and costs nothing."""
    try:
        verdict = screen_text(
            script[: settings.MAX_SCRIPT_CHARACTERS * 2],
            surface="script",
            age=age_of(user),
            person=user,
            log=False,
        )
    except services.ScreeningUnavailableError:
        return None
    return details_of(verdict, script) if verdict.stops else None


@login_required
@require_POST
def review(request: HttpRequest) -> JsonResponse:
    """A person is asked to look at a refused script."""
    user = person(request)
    script = request.POST.get("script", "").strip()[: settings.MAX_SCRIPT_CHARACTERS]
    try:
        verdict = screen_text(script, surface="script", age=age_of(user), person=user)
        if verdict.screening is None or not verdict.stops:
            return JsonResponse({"detail": "Nothing is held back. Render it."})
        ask_for_review(screening=verdict.screening, person=user)
    except services.ScreeningUnavailableError as error:
        return JsonResponse({"detail": error.message}, status=503)
    except ReviewError as error:
        return JsonResponse({"detail": str(error)}, status=409)
    return JsonResponse(
        {
            "detail": "A person will look at exactly this text. If they let it through,"
            " you can render it as it stands."
        },
        status=201,
    )


@login_required
@require_safe
def actor(request: HttpRequest, key: str) -> JsonResponse:
    """What the preview stage needs to put a character on."""
    character = _usable(person(request), key)
    if character.portrait is None:
        return JsonResponse({"detail": "This character has no portrait."}, status=409)
    return JsonResponse({"rig": characters.rig_json(character.portrait)})

"""One's own face: declare it, let a camera agree, see it listed, take it back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from moderation.models import LikenessConsent
from moderation.pictures import likeness as live
from moderation.pictures import services as screening
from socialapp.accounts.requests import person
from socialapp.characters import services
from socialapp.characters.views.common import picture_of, recast_of, with_for
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from django.http import HttpRequest

CHALLENGE = "likeness"
"""Where the session keeps what was asked."""

CAMERA = ("ahead", "first", "second")


@login_required
@never_cache
def likeness(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _check(request)
    challenge = live.new_challenge(now=time.time())
    request.session[CHALLENGE] = challenge.to_json()
    return render(
        request,
        "characters/likeness.html",
        {
            "recast": recast_of(request),
            "declaration": live.DECLARATION,
            "turns": challenge.turns,
            "live": settings.REAL_PERSON_GATE != "consent",
            "given": LikenessConsent.objects.filter(
                owner=person(request), revoked=None
            ).order_by("-created"),
            "max_bytes": settings.MAX_PICTURE_BYTES,
        },
    )


def _check(request: HttpRequest) -> JsonResponse:
    # One challenge, one try: the next page draws another.
    challenge = live.Challenge.from_json(request.session.pop(CHALLENGE, None))
    fresh = live.new_challenge(now=time.time())
    request.session[CHALLENGE] = fresh.to_json()
    sent = [file for name in CAMERA if (file := request.FILES.get(name))]
    try:
        portrait = services.add_likeness(
            owner=person(request),
            data=picture_of(request.FILES.get("picture")),
            declared="declared" in request.POST,
            camera=[picture_of(one) for one in sent],
            challenge=challenge,
        )
    except PictureError as refusal:
        answer = {"error": str(refusal), "turns": fresh.turns}
        return JsonResponse(answer, status=422)
    where = reverse("character-face", args=[portrait.key])
    return JsonResponse({"next": with_for(where, recast_of(request))}, status=201)


@login_required
@require_POST
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    """Take a consent back; what was made with it goes out of sight at once."""
    consent = get_object_or_404(LikenessConsent, key=key, owner=person(request))
    screening.revoke_consent(consent=consent)
    messages.success(
        request, "Taken back. The portrait and the clips made with it are hidden."
    )
    return redirect("likeness")

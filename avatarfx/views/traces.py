"""``/clips/<key>/trace/``: how a clip was made, as a picture first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from avatarfx import traces
from avatarfx.traces.readers import is_staff
from socialapp.accounts.requests import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

WIDE, NARROW = 860, 340
"""Units of the picture: about the pixels that a desktop and a phone have for it."""


@login_required
@never_cache
@require_safe
def trace(request: HttpRequest, key: str) -> HttpResponse:
    me = person(request)
    clip = traces.clip_for(me, key)
    if clip is None:
        raise Http404
    story = traces.story_of(clip)
    context = {
        "story": story,
        "mine": clip.owner_id == me.pk,
        "staff": is_staff(me),
        "back": clip.get_absolute_url(),
    }
    if story.attempts:
        context["wide"] = traces.draw(story.attempts, width=WIDE)
        context["narrow"] = traces.draw(story.attempts, width=NARROW)
    return render(request, "avatarfx/trace.html", context)

"""``/clips/``: what I asked for, how it is getting on, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from avatarfx import selectors, services
from avatarfx.models import Clip
from avatarfx.services import telling
from socialapp.accounts.requests import person

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from avatarfx.models import ClipQuerySet

FILTERS = {
    "all": ("All", Q()),
    "open": ("Being made", Q(state__in=[Clip.State.QUEUED, Clip.State.RENDERING])),
    "ready": ("Ready", Q(state=Clip.State.READY)),
    "failed": ("Not made", Q(state__in=[Clip.State.FAILED, Clip.State.CANCELLED])),
}

SHOWN = 60
"""Clips on the page at most; older ones are behind its foot."""


def _window(
    first: ClipQuerySet, then: ClipQuerySet, start: int, most: int
) -> list[Clip]:
    """`most` clips from `start` of two lists, one after the other."""
    found = list(first[start : start + most])
    if len(found) < most:
        skip = 0 if found else max(0, start - first.count())
        found += then[skip : skip + most - len(found)]
    return found


def _my_clip(request: HttpRequest, key: str) -> Clip:
    clips = Clip.objects.of(person(request)).full()
    clips = clips.select_related("post", "original")
    return get_object_or_404(clips, key=key)


@login_required
@never_cache
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    shown = request.GET.get("show", "all")
    shown = shown if shown in FILTERS else "all"
    mine = Clip.objects.of(person(request)).full().select_related("post")
    try:
        start = max(0, int(request.GET.get("from", "0")))
    except ValueError:
        start = 0
    wanted = mine.filter(FILTERS[shown][1])
    done = wanted.exclude(FILTERS["open"][1]).order_by("-created", "-pk")
    # In line, the one that comes first stands first, before all that is done.
    found = _window(wanted.in_line(), done, start, SHOWN + 1)
    page = found[:SHOWN]
    told = selectors.progress_of_all(page)
    moves = selectors.moves_of_all(page)
    rows = [
        (clip, progress | {"moves": moves[clip.pk]})
        for clip, progress in zip(page, told, strict=True)
    ]
    context = {
        "open": [row for row in rows if not row[0].finished_for_good],
        "done": [row for row in rows if row[0].finished_for_good],
        "moved": request.GET.get("moved", ""),
        "moved_to": request.GET.get("to", ""),
        "filters": [(name, label) for name, (label, _) in FILTERS.items()],
        "shown": shown,
        "next_from": start + SHOWN if len(found) > SHOWN else None,
    }
    return render(request, "avatarfx/jobs.html", context)


@login_required
@never_cache
@require_safe
def progress(request: HttpRequest) -> JsonResponse:
    """For pages without a socket: ``?keys=a,b`` and whatever is open."""
    keys = request.GET.get("keys", "").split(",")[:SHOWN]
    owner = person(request)
    mine = (Clip.objects.of(owner) | Clip.objects.takes().filter(owner=owner)).full()
    clips = [*mine.filter(key__in=keys), *mine.in_line().exclude(key__in=keys)[:SHOWN]]
    return JsonResponse({"clips": selectors.progress_of_all(clips)})


@login_required
@never_cache
@require_safe
def clip(request: HttpRequest, key: str) -> HttpResponse:
    found = _my_clip(request, key)
    if found.finished_for_good:
        telling.note_seen(found)
    post = getattr(found, "post", None)
    take = Clip.objects.take_of(found)
    context = {
        "clip": found,
        "take": take,
        "take_progress": selectors.progress_of(take) if take else None,
        "may_again": not services.why_not_again(found),
        "words_wait": services.why_words_wait(found),
        "progress": selectors.progress_of(found),
        "lines": selectors.said_in(found),
        "origin": selectors.origin_for_owner(found),
        "cast": selectors.cast_of(found),
        "post": post if post is not None and post.removed is None else None,
        "render": found.renders.order_by("-fence").first(),
    }
    return render(request, "avatarfx/clip.html", context)


def _change(
    request: HttpRequest, key: str, service: Callable[..., object], done: str
) -> HttpResponse:
    """Do it and go back to the page that asked; a refusal is a message there."""
    found = _my_clip(request, key)
    try:
        service(clip=found)
    except (
        services.NotNowError,
        services.NoTicketsError,
        services.DiskFullError,
    ) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    back = request.POST.get("back")
    return redirect(reverse("jobs") if back == "jobs" else found.get_absolute_url())


@login_required
@require_POST
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    """Of a ready clip that is made again, the new take."""
    return _change(request, key, services.cancel, "Stopped. Your ticket is back.")


@login_required
@require_POST
def again(request: HttpRequest, key: str) -> HttpResponse:
    done = "In line again. The film stays as it is until the new one is better."
    return _change(request, key, services.render_again, done)


@login_required
@require_POST
def move(request: HttpRequest, key: str) -> HttpResponse:
    """Back to the list, to the button that was pressed."""
    found = _my_clip(request, key)
    to = request.POST.get("to", "")
    try:
        services.move_clip(clip=found, to=to)
    except services.NotNowError as error:
        messages.error(request, error.message)
        return redirect("jobs")
    query = urlencode({"moved": found.key, "to": to})
    return redirect(f"{reverse('jobs')}?{query}")


@login_required
@require_POST
def retry(request: HttpRequest, key: str) -> HttpResponse:
    return _change(request, key, services.retry_clip, "Back in line.")


@login_required
@require_POST
def captioned(request: HttpRequest, key: str) -> HttpResponse:
    return _change(
        request,
        key,
        services.ask_for_captioned,
        "The captions are being put into the picture. Look again in a moment.",
    )


@login_required
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    found = _my_clip(request, key)
    services.remove_clip(clip=found)
    messages.success(request, f"“{found.name}” is removed.")
    return redirect("jobs")

"""``/notices/settings/``, and the address in mails that ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from socialapp.accounts.requests import person
from socialapp.notices import kinds, selectors, services
from socialapp.notices.forms import ChoicesForm
from socialapp.notices.models import NoticeSettings
from socialapp.notices.pushers import pusher
from socialapp.notices.services.choosing import ChoiceError
from socialapp.notices.services.digests import whose_token

if TYPE_CHECKING:
    from django.http import HttpRequest

    from socialapp.accounts.models import User

FIELDS = ("digest", "digest_hour", "mails", "quiet", "quiet_from", "quiet_until")
WAY_NAMES = {"house": "Here", "mail": "Mail", "push": "Push"}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    user = person(request)
    chosen = selectors.settings_of(user)
    if request.method != "POST":
        form = ChoicesForm(initial={name: getattr(chosen, name) for name in FIELDS})
        return _page(request, form, chosen)
    form = ChoicesForm(request.POST)
    if form.is_valid():
        try:
            services.change_settings(
                person=user, switches=_switches(request), **form.cleaned_data
            )
        except ChoiceError as error:
            for name, complaints in error.errors.items():
                form.add_error(name if name in form.fields else None, complaints)
        else:
            messages.success(request, "Saved.")
            return redirect("notice-settings")
    return _page(request, form, chosen, status=400)


def _switches(request: HttpRequest) -> dict[str, dict[str, bool]]:
    """A box that is not ticked is not sent; what cannot be switched has no box."""
    return {
        kind: {
            way: f"{kind}.{way}" in request.POST
            for way in kinds.WAYS
            if kinds.may_switch(kind, way)
        }
        for kind in kinds.SORTS
    }


def _page(
    request: HttpRequest,
    form: ChoicesForm,
    chosen: NoticeSettings,
    *,
    status: int = 200,
) -> HttpResponse:
    user = person(request)
    context = {
        "form": form,
        "groups": _groups(chosen),
        "ways": WAY_NAMES.items(),
        "digests": _digests(user),
        "hours": [(hour, f"{hour:02d}:00") for hour in range(24)],
        "devices": selectors.devices_of(user),
        "public_key": pusher().public_key,
    }
    return render(request, "notices/settings.html", context, status=status)


def _groups(chosen: NoticeSettings) -> list[dict[str, object]]:
    """The table of the page: groups of kinds, each with its boxes."""
    found: list[dict[str, object]] = []
    for label, sorts in kinds.listed():
        rows = []
        for kind, sort in sorts:
            on = kinds.ways(kind, chosen.switches)
            boxes = [
                {
                    "name": f"{kind}.{way}",
                    "way": WAY_NAMES[way],
                    "on": getattr(on, way),
                    "fixed": not kinds.may_switch(kind, way),
                }
                for way in kinds.WAYS
            ]
            rows.append({"label": sort.label, "boxes": boxes})
        found.append({"label": label, "rows": rows})
    return found


def _digests(user: User) -> list[tuple[str, str]]:
    every = NoticeSettings.Every
    return [
        (value, label)
        for value, label in every.choices
        if value != every.DAY or not user.is_minor
    ]


@login_required
@require_POST
def remove_device(request: HttpRequest, key: str) -> HttpResponse:
    if not services.forget_subscription(person=person(request), key=key):
        raise Http404
    messages.success(request, "That browser rings no more.")
    return redirect("notice-settings")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the address may end these mails, signed in or not: mail programs post
    to it by themselves (RFC 8058), and people press the button that GET shows them."""
    user = whose_token(token)
    if user is None:
        raise Http404
    done = request.method == "POST"
    if done:
        services.unsubscribe(person=user)
    return render(request, "notices/unsubscribe.html", {"done": done, "token": token})

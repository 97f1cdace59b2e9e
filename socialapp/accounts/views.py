"""A person's own pages: settings, tokens, theme, their data, the way out."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from socialapp.accounts import exports, leaving, services
from socialapp.accounts.consent import Level
from socialapp.accounts.context import THEME_COOKIE, THEMES
from socialapp.accounts.forms import ProfileForm
from socialapp.accounts.models import Guardian
from socialapp.accounts.programs.scopes import Scope
from socialapp.accounts.requests import person
from socialapp.accounts.signing_in import sessions as signed_in
from socialapp.accounts.young import guardians

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

YEAR = 365 * 24 * 3600


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember ``dark`` or ``light``; anything else follows the system again."""
    wanted = request.POST.get("theme", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = redirect(back)
    if wanted in THEMES:
        # Pages write it as well, see app.js.
        response.set_cookie(THEME_COOKIE, wanted, max_age=YEAR, samesite="Lax")
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


def _settings_page(
    request: HttpRequest, form: ProfileForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "tokens": person(request).tokens.order_by("-created"),
        "zones": sorted(zoneinfo.available_timezones()),
        "guardian": Guardian.objects.filter(user=person(request)).first(),
        "levels": Level.choices,
        "scopes": Scope.choices,
        **more,
    }
    return render(request, "accounts/settings.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    user = person(request)
    fields = ("username", "display_name", "bio", "time_zone")
    if request.method != "POST":
        form = ProfileForm(initial={name: getattr(user, name) for name in fields})
        return _settings_page(request, form)
    form = ProfileForm(request.POST)
    if form.is_valid():
        try:
            services.change_profile(user=user, **form.cleaned_data)
        except services.AccountError as error:
            for name, complaints in error.errors.items():
                form.add_error(name if name in form.fields else None, complaints)
        else:
            messages.success(request, "Saved.")
            return redirect("settings")
    return _settings_page(request, form, status=400)


@login_required
@require_POST
def remixing(request: HttpRequest) -> HttpResponse:
    """What others may do with my clips and my characters."""
    said = {
        name: request.POST[name]
        for name in ("remix_clips", "remix_characters")
        if name in request.POST
    }
    try:
        services.change_profile(
            user=person(request),
            remix_clips=said.get("remix_clips"),
            remix_characters=said.get("remix_characters"),
        )
    except services.AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Saved. It counts for whatever is asked from now on.")
    return redirect(f"{reverse('settings')}#s-remixing")


@login_required
@require_POST
def picture(request: HttpRequest) -> HttpResponse:
    """A new picture, or none when ``remove`` was pressed."""
    if "remove" in request.POST:
        services.remove_picture(user=person(request))
        messages.success(request, "Your picture is gone.")
        return redirect("settings")
    file = request.FILES.get("picture")
    if file is None:
        messages.error(request, "Choose a picture first: PNG, JPEG or WebP.")
        return redirect("settings")
    try:
        services.set_picture(user=person(request), data=file.read())
    except services.AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Your new picture is up.")
    return redirect("settings")


@login_required
@never_cache
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def create_token(request: HttpRequest) -> HttpResponse:
    """The key is on this one answer and nowhere else, so there is no redirect."""
    form = ProfileForm(
        initial={
            name: getattr(person(request), name)
            for name in ("username", "display_name", "bio", "time_zone")
        }
    )
    try:
        token, key = services.create_token(
            user=person(request),
            name=request.POST.get("name", ""),
            scopes=request.POST.getlist("scopes"),
        )
    except services.AccountError as error:
        return _settings_page(request, form, status=400, token_error=str(error))
    return _settings_page(request, form, new_token=token, new_key=key)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    services.revoke_token(token=get_object_or_404(person(request).tokens, pk=pk))
    messages.success(request, "Revoked. Programs with this key are locked out.")
    return redirect("settings")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def leave(request: HttpRequest) -> HttpResponse:
    """Ask to leave; whoever presses the button proves that it is them."""
    if request.method == "POST":
        user = leaving.ask_to_leave(user=person(request))
        logout(request)
        return render(request, "accounts/left.html", {"leaves": user.leaves})
    return render(request, "accounts/leave.html", {"grace": leaving.GRACE.days})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in. Posted: ``end`` one of them, or ``others``: all but this."""
    me, this = person(request), request.session.session_key
    if request.method == "POST":
        if "others" in request.POST:
            ended = signed_in.end_all(me, but=this)
        else:
            wanted = request.POST.get("end", "")
            mine = UserSession.objects.filter(user=me).exclude(session_key=this)
            ended = signed_in.end(one for one in mine if str(one.pk) == wanted)
        if ended:
            messages.success(request, "Signed out there.")
        else:
            messages.info(request, "It was signed out already.")
        return redirect("sessions")
    rows = [
        {
            "pk": session.pk,
            "device": signed_in.device(session.user_agent),
            "place": signed_in.place(session.ip),
            "began": session.created_at,
            "seen": session.last_seen_at,
            "this": session.session_key == this,
        }
        for session in signed_in.sessions_of(me)
    ]
    rows.sort(key=lambda row: not row["this"])
    return render(request, "accounts/sessions.html", {"sessions": rows})


@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What is in the archive, and the button that makes it."""
    return render(request, "accounts/data.html")


@login_required
@never_cache
@require_safe
@reauthentication_required  # type: ignore[untyped-decorator]
def archive(request: HttpRequest) -> StreamingHttpResponse:
    """The archive itself, made while it is sent: nothing waits on our disk."""
    return exports.response_for(person(request))


@login_required
@require_POST
def guardian(request: HttpRequest) -> HttpResponse:
    """Ask a parent or guardian, or stop: the young person decides who it is."""
    user = person(request)
    try:
        if "stop" in request.POST:
            guardians.stop(user=user)
            messages.success(request, "Nobody gets a summary any more.")
        else:
            guardians.ask(user=user, email=request.POST.get("email", ""))
            messages.success(
                request, "We asked them. They get nothing before they agree."
            )
    except services.AccountError as error:
        messages.error(request, str(error))
    return redirect("settings")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guardian_answer(request: HttpRequest, key: str) -> HttpResponse:
    """The guardian's page, by the address in their mail: agree, or stop. A button, since
    mail programs open addresses by themselves."""
    found = get_object_or_404(Guardian.objects.select_related("user"), key=key)
    stopped = request.method == "POST" and "stop" in request.POST
    if stopped:
        guardians.stop(user=found.user)
    elif request.method == "POST":
        found = guardians.agree(guardian=found)
    context = {"guardian": found, "stopped": stopped}
    return render(request, "accounts/guardian.html", context)

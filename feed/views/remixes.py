"""Pages of remixes: the form, the tree, what is asked, and what was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from avatarfx import services as clips
from avatarfx.errors import NotNowError
from avatarfx.models import Clip
from avatarfx.remixes import RemixKind
from avatarfx.services.remakes import speakers_of
from feed import selectors, services, visits
from feed.models import Post, Remix, RemixPass, RemixRequest
from feed.remixes import allowances, making, requests, revoking
from feed.remixes.errors import RemixError
from feed.remixes.making import make_approved
from feed.remixes.tree import tree_of
from feed.remixes.wishes import wish_of
from moderation.abuse.services import AbuseError
from socialapp.accounts.consent import Level
from socialapp.accounts.requests import address_of, person
from socialapp.characters import selectors as characters
from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from feed.remixes import Allowance
    from socialapp.characters.models import Character

WORDS = {
    RemixKind.REVOICE: "The same words, by a character of yours.",
    RemixKind.REWRITE: "The character of this clip says what you write.",
    RemixKind.REPLY: "A clip of your own that answers this one.",
    RemixKind.DUET: "Both on one stage: the clip, then your character's answer.",
}

REFUSALS = (
    RemixError,
    AbuseError,
    NotNowError,
    clips.DiskFullError,
    clips.IdempotencyConflictError,
    clips.NoTicketsError,
    clips.ScreeningUnavailableError,
    clips.ScriptError,
    clips.TextRefusedError,
)
"""What a wish can be answered with; each says why and what to do."""

SHOWN = 50
"""Of each list; the older ones are in the API and the archive."""


def _seen(request: HttpRequest, key: str) -> Post:
    try:
        return selectors.post_for(viewer=request.user, key=key)
    except Post.DoesNotExist as error:
        raise Http404 from error


def _says(error: Exception) -> str:
    return str(getattr(error, "message", error))


@require_safe
def tree(request: HttpRequest, key: str) -> HttpResponse:
    """The whole chain above a post, and what was made of it, page by page."""
    found = _seen(request, key)
    shown = tree_of(request.user, found, after=request.GET.get("after", ""))
    context = {"post": found, "tree": shown, "whole": True}
    return visits.welcome(request, render(request, "feed/tree.html", context))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remix(request: HttpRequest, key: str) -> HttpResponse:
    """Choose how, who and which words; then the clip is made, or its owner asked."""
    found = _seen(request, key)
    if request.method != "POST":
        return _form(request, found)
    data = request.POST
    try:
        wish = wish_of(
            person=person(request),
            post=found,
            kind=data.get("kind", ""),
            character=_chosen(_cast(request), data.get("character", "")),
            script=data.get("script", ""),
            title=data.get("title", ""),
            caption=data.get("caption", ""),
            seat=data.get("seat", ""),
        )
        made = making.remix(
            person=person(request),
            post=found,
            wish=wish,
            publish=data.get("publish") == "1",
            idempotency_key=data.get("key", "")[:80],
            address=address_of(request),
        )
    except REFUSALS as error:
        return _form(request, found, error=_says(error), status=409)
    if isinstance(made, Clip):
        return redirect(made)
    names = ", ".join(f"@{one.person.username}" for one in made.answers.all())
    messages.success(request, f"Asked. {names} sees exactly these words.")
    return redirect(f"{reverse('remixes')}?tab=mine")


def _cast(request: HttpRequest) -> list[Character]:
    usable = characters.usable_characters(person(request))
    return [one for one in usable if one.portrait is not None]


def _chosen(cast: Sequence[Character], key: str) -> Character | None:
    return next((one for one in cast if one.key == key), None)


def _form(
    request: HttpRequest, post: Post, *, error: str = "", status: int = 200
) -> HttpResponse:
    user = person(request)
    found = allowances(user, post)
    fields = request.POST if request.method == "POST" else request.GET
    kind = _kind(fields.get("kind", ""), found)
    cast = _cast(request)
    lead = post.clip.character if post.clip else None
    others = [one for one in cast if lead is None or one.pk != lead.pk]
    mine = [one for one in others if one.owner_id == user.pk]
    picked = _chosen(others, fields.get("character", ""))
    speakers = speakers_of(post.clip) if post.clip else []
    context: dict[str, Any] = {
        "post": post,
        "clip": post.clip,
        "kinds": [(one, WORDS[one], found[one]) for one in RemixKind],
        "kind": kind,
        "allowed": found[kind],
        "cast": others,
        "chosen": picked or next(iter([*mine, *others]), None),
        "speakers": speakers if len(speakers) > 1 else [],
        "fields": fields,
        "publish": request.method != "POST" or fields.get("publish") == "1",
        "standing": requests.open_request(user, post, kind),
        "error": error,
        "once": new_key(),
    }
    return render(request, "feed/remix.html", context, status=status)


def _kind(asked: str, found: dict[RemixKind, Allowance]) -> RemixKind:
    """What was asked for, else the first that is not off."""
    if asked in RemixKind.values:
        return RemixKind(asked)
    free = [kind for kind, one in found.items() if not one.is_off]
    return next(iter(free), RemixKind.REVOICE)


@login_required
@require_POST
def consent(request: HttpRequest, key: str) -> HttpResponse:
    """What others may make of one's own post."""
    found = get_object_or_404(Post, key=key, author=request.user.pk)
    try:
        services.edit_post(post=found, remixing=request.POST.get("remixing", ""))
    except services.PostError as error:
        messages.error(request, str(error))
        return redirect(found)
    if found.remixing == Level.OFF and found.stat.remixes:
        messages.success(
            request, "Off. Nothing new is made of it; what is, you see here."
        )
        return redirect(f"{reverse('remixes')}?tab=made&of={found.key}")
    messages.success(request, "Saved. It counts for whatever is asked from now on.")
    return redirect(found)


# Asked and made ---------------------------------------------------------------


@login_required
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """``?tab=`` is ``asked`` (of me), ``mine`` (by me) or ``made`` (of mine, ``&of=``
    one post)."""
    user = person(request)
    tab = request.GET.get("tab", "asked")
    tab = tab if tab in {"asked", "mine", "made"} else "asked"
    of = request.GET.get("of", "")
    context: dict[str, Any] = {"tab": tab, "of": of}
    if tab == "asked":
        context["asked"] = requests.waiting_for(user)[:SHOWN]
        passes = RemixPass.objects.filter(owner=user).select_related("person")
        context["passes"] = passes.order_by("person__username")
    elif tab == "mine":
        context["mine"] = requests.requests_of(user)[:SHOWN]
    else:
        context["made"] = revoking.shown_of_mine(user, of=of)[:SHOWN]
        context["outcomes"] = Remix.Outcome.choices
        mine = Post.objects.filter(author=user, key=of)
        context["original"] = mine.select_related("clip").first() if of else None
    return render(request, "feed/remixes.html", context)


def _mine(request: HttpRequest, key: str) -> RemixRequest:
    rows = RemixRequest.objects.full().filter(asker=person(request))
    return get_object_or_404(rows, key=key)


@login_required
@require_POST
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """``agreed=1`` or ``0``, with a word and, with a yes, ``always=1``."""
    asked = requests.waiting_for(person(request)).filter(key=key)
    found = get_object_or_404(asked)
    agreed = request.POST.get("agreed") == "1"
    try:
        requests.answer(
            request=found,
            person=person(request),
            agreed=agreed,
            word=request.POST.get("word", ""),
            always=request.POST.get("always") == "1",
        )
    except REFUSALS as error:
        messages.error(request, _says(error))
    else:
        told = "Approved, for exactly these words." if agreed else "Refused."
        messages.success(request, f"{told} @{found.asker.username} is told.")
    return redirect("remixes")


@login_required
@require_POST
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    try:
        requests.withdraw(request=_mine(request, key))
    except RemixError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Taken back.")
    return redirect(f"{reverse('remixes')}?tab=mine")


@login_required
@require_POST
def make(request: HttpRequest, key: str) -> HttpResponse:
    """What was approved, made."""
    try:
        clip = make_approved(
            request=_mine(request, key),
            person=person(request),
            publish=request.POST.get("publish", "1") == "1",
        )
    except REFUSALS as error:
        messages.error(request, _says(error))
        return redirect(f"{reverse('remixes')}?tab=mine")
    return redirect(clip)


@login_required
@require_POST
def outcome(request: HttpRequest) -> HttpResponse:
    """``choice`` for the remix ``post``, or for all of them, of one post with ``of``."""
    user, choice = person(request), request.POST.get("choice", "")
    of, key = request.POST.get("of", ""), request.POST.get("post", "")
    try:
        if key:
            row = get_object_or_404(revoking.of_mine(user), child__key=key)
            revoking.decide(remix=row, person=user, choice=choice)
            done = 1
        else:
            done = revoking.decide_all(person=user, choice=choice, of=of)
    except RemixError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"Done for {done}. You can take it back here.")
    return redirect(f"{reverse('remixes')}?tab=made{f'&of={of}' if of else ''}")


@login_required
@require_POST
def end_pass(request: HttpRequest, username: str) -> HttpResponse:
    """Whoever had it asks again from now on."""
    held = RemixPass.objects.filter(owner=person(request), person__username=username)
    row = get_object_or_404(held.select_related("person"))
    requests.ask_again(owner=row.owner, person=row.person)
    messages.success(request, f"@{username} asks again from now on.")
    return redirect("remixes")

"""What somebody kept: saving a post, the list of them, collections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from feed import selectors, services
from feed.models import Collection, Post
from feed.selectors import saves as kept
from feed.views.answers import answer, refuse, wants_json
from socialapp.accounts.requests import person

if TYPE_CHECKING:
    from django.http import HttpRequest


def _post(request: HttpRequest, key: str) -> Post:
    try:
        return selectors.post_for(viewer=request.user, key=key)
    except Post.DoesNotExist as error:
        raise Http404 from error


def _mine(request: HttpRequest, key: str) -> Collection:
    return get_object_or_404(Collection, key=key, owner=person(request))


@require_POST
def save(request: HttpRequest, key: str) -> HttpResponse:
    """``saved=1`` or ``0``. A visitor signs up first."""
    found = _post(request, key)
    here = found.get_absolute_url()
    if not request.user.is_authenticated:
        door = f"{reverse('account_signup')}?{urlencode({'next': here}, safe='/')}"
        if wants_json(request):
            return JsonResponse({"sign_up": door}, status=401)
        return redirect(door)
    wanted = request.POST.get("saved", "1") == "1"
    change = services.save_post if wanted else services.unsave_post
    try:
        count = change(post=found, person=request.user)
    except services.SaveError as error:
        return refuse(request, str(error), back=here)
    text = "Saved." if wanted else "Not saved any more."
    return answer(request, text, {"saved": wanted, "saves": count}, back=here)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, key: str) -> HttpResponse:
    """Into which collections a post goes; as a sheet with ``?sheet=1``. POST:
    ``collection=<key>`` and ``in=1`` or ``0``, or the ``title`` of a new one."""
    found, mine = _post(request, key), person(request)
    if request.method == "POST":
        return _put(request, found)
    context = {"post": found, "collections": kept.choices_for(mine, found)}
    sheet = "feed/_collect.html" if request.GET.get("sheet") else "feed/collect.html"
    return render(request, sheet, context)


def _put(request: HttpRequest, post: Post) -> HttpResponse:
    back = f"{post.get_absolute_url()}collections/"
    wanted = request.POST.get("in", "1") == "1"
    try:
        if key := request.POST.get("collection", ""):
            into = _mine(request, key)
        else:
            into = services.create_collection(
                person=person(request), title=request.POST.get("title", "")
            )
        if wanted:
            services.put_in(collection=into, post=post)
        else:
            services.take_out(collection=into, post=post)
    except services.SaveError as error:
        return refuse(request, str(error), back=back)
    text = (
        f"It is in “{into.title}” now."
        if wanted
        else f"It is not in “{into.title}” any more."
    )
    return answer(request, text, {"in": wanted, "saved": True}, back=back)


@login_required
@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    """What one saved, and one's collections."""
    mine = person(request)
    page = kept.saved_page(mine, after=request.GET.get("after"))
    found = list(kept.collections_of(mine, mine)[: services.MOST_COLLECTIONS])
    context = {
        "posts": page.posts,
        "after": page.after,
        "gone": page.gone,
        "count": page.count,
        "shelves": kept.shelves(found, mine),
        "visibilities": Collection.Visibility.choices,
    }
    return render(request, "feed/saved.html", context)


@login_required
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """``title``, ``note``, ``visibility``."""
    try:
        made = services.create_collection(
            person=person(request),
            title=request.POST.get("title", ""),
            note=request.POST.get("note", ""),
            visibility=request.POST.get("visibility", Collection.Visibility.PRIVATE),
        )
    except services.SaveError as error:
        return refuse(request, str(error), back=reverse("saved"))
    return redirect(made)


@require_safe
def collection(request: HttpRequest, key: str) -> HttpResponse:
    try:
        found = kept.collection_for(viewer=request.user, key=key)
    except Collection.DoesNotExist as error:
        raise Http404 from error
    page = kept.collected_page(found, request.user, after=request.GET.get("after"))
    context: dict[str, Any] = {
        "collection": found,
        "mine": found.owner_id == request.user.pk,
        "posts": page.posts,
        "after": page.after,
        "gone": page.gone,
        "count": page.count,
        "visibilities": Collection.Visibility.choices,
    }
    return render(request, "feed/collection.html", context)


@login_required
@require_POST
def edit(request: HttpRequest, key: str) -> HttpResponse:
    found = _mine(request, key)
    try:
        services.change_collection(
            collection=found,
            title=request.POST.get("title"),
            note=request.POST.get("note"),
            visibility=request.POST.get("visibility"),
        )
    except services.SaveError as error:
        return refuse(request, str(error), back=found.get_absolute_url())
    return answer(request, "Saved.", {}, back=found.get_absolute_url())


@login_required
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    found = _mine(request, key)
    services.remove_collection(collection=found)
    messages.success(request, f"“{found.title}” is gone. Its clips are still saved.")
    return redirect("saved")


@login_required
@require_POST
def arrange(request: HttpRequest, key: str) -> HttpResponse:
    """``post=<key>``, and ``do``: front, back or out."""
    found = _mine(request, key)
    back = found.get_absolute_url()
    post = get_object_or_404(Post, key=request.POST.get("post", ""))
    do = request.POST.get("do", "")
    if do == "out" or not found.items.filter(post=post).exists():
        services.take_out(collection=found, post=post)
        return answer(request, "Taken out. It is still saved.", {}, back=back)
    place = 0 if do == "front" else services.MOST_ITEMS
    services.put_in(collection=found, post=post, place=place)
    return answer(request, "Moved.", {}, back=back)

"""Feeds that people build: their pages, and the words that are muted everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from feed import selectors, services, visits
from feed.custom_form import FeedForm, MuteForm
from feed.models import CustomFeed, Subscription
from feed.rules import Rules
from feed.views.resting import calm
from feed.views.tabs import tabs_for
from socialapp.accounts.requests import person
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

SHOWN = 24
LOOKED_THROUGH = 3
"""Pages with nothing on them after which a person decides whether to look further."""

UNNAMED = "a character who is not on show"
OFFERED = 60
"""Characters to choose from: one's own, those one follows, and the house's."""


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """One's own, those one reads, and what others share."""
    context: dict[str, Any] = {"around": selectors.feeds_around(request.user)[:SHOWN]}
    if request.user.is_authenticated:
        me = person(request)
        context |= {
            "mine": selectors.feeds_of(me),
            "read": selectors.feeds_read(me),
        }
    return render(request, "feed/custom/feeds.html", context)


@require_safe
@calm("feed/rest.html")
def about(request: HttpRequest, key: str) -> HttpResponse:
    """What it is, by which rules, and what is in it."""
    found = _feed_or_404(request, key)
    page = _read(request, found, SHOWN, pages=LOOKED_THROUGH)
    context = {
        "feed": found,
        "rules": _told(Rules.from_json(found.rules), request.user),
        "mine": found.owner_id == request.user.pk,
        "reads": _reads(request, found),
        "posts": page.posts,
        "after": page.after,
    }
    return visits.welcome(request, render(request, "feed/custom/about.html", context))


@require_safe
@calm("feed/rest.html")
def watch(request: HttpRequest, key: str) -> HttpResponse:
    """One clip to a screen, as the house's own feed."""
    found = _feed_or_404(request, key)
    page = _read(request, found)
    if not page.posts and page.after is None:
        return redirect(found)
    first = page.posts[0].clip if page.posts else None
    context = {
        "posts": page.posts,
        "after": page.after,
        "list": page.list,
        "more": reverse("custom-feed-more", args=[found.key]),
        "order": "custom",
        "custom": found,
        "tabs": tabs_for(request.user),
        "poster": first.poster if first else "",
        "source": "feeds",
    }
    return visits.welcome(request, render(request, "feed/feed.html", context))


@require_safe
@calm("feed/_rest.html")
def more(request: HttpRequest, key: str) -> HttpResponse:
    """The next articles, as `feed.views.pages.more` gives those of the house's feed."""
    page = _read(request, _feed_or_404(request, key))
    start = request.GET.get("start", "0")
    context = {
        "posts": page.posts,
        "start": int(start) if start.isdecimal() and len(start) < 9 else 0,
        "list": page.list,
        "source": "feeds",
    }
    response = render(request, "feed/_items.html", context)
    response["X-After"] = page.after or ""
    response["X-List"] = page.list
    return response


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """``?tag=`` begins with a rule."""
    tag = request.GET.get("tag", "")
    return _form(request, None, {"tags": f"#{tag}" if tag else ""})


@login_required
def edit(request: HttpRequest, key: str) -> HttpResponse:
    found = _mine_or_404(request, key)
    return _form(request, found, FeedForm.initial_of(found))


def _form(
    request: HttpRequest, feed: CustomFeed | None, initial: dict[str, Any]
) -> HttpResponse:
    """Saved when it was sent, or shown what would be in it with ``preview``."""
    me = person(request)
    cast = _cast(me, feed)
    if request.method != "POST":
        form = FeedForm(initial=initial, cast=cast, minor=me.is_minor)
        return _show(request, form, feed)
    form = FeedForm(request.POST, cast=cast, minor=me.is_minor)
    if not form.is_valid():
        return _show(request, form, feed)
    said = form.said()
    if "preview" in request.POST:
        return _show(request, form, feed, preview=Rules.from_json(said["rules"]))
    try:
        if feed is None:
            feed = services.build_feed(owner=me, **said)
        else:
            services.change_feed(feed=feed, **said)
    except services.CustomFeedError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _show(request, form, feed)
    messages.success(request, "Saved.")
    return redirect(feed)


def _show(
    request: HttpRequest,
    form: FeedForm,
    feed: CustomFeed | None,
    preview: Rules | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "feed": feed}
    if preview is not None:
        page = selectors.custom_page(viewer=request.user, rules=preview, limit=6)
        more = page.after is not None
        context |= {"previewed": True, "posts": page.posts, "more": more}
    status = 400 if form.is_bound and not form.is_valid() else 200
    return render(request, "feed/custom/form.html", context, status=status)


@login_required
@require_POST
def delete(request: HttpRequest, key: str) -> HttpResponse:
    services.delete_feed(feed=_mine_or_404(request, key))
    messages.success(request, "The feed is deleted. The posts that were in it stay.")
    return redirect("custom-feeds")


@login_required
@require_POST
def subscribe(request: HttpRequest, key: str) -> HttpResponse:
    """``on=1`` or ``0``."""
    found = _feed_or_404(request, key)
    if request.POST.get("on", "1") == "1":
        try:
            services.subscribe(person=person(request), feed=found)
        except services.CustomFeedError as error:
            messages.error(request, str(error))
    else:
        services.unsubscribe(person=person(request), feed=found)
    return redirect(found)


@login_required
def words(request: HttpRequest) -> HttpResponse:
    """Words that one mutes: the list, a new one, ``remove=<key>``."""
    me = person(request)
    form = MuteForm()
    if request.method == "POST" and "remove" in request.POST:
        services.unmute_words(person=me, key=request.POST["remove"])
        return redirect("muted-words")
    if request.method == "POST":
        form = MuteForm(request.POST)
        if form.is_valid():
            try:
                services.mute_words(person=me, **form.said())
            except services.CustomFeedError as error:
                form.add_error(error.field or None, str(error))
            else:
                messages.success(request, "Muted, on every page, from now on.")
                return redirect("muted-words")
    context = {"form": form, "muted": me.muted_words.now().order_by("words")}
    status = 400 if form.errors else 200
    return render(request, "feed/custom/words.html", context, status=status)


def _read(
    request: HttpRequest, feed: CustomFeed, limit: int = 6, *, pages: int = 1
) -> selectors.FeedPage:
    """A page; where nothing is on it and it is not the last, the next one, so many at
    most."""
    after = request.GET.get("after")
    while True:
        page = services.read_feed(
            viewer=request.user,
            name=visits.viewer_of(request),
            order=f"{services.BUILT}{feed.key}",
            after=after,
            limit=limit,
        )
        pages -= 1
        if page.posts or page.after is None or not pages:
            return page
        after = page.after


def _reads(request: HttpRequest, feed: CustomFeed) -> bool:
    reading = Subscription.objects.filter(person=request.user.pk, feed=feed)
    return request.user.is_authenticated and reading.exists()


def _feed_or_404(request: HttpRequest, key: str) -> CustomFeed:
    try:
        return selectors.feed_for(viewer=request.user, key=key)
    except CustomFeed.DoesNotExist as error:
        raise Http404 from error


def _mine_or_404(request: HttpRequest, key: str) -> CustomFeed:
    found = _feed_or_404(request, key)
    if found.owner_id != request.user.pk:
        raise Http404
    return found


def _told(rules: Rules, viewer: Viewer) -> list[tuple[str, str]]:
    """The rules in words, characters by their names; not of those whom this viewer may
    not see, or who left."""
    cast = Character.objects.visible_to(viewer).filter(key__in=rules.characters)
    names = dict(cast.values_list("key", "name"))
    by_name = " or ".join(names.get(key, UNNAMED) for key in rules.characters)
    return [
        (label, by_name if label == "Characters" else value)
        for label, value in rules.told()
    ]


def _cast(me: User, feed: CustomFeed | None) -> list[tuple[str, str]]:
    """Characters to choose from, by key and name; those that are chosen stay."""
    chosen = Rules.from_json(feed.rules).characters if feed else ()
    known = Q(owner=me) | Q(followers__person=me) | Q(starter=True)
    known |= Q(key__in=chosen)
    visible = Character.objects.visible_to(me).filter(known).distinct()
    return list(visible.order_by("name").values_list("key", "name")[:OFFERED])

"""The feed and everything that is found by a post: its page, people, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from avatarfx import selectors as clips
from avatarfx.errors import NotNowError
from avatarfx.models import Clip
from feed import approving, hashtags, selectors, services, visits
from feed.forms import PublishForm
from feed.models import Post, Tag
from feed.remixes.tree import tree_of
from feed.search import trending
from feed.selectors import circles
from feed.selectors import saves as kept
from feed.services.talk import may_answer
from feed.sources import source_of
from feed.views.comments import talk_of
from feed.views.embeds import player_of
from feed.views.resting import calm
from feed.views.tabs import tabs_for
from scenes.posters import posters
from scenes.selectors import browsing as scenes
from socialapp.accounts.circle import blocks_of, mutes_of, people_for
from socialapp.accounts.consent import Level
from socialapp.accounts.requests import address_of, person
from socialapp.characters.models import Character
from socialapp.engines.errors import EngineError
from socialapp.lib import blobs
from socialapp.lib.api.throttles import Throttle
from streams import selectors as shows
from streams import services as streams
from streams.models import Stream

if TYPE_CHECKING:
    from django.http import HttpRequest


LEVELS = [("", "As my account"), *Level.choices]
"""Of one's own post: what others may make of it."""

ORDER = "feed_order"
"""Session key: how this visitor wants the feed."""


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _post_or_404(request: HttpRequest, key: str) -> Post:
    try:
        return selectors.post_for(viewer=request.user, key=key)
    except Post.DoesNotExist as error:
        raise Http404 from error


def _absolute(request: HttpRequest, ref: str) -> str:
    return request.build_absolute_uri(blobs.url(ref)) if ref else ""


def _my_post(request: HttpRequest, key: str) -> Post:
    return get_object_or_404(Post, key=key, author=request.user.pk)


@require_safe
@calm("feed/rest.html")
def feed(request: HttpRequest) -> HttpResponse:
    """``?at=<key>`` begins at one post, so that nobody loses their place; ``?order=`` is
    one of ``services.ORDERS``, and is kept until another one is chosen."""
    order = _order(request)
    first = request.GET.get("at", "")
    posts: list[Post] = []
    after = request.GET.get("after")
    if first and (found := _maybe(request, first)):
        posts = [found]
        if order == "newest":
            after = selectors.newest_after(found)
    page = _read(request, order, after)
    rest = [one for one in page.posts if one not in posts]
    shown = [*posts, *rest]
    context: dict[str, Any] = {
        "posts": shown,
        "after": page.after,
        "list": page.list,
        "more": reverse("feed-more"),
        "order": order,
        "tabs": tabs_for(request.user),
        "poster": shown[0].clip.poster if shown and shown[0].clip else "",
        "house_is_empty": not shown and not Post.objects.listed().exists(),
        "on_air": shows.on_air_for(request.user),
    }
    if not context["posts"] and order == "following":
        context["suggested"] = circles.suggestions_for(request.user)
    return visits.welcome(request, render(request, "feed/feed.html", context))


def _order(request: HttpRequest) -> str:
    asked = request.GET.get("order", "")
    if asked in services.ORDERS and request.session.get(ORDER) != asked:
        request.session[ORDER] = asked
    return services.order_for(request.user, asked or request.session.get(ORDER, ""))


def _read(request: HttpRequest, order: str, after: str | None) -> selectors.FeedPage:
    return services.read_feed(
        viewer=request.user,
        name=visits.viewer_of(request),
        order=order,
        after=after,
    )


def _maybe(request: HttpRequest, key: str) -> Post | None:
    try:
        return selectors.post_for(viewer=request.user, key=key)
    except Post.DoesNotExist:
        return None


@require_safe
@calm("feed/_rest.html")
def more(request: HttpRequest) -> HttpResponse:
    """The next articles of the feed, as a fragment; empty at the end."""
    page = _read(request, _order(request), request.GET.get("after"))
    try:
        start = int(request.GET.get("start", "0"))
    except ValueError:
        start = 0
    response = render(
        request,
        "feed/_items.html",
        {"posts": page.posts, "start": start, "list": page.list},
    )
    response["X-After"] = page.after or ""
    response["X-List"] = page.list
    return response


@require_safe
def post(request: HttpRequest, key: str) -> HttpResponse:
    found = _post_or_404(request, key)
    mine = found.author_id == request.user.pk
    waiting = approving.waiting_of(found) if mine else None
    context = {
        "post": found,
        "mine": mine,
        "waiting": waiting,
        "caption": (
            waiting.says.get("caption", found.caption) if waiting else found.caption
        ),
        "visibilities": Post.Visibility.choices,
        "remixings": LEVELS,
        "page_url": request.build_absolute_uri(found.get_absolute_url()),
        "view_url": _view_url(request, found),
        "talk": talk_of(request, found),
    }
    if mine:
        context["may_answer"] = may_answer(found)
    if found.clip is None:
        return visits.welcome(request, render(request, "feed/said.html", context))
    context |= {
        "tree": tree_of(request.user, found),
        "clip": found.clip,
        "lines": clips.said_in(found.clip),
        "credit": selectors.credit_of(found.clip, viewer=request.user),
        "poster_url": _absolute(request, found.clip.poster),
        "video_url": _absolute(request, found.clip.video),
        "at": _second(request, found.clip),
        "player": player_of(found),
    }
    return visits.welcome(request, render(request, "feed/post.html", context))


def _view_url(request: HttpRequest, post: Post) -> str:
    """Where a view of this page is counted, with the page before it."""
    source = source_of(request.headers.get("Referer", ""), request.get_host())
    return f"{reverse('post-view', args=[post.key])}?from={source}"


def _second(request: HttpRequest, clip: Clip) -> float | None:
    """``?t=``: where the player begins; None for what is no second of the clip."""
    try:
        at = float(request.GET.get("t", ""))
    except ValueError:
        return None
    return at if 0.0 <= at < (clip.seconds or 0.0) else None


@require_safe
def audio(request: HttpRequest, key: str) -> HttpResponse:
    """To the sound of a post, which is made when somebody first asks for it."""
    found = _post_or_404(request, key)
    if found.clip is None:
        raise Http404
    if not found.clip.audio and not Throttle().allow(request, "preview"):
        messages.error(
            request, "That is a lot of sound. Wait five minutes, then go on."
        )
        return redirect(found)
    try:
        ref = services.audio_of(post=found)
    except (NotNowError, EngineError) as error:
        messages.error(request, str(error))
        return redirect(found)
    return redirect(blobs.url(ref))


@require_POST
def like(request: HttpRequest, key: str) -> HttpResponse:
    """``liked=1`` or ``0``. A visitor signs up first; the like waits for them."""
    found = _post_or_404(request, key)
    if not request.user.is_authenticated:
        request.session[visits.PENDING_LIKE] = found.key
        back = request.POST.get("back", "")
        here = found.get_absolute_url() if back == "post" else f"/?at={found.key}"
        door = f"{reverse('account_signup')}?{urlencode({'next': here}, safe='/')}"
        if _wants_json(request):
            return JsonResponse({"sign_up": door}, status=401)
        return redirect(door)
    wanted = request.POST.get("liked", "1") == "1"
    change = services.like_post if wanted else services.unlike_post
    likes = change(post=found, user=request.user)
    if _wants_json(request):
        return JsonResponse({"liked": wanted, "likes": likes})
    return redirect(found)


@require_POST
def view(request: HttpRequest, key: str) -> HttpResponse:
    """Watched for two seconds or half its length, or read for two."""
    found = _post_or_404(request, key)
    try:
        seconds = float(request.POST.get("seconds", "0"))
    except ValueError:
        seconds = 0.0
    if viewer := visits.viewer_of(request):
        services.count_view(
            post=found,
            viewer=viewer,
            seconds=seconds,
            completed=request.POST.get("completed") == "1",
            source=request.GET.get("from", ""),
        )
    return HttpResponse(status=204)


@login_required
@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    clip = get_object_or_404(Clip.objects.of(person(request)), key=key)
    form = PublishForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.complaints()))
        return redirect(clip)
    try:
        made = services.publish_post(
            clip=clip,
            author=person(request),
            address=address_of(request),
            **form.cleaned_data,
        )
    except services.PostError as error:
        messages.error(request, str(error))
        return redirect(clip)
    if waiting := approving.waiting_of(made):
        messages.warning(request, f"Published without its caption. {waiting.why}")
    else:
        messages.success(request, "Published. It is in the feed now.")
    return redirect(made)


@login_required
@require_POST
def edit(request: HttpRequest, key: str) -> HttpResponse:
    found = _my_post(request, key)
    form = PublishForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.complaints()))
        return redirect(found)
    try:
        services.edit_post(post=found, **form.cleaned_data)
    except services.PostError as error:
        messages.error(request, str(error))
    else:
        if waiting := approving.waiting_of(found):
            messages.warning(request, f"Saved. {waiting.why}")
        else:
            messages.success(request, "Saved.")
    return redirect(found)


@login_required
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    found = _my_post(request, key)
    services.remove_post(post=found)
    # The undo is a form: leaving the page never restores by itself.
    request.session["removed_post"] = found.key
    return redirect("profile", username=person(request).username)


@login_required
@require_POST
def restore(request: HttpRequest, key: str) -> HttpResponse:
    found = _my_post(request, key)
    services.restore_post(post=found)
    messages.success(request, "It is back, with its likes.")
    return redirect(found)


@require_safe
def tag(request: HttpRequest, name: str) -> HttpResponse:
    folded = hashtags.folded(name)
    found = get_object_or_404(Tag, name=folded)
    if name != folded:
        # However it is written, it is one page.
        return redirect("tag", folded)
    page = selectors.feed_page(
        viewer=request.user, tag=found.name, limit=24, after=request.GET.get("after")
    )
    context = {
        "tag": found,
        "posts": page.posts,
        "after": page.after,
        "count": trending.posts_under(found, request.user),
    }
    return render(request, "feed/tag.html", context)


@require_safe
def profile(request: HttpRequest, username: str) -> HttpResponse:
    person = get_object_or_404(people_for(request.user), username=username.lower())
    if blocks_of(request.user, person):
        return render(request, "feed/blocked.html", {"person": person})
    mine = person.pk == request.user.pk
    context: dict[str, Any] = {"person": person, "mine": mine}
    characters = Character.objects.full().filter(owner=person)
    characters = (
        characters.alive() if mine else characters.listed().of_company(request.user)
    )
    tab = request.GET.get("tab")
    context["tab"] = (
        tab if tab in {"characters", "shows", "scenes", "collections"} else "clips"
    )
    context["on_air"] = shows.on_air_for(request.user, host=person)
    context["characters_count"] = characters.count()
    context["posts_count"] = Post.objects.listed().filter(author=person).count()
    if context["tab"] == "characters":
        context["characters"] = characters.order_by("-created")[:60]
    elif context["tab"] == "collections":
        found = kept.collections_of(person, request.user)[:60]
        context["shelves"] = kept.shelves(list(found), request.user)
    elif context["tab"] == "shows":
        context["shows"] = shows.shows_of(request.user, host=person)
    elif context["tab"] == "scenes":
        written = scenes.scenes_of(request.user, person)
        context["scenes"] = posters(written[:60], request.user)
    else:
        page = selectors.posts_of(
            viewer=request.user, author=person, after=request.GET.get("after")
        )
        context |= {"posts": page.posts, "after": page.after}
    context["counts"] = circles.counts_of(person, request.user)
    if request.user.is_authenticated and not mine:
        context["muted"] = mutes_of(request.user, person)
    if mine:
        context["removed_post"] = request.session.pop("removed_post", "")
    return render(request, "feed/profile.html", context)


@require_safe
def character_clips(request: HttpRequest, key: str) -> HttpResponse:
    """A fragment for the character's page."""
    character = get_object_or_404(Character.objects.visible_to(request.user), key=key)
    page = selectors.posts_of(
        viewer=request.user, character=character, after=request.GET.get("after")
    )
    context = {
        "character": character,
        "posts": page.posts,
        "after": page.after,
        "on_air": shows.on_air_for(request.user, character=character),
        "shows": shows.shows_of(request.user, character=character, most=6),
    }
    return render(request, "feed/_character_clips.html", context)


@login_required
@require_POST
def remind(request: HttpRequest, key: str) -> HttpResponse:
    """``on=1`` or ``0``: tell me when this show begins."""
    try:
        stream = shows.stream_for(viewer=request.user, key=key)
    except Stream.DoesNotExist as error:
        raise Http404 from error
    if request.POST.get("on", "1") == "1":
        try:
            streams.remind(stream=stream, person=person(request))
        except streams.StreamError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "We tell you when it begins, in your notices.")
    else:
        streams.forget_reminder(stream=stream, person=person(request))
        messages.success(request, "You are not told when it begins.")
    return redirect(stream)

"""Comments under posts: the page, the fragment of it, and what one writes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST

from feed import selectors, talking
from feed.models import Post
from feed.services import talk as services
from socialapp.accounts import circle
from socialapp.accounts.requests import address_of, person
from socialapp.comments import selectors as threads
from socialapp.comments.models import MAX_TEXT, Comment
from socialapp.comments.showing import Talk, around, talk_in
from socialapp.comments.views.common import REFUSALS, back_of, done, refused, wants_json

if TYPE_CHECKING:
    from django.http import HttpRequest

ON_THE_PAGE = 8
"""Comments on the page of a post; all of them have a page of their own."""

DRAFT = "comment_draft"
"""Session key: the post, and the words that were refused under it."""


def talk_of(request: HttpRequest, post: Post) -> Talk:
    """The section on the page of a post."""
    return talk_in(
        services.thread_of(post),
        request.user,
        url=talking.url_of(post),
        back=post.get_absolute_url(),
        limit=ON_THE_PAGE,
        draft=_draft(request, post),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, key: str) -> HttpResponse:
    """``?order=`` top, newest or oldest; ``?from=`` begins with one comment. With
    ``sheet=1`` a fragment, with ``part=1`` the lines of it alone. Posting ``text``, and
    ``to`` for an answer, writes one."""
    post = _seen(request, key)
    if request.method == "POST":
        return _say(request, post)
    start = _start(request, post)
    try:
        talk = talk_in(
            services.thread_of(post),
            request.user,
            url=talking.url_of(post),
            order=request.GET.get("order", ""),
            after=request.GET.get("after"),
            start=start,
            draft=_draft(request, post),
        )
    except threads.CursorError as error:
        if request.GET.get("part"):
            return HttpResponseBadRequest(str(error), content_type="text/plain")
        return redirect(talking.url_of(post))
    context = {"post": post, "talk": talk, "page": talk.page}
    if request.GET.get("part"):
        return render(request, "comments/_lines.html", context)
    if request.GET.get("sheet"):
        return render(request, "feed/_comments_sheet.html", context)
    return render(request, "feed/comments.html", context)


@login_required
@require_POST
def settings(request: HttpRequest, key: str) -> HttpResponse:
    """``who`` may write, and ``answers=1``: the character may."""
    post = get_object_or_404(
        Post.objects.full(), key=key, author=request.user.pk, removed__isnull=True
    )
    back = f"{post.get_absolute_url()}#own-title"
    try:
        services.change_talk(
            post=post,
            owner=person(request),
            who=request.POST.get("who", ""),
            answers=request.POST.get("answers") == "1",
        )
    except (*REFUSALS, services.SwitchError) as error:
        messages.error(request, getattr(error, "message", str(error)))
    else:
        messages.success(request, "Saved.")
    return redirect(back)


def _say(request: HttpRequest, post: Post) -> HttpResponse:
    back = back_of(request, talking.url_of(post))
    if not request.user.is_authenticated:
        return redirect(f"/accounts/login/?next={post.get_absolute_url()}")
    text = request.POST.get("text", "")
    try:
        comment = services.write_comment(
            post=post,
            author=person(request),
            text=text,
            parent=_answered(request, post),
            address=address_of(request),
        )
    except REFUSALS as error:
        if not wants_json(request):
            # Nothing that was typed is lost: the page offers it again.
            request.session[DRAFT] = [post.key, text[: 2 * MAX_TEXT]]
        return refused(request, error, back)
    words = ""
    if not comment.counts:
        words = (
            "Kept. It waits until somebody looked at it; until then only you see it."
        )
    if not wants_json(request):
        return done(request, words, back)
    found = Comment.objects.listed_for(request.user).full().get(pk=comment.pk)
    talk = around(found.thread, request.user, url=talking.url_of(post))
    html = render_to_string(
        "comments/_comment.html",
        {"talk": talk, "comment": found, "user": request.user, "fresh": True},
        request,
    )
    told = {"key": found.key, "html": html, "count": found.thread.count, "text": words}
    return JsonResponse(told)


def _seen(request: HttpRequest, key: str) -> Post:
    try:
        post = selectors.post_for(viewer=request.user, key=key)
    except Post.DoesNotExist:
        raise Http404 from None
    if circle.are_apart(request.user, post.author):
        raise Http404
    return post


def _start(request: HttpRequest, post: Post) -> Comment | None:
    """The comment that the page begins with; 404 for one of another post."""
    key = request.GET.get("from", "")
    if not key:
        return None
    try:
        found = threads.comment_for(viewer=request.user, key=key)
    except Comment.DoesNotExist:
        raise Http404 from None
    if found.thread_id != post.thread_id:
        raise Http404
    return found


def _answered(request: HttpRequest, post: Post) -> Comment | None:
    key = request.POST.get("to", "")
    if not key:
        return None
    try:
        found = threads.words_for(viewer=request.user, key=key)
    except Comment.DoesNotExist:
        raise Http404 from None
    if found.thread_id != post.thread_id:
        raise Http404
    return found


def _draft(request: HttpRequest, post: Post) -> str:
    if DRAFT not in request.session or request.session[DRAFT][0] != post.key:
        return ""
    _, words = request.session.pop(DRAFT)
    return str(words)

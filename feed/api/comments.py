"""Comments under posts over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from feed import selectors
from feed.models import Post
from feed.services import talk as services
from socialapp.accounts import circle
from socialapp.accounts.api import me
from socialapp.accounts.requests import address_of
from socialapp.comments import selectors as threads
from socialapp.comments.api.shapes import (
    PAGE,
    CommentListing,
    CommentRead,
    CommentWrite,
    TalkRead,
    ThreadChange,
    ThreadRead,
)
from socialapp.comments.models import Comment, Thread
from socialapp.comments.services import why_closed
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from rest_framework.request import Request


@refusal(services.SwitchError)
def _no_switch(error: services.SwitchError) -> Problem:
    return Problem(403, "not_your_character", str(error), field="answers")


def _seen(request: Request, key: str) -> Post:
    try:
        post = selectors.post_for(viewer=request.user, key=key)
    except Post.DoesNotExist:
        raise Http404 from None
    if circle.are_apart(request.user, post.author):
        raise Http404
    return post


@extend_schema(tags=["comments"])
class PostCommentsViewSet(CommentListing):
    permission_classes: Any = (IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="Comments under a post: the roots, the pinned one apart",
        description="What was answered is at `comments/<key>/replies/`. Empty for people"
        " under 18: comments are for adults. Pages repeat and skip nothing while comments"
        " are added; in the order `top` one whose likes change meanwhile may move.",
        parameters=[
            *PAGE,
            OpenApiParameter(
                "order", str, enum=threads.ORDERS, description="`top` when left out."
            ),
        ],
        responses=TalkRead,
    )
    def list(self, request: Request, key: str) -> Response:
        post = _seen(request, key)
        thread = services.thread_of(post)
        stored = thread if thread.pk else None
        order = request.query_params.get("order") or "top"
        if order not in threads.ORDERS:
            raise Problem(
                400,
                "invalid",
                f"Use one of {', '.join(threads.ORDERS)}.",
                field="order",
            )
        cursor = self.cursor
        page = threads.roots_of(stored, request.user, order=order, **cursor)
        pinned = None if cursor["after"] else threads.pinned_of(stored, request.user)
        closed = why_closed(thread, request.user)
        told = self.paged(page) | {
            "count": thread.count,
            "pinned": self.told(pinned) if pinned else None,
            "may_write": closed is None,
            "why_not": closed.message if closed else "",
        }
        return Response(told)

    @extend_schema(
        summary="Write under a post, or answer a comment",
        description="Screened like a caption: one in doubt waits until somebody looked,"
        " one with a filter word of the post's author waits for them.",
        request=CommentWrite,
        responses={201: CommentRead},
    )
    def create(self, request: Request, key: str) -> Response:
        post = _seen(request, key)
        data = valid(CommentWrite(data=request.data))
        made = services.write_comment(
            post=post,
            author=me(request),
            text=data["text"],
            parent=self._answered(request, post, data.get("reply_to", "")),
            address=address_of(request),
        )
        found = Comment.objects.listed_for(request.user).full().get(pk=made.pk)
        return Response(self.told(found), status=status.HTTP_201_CREATED)

    def _answered(self, request: Request, post: Post, key: str) -> Comment | None:
        if not key:
            return None
        try:
            found = threads.words_for(viewer=request.user, key=key)
        except Comment.DoesNotExist:
            found = None
        if found is None or found.thread_id != post.thread_id:
            raise Problem(
                409,
                "parent_gone",
                "There is no such comment here to answer.",
                field="reply_to",
            )
        return found


@extend_schema(tags=["comments"])
class PostTalkViewSet(viewsets.GenericViewSet[Thread]):
    """Who may comment a post of mine, and whether its character answers."""

    queryset = Thread.objects.none()
    serializer_class = ThreadRead
    pagination_class: Any = None
    permission_classes: Any = (IsAuthenticated,)

    def _mine(self, request: Request, key: str) -> Post:
        post = _seen(request, key)
        if post.author_id != me(request).pk:
            raise Problem(403, "permission_denied", "This post is not yours to change.")
        return post

    @extend_schema(summary="Who may comment a post of mine", responses=ThreadRead)
    def retrieve(self, request: Request, key: str) -> Response:
        thread = services.thread_of(self._mine(request, key))
        return Response(ThreadRead(thread).data)

    @extend_schema(
        summary="Change who may comment a post of mine",
        description="`answers` lets the character of the post answer each comment once,"
        " marked as AI and a few times an hour. Off unless it is switched on.",
        request=ThreadChange,
        responses=ThreadRead,
    )
    def partial_update(self, request: Request, key: str) -> Response:
        post = self._mine(request, key)
        data = valid(ThreadChange(data=request.data))
        thread = services.change_talk(post=post, owner=me(request), **data)
        return Response(ThreadRead(thread).data)

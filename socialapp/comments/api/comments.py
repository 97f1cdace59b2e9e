"""Single comments, what is below them, and the filter words of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from socialapp.accounts.api import me
from socialapp.accounts.requests import address_of
from socialapp.comments import selectors, services
from socialapp.comments.api.shapes import (
    PAGE,
    CommentChange,
    CommentEditRead,
    CommentLikeRead,
    CommentListing,
    CommentPageRead,
    CommentRead,
    FilterWordRead,
    FilterWordWrite,
)
from socialapp.comments.models import Comment, FilterWord
from socialapp.lib.api.fields import valid

if TYPE_CHECKING:
    from rest_framework.request import Request


@extend_schema(tags=["comments"])
class CommentViewSet(CommentListing):
    permission_classes: Any = (IsAuthenticatedOrReadOnly,)
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    def _seen(self, key: str) -> Comment:
        try:
            return selectors.comment_for(viewer=self.request.user, key=key)
        except Comment.DoesNotExist:
            raise Http404 from None

    def _read(self, key: str) -> Comment:
        """One whose words are there: nothing is done with a mere line."""
        try:
            return selectors.words_for(viewer=self.request.user, key=key)
        except Comment.DoesNotExist:
            raise Http404 from None

    @extend_schema(summary="One comment", responses=CommentRead)
    def retrieve(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return Response(self.told(self._seen(key)))

    @extend_schema(
        summary="Change a comment of mine",
        description="Screened like a new one: words in doubt take their place when"
        " somebody approved them. What it said before stays in its history.",
        request=CommentChange,
        responses=CommentRead,
    )
    def partial_update(self, request: Request, key: str) -> Response:
        comment = self._read(key)
        data = valid(CommentChange(data=request.data))
        services.edit_comment(
            comment=comment,
            person=me(request),
            text=data["text"],
            edits=data.get("edits"),
            address=address_of(request),
        )
        return Response(self.told(self._seen(key)))

    @extend_schema(
        summary="Remove a comment of mine, or one under something of mine",
        description="One that was answered leaves a line without words.",
        responses={204: None},
    )
    def destroy(self, request: Request, key: str) -> Response:
        services.remove_comment(comment=self._read(key), person=me(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="What is below a comment, in the order it was said",
        description="Below a root the whole branch, however deep; below any other"
        " comment the direct answers. One of mine that waits is among them.",
        parameters=PAGE,
        responses=CommentPageRead,
    )
    @action(detail=True)
    def replies(self, request: Request, key: str) -> Response:
        page = selectors.below(self._seen(key), request.user, **self.cursor)
        return Response(self.paged(page))

    @extend_schema(
        summary="What a comment said before, the oldest first",
        responses=CommentEditRead(many=True),
    )
    @action(detail=True)
    def history(self, request: Request, key: str) -> Response:  # noqa: ARG002
        earlier = selectors.history_of(self._read(key))
        return Response(CommentEditRead(earlier, many=True).data)

    @extend_schema(
        summary="Like a comment; again changes nothing",
        request=None,
        responses=CommentLikeRead,
        methods=["PUT"],
    )
    @extend_schema(
        summary="Take my like back", responses=CommentLikeRead, methods=["DELETE"]
    )
    @action(detail=True, methods=["put", "delete"])
    def like(self, request: Request, key: str) -> Response:
        liked = request.method == "PUT"
        change = services.like_comment if liked else services.unlike_comment
        likes = change(comment=self._read(key), person=me(request))
        return Response({"liked": liked, "likes": likes})

    @extend_schema(
        summary="Pin a comment above the others of my thread",
        request=None,
        responses=CommentRead,
        methods=["PUT"],
    )
    @extend_schema(summary="Pin it no more", responses=CommentRead, methods=["DELETE"])
    @action(detail=True, methods=["put", "delete"])
    def pin(self, request: Request, key: str) -> Response:
        change = services.pin if request.method == "PUT" else services.unpin
        change(comment=self._read(key), owner=me(request))
        return Response(self.told(self._seen(key)))

    @extend_schema(
        summary="Let in a comment that my filter words held",
        request=None,
        responses=CommentRead,
    )
    @action(detail=True, methods=["put"])
    def show(self, request: Request, key: str) -> Response:
        services.let_in(comment=self._read(key), owner=me(request))
        return Response(self.told(self._seen(key)))


@extend_schema(tags=["comments"])
class HeldCommentsViewSet(CommentListing):
    permission_classes: Any = (IsAuthenticated,)

    @extend_schema(
        summary="Comments that wait for me because of my filter words",
        description="The newest 100. Let one in with `show`, or remove it.",
        responses=CommentRead(many=True),
    )
    def list(self, request: Request) -> Response:
        found = list(selectors.held_for(me(request))[:100])
        for one in found:
            one.speaks = one.to_speaks = True
            one.muted = one.liked = False
        return Response(self.told(found, many=True))


@extend_schema(tags=["comments"])
class FilterWordViewSet(viewsets.GenericViewSet[FilterWord]):
    """A comment under something of mine with one of them waits for me."""

    serializer_class = FilterWordRead
    queryset = FilterWord.objects.none()
    pagination_class: Any = None
    permission_classes: Any = (IsAuthenticated,)
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    @extend_schema(summary="My filter words", responses=FilterWordRead(many=True))
    def list(self, request: Request) -> Response:
        words = selectors.words_of(me(request))
        return Response(FilterWordRead(words, many=True).data)

    @extend_schema(
        summary="Add a filter word; again changes nothing",
        description="Whole words count, in any spelling that looks the same. Comments"
        " that are there already stay.",
        request=FilterWordWrite,
        responses={201: FilterWordRead},
    )
    def create(self, request: Request) -> Response:
        data = valid(FilterWordWrite(data=request.data))
        made = services.add_word(owner=me(request), word=data["word"])
        told = FilterWordRead(made).data
        return Response(told, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Take a filter word out", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:
        if not services.remove_word(owner=me(request), key=key):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)

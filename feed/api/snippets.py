"""Lines of a chat as a post, over HTTP: look at them, then publish what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.response import Response

from feed import selectors, snippets
from feed.api.post_shapes import PostRead
from feed.models import Post
from socialapp.accounts.api import me
from socialapp.accounts.requests import address_of
from socialapp.chat.models import Message
from socialapp.lib.api.fields import valid

if TYPE_CHECKING:
    from rest_framework.request import Request


class HeardMessage(serializers.SlugRelatedField[Message]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            slug_field="key",
            queryset=Message.objects.none(),
            error_messages={"does_not_exist": "There is no such message of yours."},
            **kwargs,
        )

    def get_queryset(self) -> Any:
        return Message.objects.of(me(self.context["request"])).full()


class SnippetChoice(serializers.Serializer[Any]):
    first = HeardMessage(help_text="The key of the first line.")
    lines = serializers.IntegerField(
        min_value=1, max_value=snippets.MOST_LINES, default=2
    )
    with_me = serializers.BooleanField(
        default=True, help_text="Whether your own lines come along."
    )


class SnippetWrite(SnippetChoice):
    sha256 = serializers.CharField(
        max_length=64, help_text="Of the preview that your user saw."
    )
    caption = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    visibility = serializers.ChoiceField(
        choices=Post.Visibility.choices, default=Post.Visibility.PUBLIC
    )


class DraftLineRead(serializers.Serializer[Any]):
    name = serializers.CharField()
    text = serializers.CharField()
    character = serializers.SerializerMethodField(help_text="Null: a person.")

    def get_character(self, line: snippets.DraftLine) -> str | None:
        return line.character.key if line.character else None


class DraftRead(serializers.Serializer[Any]):
    sha256 = serializers.CharField()
    lines = DraftLineRead(many=True)
    left_out = serializers.IntegerField(
        help_text="Lines of other people, who did not allow it."
    )


@extend_schema(tags=["posts"])
class SnippetViewSet(viewsets.GenericViewSet[Post]):
    serializer_class = PostRead
    queryset = Post.objects.none()
    throttle_scope: str | None = None

    @extend_schema(
        summary="See exactly what of a chat would become public",
        request=SnippetChoice,
        responses=DraftRead,
    )
    def preview(self, request: Request) -> Response:
        context = self.get_serializer_context()
        data = valid(SnippetChoice(data=request.data, context=context))
        draft = snippets.draft_of(person=me(request), **data)
        return Response(DraftRead(draft).data)

    @extend_schema(
        summary="Publish lines of a chat",
        description=(
            "`sha256` is that of the preview; when anything changed since, nothing is"
            " published and 400 says so."
        ),
        request=SnippetWrite,
        responses={201: PostRead},
    )
    def create(self, request: Request) -> Response:
        context = self.get_serializer_context()
        data = valid(SnippetWrite(data=request.data, context=context))
        made = snippets.publish_snippet(
            author=me(request),
            seen=data.pop("sha256"),
            address=address_of(request),
            **data,
        )
        found = selectors.post_for(viewer=request.user, key=made.key)
        body = PostRead(found, context=context).data
        return Response(body, status=status.HTTP_201_CREATED)

"""What I said of others, and what they made of mine, over HTTP: lists, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers, status, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from feed import selectors, services
from feed.api.people import paged
from feed.api.post_shapes import PostPageRead, PostRead
from feed.api.posts import _PAGE, PostListing
from feed.api.remix_shapes import (
    MadeOfMinePageRead,
    MadeOfMineRead,
    OutcomeOfOneWrite,
)
from feed.models import Hidden, Remix, Unwanted
from feed.remixes import revoking
from feed.selectors.pages import openable_by
from socialapp.accounts import keeping_apart
from socialapp.accounts.api import me
from socialapp.accounts.models import Block, Mute
from socialapp.lib.api.fields import valid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from rest_framework.request import Request

_AFTER = OpenApiParameter("after", str, description="As in `next`.")


class ApartRead(serializers.Serializer[Any]):
    username = serializers.CharField(source="whom.username")
    created = serializers.DateTimeField()


# One page each, also where an action is called "list".
@extend_schema_serializer(many=False)
class ApartPageRead(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    results = ApartRead(many=True)


class HiddenCharacterRead(serializers.Serializer[Any]):
    key = serializers.CharField(source="character.key")
    name = serializers.CharField(source="character.name")
    created = serializers.DateTimeField()


@extend_schema_serializer(many=False)
class HiddenPageRead(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    results = HiddenCharacterRead(many=True)


class UnwantedRead(serializers.Serializer[Any]):
    key = serializers.CharField(source="post.key", help_text="Of the post.")
    created = serializers.DateTimeField()
    post = serializers.SerializerMethodField(
        help_text="Null: it is not there for you any more."
    )

    @extend_schema_field(PostRead(allow_null=True))
    def get_post(self, row: Unwanted) -> dict[str, Any] | None:
        post = self.context["posts"].get(row.post_id)
        return dict(PostRead(post, context=self.context).data) if post else None


@extend_schema_serializer(many=False)
class UnwantedPageRead(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    results = UnwantedRead(many=True)


class _Mine(viewsets.GenericViewSet[Any]):
    permission_classes = (IsAuthenticated,)
    pagination_class = None

    def told(
        self,
        rows: QuerySet[Any],
        shape: type[serializers.Serializer[Any]],
        *,
        name: str,
    ) -> Response:
        """A page of my rows; `name`: of the list, for its cursors."""
        of = f"{name}:{me(self.request).pk}"
        found, following = paged(self.request, rows, of)
        context = {**self.get_serializer_context(), **self.beside(found)}
        results = shape(found, many=True, context=context).data
        return Response({"next": following, "results": results})

    def beside(self, found: Sequence[Any]) -> dict[str, Any]:  # noqa: ARG002
        """What the shape needs besides these rows."""
        return {}


@extend_schema(tags=["people"])
class BlocksViewSet(_Mine):
    queryset = Block.objects.none()

    @extend_schema(
        summary="Whom I block, the latest first",
        parameters=[_AFTER],
        responses=ApartPageRead,
    )
    def list(self, request: Request) -> Response:
        rows = me(request).blocks.select_related("whom")
        return self.told(rows, ApartRead, name="blocks")

    @extend_schema(
        summary="Take a block back, also of somebody who blocks me",
        responses={204: None},
    )
    def destroy(self, request: Request, username: str) -> Response:
        rows = me(request).blocks.select_related("whom")
        row = get_object_or_404(rows, whom__username=username)
        keeping_apart.unblock(person=me(request), whom=row.whom)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["people"])
class MutesViewSet(_Mine):
    queryset = Mute.objects.none()

    @extend_schema(
        summary="Whom I mute, the latest first",
        parameters=[_AFTER],
        responses=ApartPageRead,
    )
    def list(self, request: Request) -> Response:
        rows = me(request).mutes.select_related("whom")
        return self.told(rows, ApartRead, name="mutes")

    @extend_schema(summary="Take a mute back", responses={204: None})
    def destroy(self, request: Request, username: str) -> Response:
        rows = me(request).mutes.select_related("whom")
        row = get_object_or_404(rows, whom__username=username)
        services.unhide(person=me(request), creator=row.whom)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["feed"])
class HiddenViewSet(_Mine):
    queryset = Hidden.objects.none()

    @extend_schema(
        summary="Characters whom I hide, the latest first",
        parameters=[_AFTER],
        responses=HiddenPageRead,
    )
    def list(self, request: Request) -> Response:
        rows = me(request).hidden.select_related("character")
        return self.told(rows, HiddenCharacterRead, name="hidden")

    @extend_schema(summary="See a character again", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:
        rows = me(request).hidden.select_related("character")
        row = get_object_or_404(rows, character__key=key)
        services.unhide(person=me(request), character=row.character)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["feed"])
class LessViewSet(_Mine):
    queryset = Unwanted.objects.none()

    @extend_schema(
        summary="Posts that I want less like, the latest first",
        parameters=[_AFTER],
        responses=UnwantedPageRead,
    )
    def list(self, request: Request) -> Response:
        rows = me(request).unwanted.select_related("post")
        return self.told(rows, UnwantedRead, name="less")

    def beside(self, found: Sequence[Unwanted]) -> dict[str, Any]:
        wanted = [one.post_id for one in found]
        posts = openable_by(self.request.user).filter(pk__in=wanted)
        return {"posts": {post.pk: post for post in posts}}

    @extend_schema(
        summary="Let a post count as before, also one that is not there any more",
        responses={204: None},
    )
    def destroy(self, request: Request, key: str) -> Response:
        rows = me(request).unwanted.select_related("post")
        row = get_object_or_404(rows, post__key=key)
        services.want_again(person=me(request), post=row.post)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["posts"])
class AppearancesViewSet(PostListing):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        summary="Posts of others in which a character of mine plays, newest first",
        parameters=_PAGE,
        responses=PostPageRead,
    )
    def list(self, request: Request) -> Response:
        return self.page(selectors.appearances_page(person=me(request), **self.cursor))


@extend_schema(tags=["remixes"])
class RemixedViewSet(_Mine):
    queryset = Remix.objects.none()

    @extend_schema(
        summary="What others made of my posts and characters, the latest first",
        description="Also what is kept back. What its maker took down is not in it.",
        parameters=[
            _AFTER,
            OpenApiParameter("of", str, description="Key of a post: of it alone."),
        ],
        responses=MadeOfMinePageRead,
    )
    def list(self, request: Request) -> Response:
        of = request.query_params.get("of", "")
        rows = revoking.shown_of_mine(me(request), of=of)
        return self.told(rows, MadeOfMineRead, name=f"remixed:{of}")

    @extend_schema(
        summary="Keep, unlink or hide one of them; each takes the one before back",
        description="Whoever made what is hidden is told.",
        request=OutcomeOfOneWrite,
        responses=MadeOfMineRead,
    )
    def update(self, request: Request, key: str) -> Response:
        data = valid(OutcomeOfOneWrite(data=request.data))
        rows = revoking.shown_of_mine(me(request)).filter(child__key=key)
        revoking.decide(
            remix=get_object_or_404(rows), person=me(request), choice=data["outcome"]
        )
        return Response(MadeOfMineRead(get_object_or_404(rows)).data)

"""What I kept over HTTP: saves, and collections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers, status, viewsets
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from feed import selectors, services
from feed.api.post_shapes import PostRead
from feed.models import Collection, Post
from feed.selectors import saves as kept
from moderation.screening import problems
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.api import PersonRead, me
from socialapp.accounts.circle import people_for
from socialapp.characters.api.characters import STATES
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from rest_framework.request import Request

    from feed.selectors.saves import KeptPage


@refusal(services.SaveError)
def _save_refused(error: services.SaveError) -> Problem:
    if isinstance(error.__cause__, TextRefusedError):
        return problems.text_refused(error.__cause__)
    return Problem(400, "save_refused", str(error))


_PAGE = [
    OpenApiParameter("after", str, description="As in `next`."),
    OpenApiParameter("limit", int, description="1 to 100; 20 when left out."),
]


class SaveRead(serializers.Serializer[Any]):
    saved = serializers.BooleanField()
    saves = serializers.IntegerField(help_text="By everybody.")


class CollectionWrite(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    visibility = serializers.ChoiceField(
        choices=Collection.Visibility.choices, required=False
    )


class CollectionRead(serializers.ModelSerializer[Collection]):
    owner = PersonRead(read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    mine = serializers.SerializerMethodField()
    approval = serializers.SerializerMethodField(
        help_text="Of title and note; while they wait, only you see it."
    )

    class Meta:
        model = Collection
        fields = (
            "key",
            "title",
            "note",
            "visibility",
            "approval",
            "owner",
            "mine",
            "created",
            "changed",
            "url",
        )

    def get_mine(self, one: Collection) -> bool:
        return bool(one.owner_id == self.context["request"].user.pk)

    @extend_schema_field(STATES)
    def get_approval(self, one: Collection) -> str:
        return one.approval if self.get_mine(one) else "approved"


# One page, also where an action is called "list".
@extend_schema_serializer(many=False)
class KeptRead(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    results = PostRead(many=True)
    count = serializers.IntegerField(help_text="Of all, seen and unseen.")
    gone = serializers.IntegerField(
        help_text="How many you may not see, or are not there any more."
    )


class PlaceWrite(serializers.Serializer[Any]):
    place = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=services.MOST_ITEMS,
        help_text="From 0; a new one goes in front when it is left out.",
    )


class _Keeping(viewsets.GenericViewSet[Any]):
    queryset = Collection.objects.none()
    pagination_class = None

    @property
    def cursor(self) -> dict[str, Any]:
        limit = self.request.query_params.get("limit", "20")
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= 100:
            raise serializers.ValidationError(
                {"limit": ["Use a number from 1 to 100."]}
            )
        after = self.request.query_params.get("after") or None
        return {"after": after, "limit": int(limit), "strict": True}

    def kept(self, page: KeptPage) -> Response:
        following = None
        if page.after:
            query = self.request.query_params.dict() | {"after": page.after}
            path = f"{self.request.path}?{urlencode(query)}"
            following = self.request.build_absolute_uri(path)
        context = self.get_serializer_context()
        results = PostRead(page.posts, many=True, context=context).data
        told = {"next": following, "results": results}
        return Response(told | {"count": page.count, "gone": page.gone})

    def post_of(self, key: str) -> Post:
        try:
            return selectors.post_for(viewer=self.request.user, key=key)
        except Post.DoesNotExist:
            raise Http404 from None

    def mine(self, key: str) -> Collection:
        found = Collection.objects.filter(owner=me(self.request))
        return get_object_or_404(found.select_related("owner"), key=key)


@extend_schema(tags=["saves"])
class PostSaveViewSet(_Keeping):
    serializer_class = SaveRead

    @extend_schema(
        summary="Save a post; again changes nothing", request=None, responses=SaveRead
    )
    def update(self, request: Request, key: str) -> Response:
        saves = services.save_post(post=self.post_of(key), person=me(request))
        return Response({"saved": True, "saves": saves})

    @extend_schema(summary="Let a saved post go", responses=SaveRead)
    def destroy(self, request: Request, key: str) -> Response:
        saves = services.unsave_post(post=self.post_of(key), person=me(request))
        return Response({"saved": False, "saves": saves})


@extend_schema(tags=["saves"])
class SavedViewSet(_Keeping):
    serializer_class = KeptRead

    @extend_schema(
        summary="What I saved, the latest first", parameters=_PAGE, responses=KeptRead
    )
    def list(self, request: Request) -> Response:
        return self.kept(kept.saved_page(me(request), **self.cursor))


@extend_schema(tags=["saves"])
class CollectionViewSet(_Keeping):
    serializer_class = CollectionRead
    permission_classes = (IsAuthenticatedOrReadOnly,)
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    def _seen(self, key: str) -> Collection:
        try:
            return kept.collection_for(viewer=self.request.user, key=key)
        except Collection.DoesNotExist:
            raise Http404 from None

    def _read(self, one: Collection, status_code: int = status.HTTP_200_OK) -> Response:
        context = self.get_serializer_context()
        return Response(CollectionRead(one, context=context).data, status=status_code)

    @extend_schema(
        summary="My collections, the latest changed first",
        responses=CollectionRead(many=True),
    )
    def list(self, request: Request) -> Response:
        if not request.user.is_authenticated:
            return Response([])
        mine = kept.collections_of(me(request), me(request))
        context = self.get_serializer_context()
        found = mine[: services.MOST_COLLECTIONS]
        return Response(CollectionRead(found, many=True, context=context).data)

    @extend_schema(
        summary="Begin a collection",
        description="Private when nothing is said.",
        request=CollectionWrite,
        responses={201: CollectionRead},
    )
    def create(self, request: Request) -> Response:
        data = valid(CollectionWrite(data=request.data))
        made = services.create_collection(person=me(request), **data)
        return self._read(made, status.HTTP_201_CREATED)

    @extend_schema(summary="A collection", responses=CollectionRead)
    def retrieve(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return self._read(self._seen(key))

    @extend_schema(
        summary="Change a collection", request=CollectionWrite, responses=CollectionRead
    )
    def partial_update(self, request: Request, key: str) -> Response:
        data = valid(CollectionWrite(data=request.data, partial=True))
        return self._read(services.change_collection(collection=self.mine(key), **data))

    @extend_schema(
        summary="Delete a collection; its posts stay saved", responses={204: None}
    )
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_collection(collection=self.mine(key))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["saves"])
class CollectionPostsViewSet(_Keeping):
    serializer_class = KeptRead
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="What is in a collection, in its owner's order",
        parameters=_PAGE,
        responses=KeptRead,
    )
    def list(self, request: Request, key: str) -> Response:
        try:
            found = kept.collection_for(viewer=request.user, key=key)
        except Collection.DoesNotExist:
            raise Http404 from None
        return self.kept(kept.collected_page(found, request.user, **self.cursor))

    @extend_schema(
        summary="Put a post into a collection of mine, or move it there; it is saved",
        request=PlaceWrite,
        responses={204: None},
    )
    def update(self, request: Request, key: str, post: str) -> Response:
        data = valid(PlaceWrite(data=request.data))
        into = self.mine(key)
        services.put_in(collection=into, post=self.post_of(post), **data)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Take a post out of a collection; it stays saved", responses={204: None}
    )
    def destroy(self, request: Request, key: str, post: str) -> Response:  # noqa: ARG002
        # Also what one may not see any more.
        found = get_object_or_404(Post, key=post)
        services.take_out(collection=self.mine(key), post=found)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["people"])
class PersonCollectionsViewSet(_Keeping):
    serializer_class = CollectionRead
    permission_classes = (AllowAny,)

    @extend_schema(
        summary="A person's collections that I may see",
        responses=CollectionRead(many=True),
    )
    def list(self, request: Request, username: str) -> Response:
        owner = get_object_or_404(people_for(request.user), username=username)
        found = kept.collections_of(owner, request.user)[: services.MOST_COLLECTIONS]
        context = self.get_serializer_context()
        return Response(CollectionRead(found, many=True, context=context).data)

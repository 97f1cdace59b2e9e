"""Feeds that people build, and the words they mute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from feed import rules, selectors, services, visits
from feed.api.post_shapes import PostPageRead
from feed.api.posts import _PAGE, PostListing
from feed.languages import NAMES
from feed.models import CustomFeed, MutedWord
from feed.services.custom import LONGEST_MUTE
from feed.words import MAX_LENGTH
from socialapp.accounts.api import PersonRead, me
from socialapp.lib.api.fields import valid
from socialapp.lib.api.pages import Pages
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

_LISTS = {
    "mine": "built by me",
    "read": "of others that I subscribed to",
    "around": "that others share",
}


@refusal(services.CustomFeedError)
def _feed_refused(error: services.CustomFeedError) -> Problem:
    return Problem(400, "feed_refused", str(error), field=error.field)


class RulesShape(serializers.Serializer[Any]):
    """Groups are joined by "and", what is in one group by "or"."""

    tags = serializers.ListField(child=serializers.CharField(), required=False)
    without_tags = serializers.ListField(child=serializers.CharField(), required=False)
    characters = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Keys."
    )
    creators = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Handles."
    )
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=list(NAMES.items())), required=False
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=list(rules.KINDS)), required=False
    )
    shortest = serializers.FloatField(
        required=False, allow_null=True, help_text="Seconds."
    )
    longest = serializers.FloatField(
        required=False, allow_null=True, help_text="Seconds."
    )
    captioned = serializers.BooleanField(required=False)
    words = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Whole words or phrases in caption, title or what is said.",
    )
    without_words = serializers.ListField(child=serializers.CharField(), required=False)
    order = serializers.ChoiceField(choices=list(rules.ORDERS), required=False)


class CustomFeedRead(serializers.ModelSerializer[CustomFeed]):
    owner = PersonRead(read_only=True)
    rules = RulesShape(read_only=True, help_text="Only those that are set.")
    readers = serializers.IntegerField(read_only=True, help_text="Who subscribed.")
    subscribed = serializers.SerializerMethodField()
    mine = serializers.SerializerMethodField()
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = CustomFeed
        fields = (
            "key",
            "name",
            "note",
            "rules",
            "visibility",
            "owner",
            "readers",
            "subscribed",
            "mine",
            "created",
            "changed",
            "url",
        )

    def get_subscribed(self, feed: CustomFeed) -> bool:
        return feed.pk in self.context["subscribed"]

    def get_mine(self, feed: CustomFeed) -> bool:
        return bool(feed.owner_id == self.context["request"].user.pk)

    def to_representation(self, feed: CustomFeed) -> dict[str, Any]:
        return {**super().to_representation(feed), "rules": feed.rules}


class CustomFeedEdit(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, required=False)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    rules = RulesShape(required=False)
    visibility = serializers.ChoiceField(
        choices=CustomFeed.Visibility.choices, required=False
    )

    def to_internal_value(self, data: Any) -> Any:
        """The rules as they were sent: a name that is no rule is told, not dropped."""
        value = super().to_internal_value(data)
        return {**value, "rules": data["rules"]} if "rules" in value else value


class CustomFeedWrite(CustomFeedEdit):
    name = serializers.CharField(max_length=200)
    rules = RulesShape()


class SubscribedRead(serializers.Serializer[Any]):
    subscribed = serializers.BooleanField()


class MutedRead(serializers.ModelSerializer[MutedWord]):
    class Meta:
        model = MutedWord
        fields = ("key", "words", "until", "created")


class MutedWrite(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=MAX_LENGTH)
    days = serializers.IntegerField(
        min_value=1,
        max_value=LONGEST_MUTE,
        required=False,
        allow_null=True,
        help_text="For good when left out.",
    )


class _Feeds(PostListing):
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    def _feed(self, key: str) -> CustomFeed:
        try:
            return selectors.feed_for(viewer=self.request.user, key=key)
        except CustomFeed.DoesNotExist:
            raise Http404 from None

    def _told(self, feeds: Any, *, many: bool = False) -> Any:
        user = self.request.user
        read: set[int] = set()
        if user.is_authenticated:
            read = set(user.subscriptions.values_list("feed", flat=True))
        context = {**self.get_serializer_context(), "subscribed": read}
        return CustomFeedRead(feeds, many=many, context=context).data


@extend_schema(tags=["feeds"])
class CustomFeedViewSet(_Feeds):
    pagination_class: Any = Pages

    def get_permissions(self) -> Any:
        if self.action == "retrieve" or self._around:
            return super().get_permissions()
        return [IsAuthenticated()]

    @property
    def _around(self) -> bool:
        asked = self.request.query_params.get("of", "")
        return self.action == "list" and asked == "around"

    def _mine(self, key: str) -> CustomFeed:
        feed = self._feed(key)
        if feed.owner_id != me(self.request).pk:
            raise Problem(403, "permission_denied", "This feed is not yours to change.")
        return feed

    @extend_schema(
        summary="Feeds that people built",
        description="; ".join(f"`{k}`: {v}" for k, v in _LISTS.items()) + ".",
        parameters=[OpenApiParameter("of", str, enum=list(_LISTS))],
        responses=CustomFeedRead(many=True),
    )
    def list(self, request: Request) -> Response:
        asked = request.query_params.get("of", "mine")
        if asked not in _LISTS:
            known = ", ".join(_LISTS)
            raise serializers.ValidationError({"of": [f"Use one of {known}."]})
        listed: Any = self._listed(asked)
        page = self.paginate_queryset(listed)
        return self.get_paginated_response(self._told(page, many=True))

    def _listed(self, asked: str) -> QuerySet[CustomFeed]:
        if asked == "around":
            return selectors.feeds_around(self.request.user)
        found = selectors.feeds_of if asked == "mine" else selectors.feeds_read
        return found(me(self.request))

    @extend_schema(summary="One feed and its rules", responses=CustomFeedRead)
    def retrieve(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return Response(self._told(self._feed(key)))

    @extend_schema(
        summary="Build a feed", request=CustomFeedWrite, responses={201: CustomFeedRead}
    )
    def create(self, request: Request) -> Response:
        data = valid(CustomFeedWrite(data=request.data))
        made = services.build_feed(owner=me(request), **data)
        return Response(
            self._told(self._feed(made.key)), status=status.HTTP_201_CREATED
        )

    @extend_schema(
        summary="Change a feed of mine",
        request=CustomFeedEdit,
        responses=CustomFeedRead,
    )
    def partial_update(self, request: Request, key: str) -> Response:
        feed = self._mine(key)
        services.change_feed(feed=feed, **valid(CustomFeedEdit(data=request.data)))
        return Response(self._told(self._feed(key)))

    @extend_schema(summary="Delete a feed of mine", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.delete_feed(feed=self._mine(key))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["feeds"])
class CustomFeedPostsViewSet(_Feeds):
    @extend_schema(
        summary="The posts that fit a feed's rules",
        parameters=_PAGE,
        responses=PostPageRead,
    )
    def list(self, request: Request, key: str) -> Response:
        feed = self._feed(key)
        user = request.user
        name = (
            f"user:{user.pk}"
            if user.is_authenticated
            else visits.viewer_of(request._request)
        )
        return self.page(
            services.read_feed(
                viewer=user,
                name=name,
                order=f"{services.BUILT}{feed.key}",
                **self.cursor,
            )
        )


@extend_schema(tags=["feeds"])
class SubscriptionViewSet(_Feeds):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        summary="Read a feed among my own", request=None, responses=SubscribedRead
    )
    def update(self, request: Request, key: str) -> Response:
        services.subscribe(person=me(request), feed=self._feed(key))
        return Response({"subscribed": True})

    @extend_schema(summary="Read it no more", responses=SubscribedRead)
    def destroy(self, request: Request, key: str) -> Response:
        services.unsubscribe(person=me(request), feed=self._feed(key))
        return Response({"subscribed": False})


@extend_schema(tags=["feeds"])
class MutedWordViewSet(viewsets.GenericViewSet[MutedWord]):
    """Posts that say them are on none of my pages, but for my own."""

    serializer_class = MutedRead
    permission_classes = (IsAuthenticated,)
    pagination_class = Pages
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    def get_queryset(self) -> Any:
        return MutedWord.objects.filter(person=self.request.user.pk).now()

    @extend_schema(summary="Words that I mute", responses=MutedRead(many=True))
    def list(self, request: Request) -> Response:  # noqa: ARG002
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(MutedRead(page, many=True).data)

    @extend_schema(
        summary="Mute a word or a phrase",
        request=MutedWrite,
        responses={201: MutedRead},
    )
    def create(self, request: Request) -> Response:
        data = valid(MutedWrite(data=request.data))
        row = services.mute_words(person=me(request), **data)
        return Response(MutedRead(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Let a word back in", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:
        if not services.unmute_words(person=me(request), key=key):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)

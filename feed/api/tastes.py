"""The feed of whoever asks, why it is as it is, and what they say about that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response

from feed import selectors, services, visits
from feed.api.post_shapes import PostPageRead
from feed.api.posts import _PAGE, PostListing
from feed.models import Post
from feed.selectors.standing import KEY, MOST
from feed.services import Look
from feed.wording import WORDS
from socialapp.accounts.api import me
from socialapp.accounts.circle import people_for
from socialapp.characters.models import Character
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from rest_framework.request import Request


@refusal(services.TasteError)
def _taste_refused(error: services.TasteError) -> Problem:
    return Problem(400, "taste_refused", str(error))


class TermRead(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=list(WORDS))
    words = serializers.CharField()
    points = serializers.FloatField()


class WhyRead(serializers.Serializer[Any]):
    terms = TermRead(many=True, help_text="They sum to `score`.")
    score = serializers.FloatField()
    first_chance = serializers.BooleanField(
        help_text="It is new, few have met it, and it stands there for that."
    )


class WhomWrite(serializers.Serializer[Any]):
    creator = serializers.CharField(required=False, help_text="A handle without @.")
    character = serializers.CharField(required=False, help_text="A key.")
    post = serializers.CharField(
        required=False,
        help_text="After which it was asked. It counts for a post that was shown to"
        " you, of theirs or with them in it.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("creator" in attrs) == ("character" in attrs):
            raise serializers.ValidationError(
                "Name a creator or a character, not both."
            )
        return attrs


class FollowingRead(serializers.Serializer[Any]):
    following = serializers.BooleanField()


class HiddenRead(serializers.Serializer[Any]):
    hidden = serializers.BooleanField()


class LessRead(serializers.Serializer[Any]):
    less = serializers.BooleanField()


class StandingRead(serializers.Serializer[Any]):
    gone = serializers.ListField(
        child=serializers.CharField(), help_text="Taken down, by whomever."
    )
    hidden = serializers.ListField(
        child=serializers.CharField(),
        help_text="There for others: blocked, muted, hidden or wanted less of.",
    )


class LookWrite(serializers.Serializer[Any]):
    post = serializers.CharField(max_length=16)
    seconds = serializers.FloatField(min_value=0, max_value=3600)
    watched = serializers.FloatField(
        min_value=0, max_value=1, default=0.0, help_text="Fraction."
    )


class LooksWrite(serializers.Serializer[Any]):
    list = serializers.CharField(default="", allow_blank=True, max_length=16)
    looks = serializers.ListField(child=LookWrite(), max_length=services.MOST_LOOKS)


class LooksRead(serializers.Serializer[Any]):
    counted = serializers.IntegerField(help_text="Posts that were new today.")


@extend_schema(tags=["feed"])
class FeedViewSet(PostListing):
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    @property
    def _name(self) -> str:
        user = self.request.user
        if user.is_authenticated:
            return f"user:{user.pk}"
        return visits.viewer_of(self.request._request)

    def _post(self, key: str) -> Post:
        try:
            return selectors.post_for(viewer=self.request.user, key=key)
        except Post.DoesNotExist:
            raise Http404 from None

    @extend_schema(
        summary="My feed",
        description="`ranked` is made for you (never for minors or without an account,"
        " who get what is best for everybody); `newest` and `trending` are the same for"
        " everybody. Pages of one order repeat and skip nothing.",
        parameters=[
            *_PAGE,
            OpenApiParameter("order", str, enum=list(services.ORDERS)),
        ],
        responses=PostPageRead,
    )
    def list(self, request: Request) -> Response:
        asked = request.query_params.get("order", "")
        if asked and asked not in services.ORDERS:
            raise serializers.ValidationError(
                {"order": [f"Use one of {', '.join(services.ORDERS)}."]}
            )
        order = services.order_for(request.user, asked)
        return self.page(
            services.read_feed(
                viewer=request.user,
                name=self._name,
                order=order,
                **self.cursor,
            )
        )

    @extend_schema(
        summary="Why a post is in my feed",
        parameters=[
            OpenApiParameter("list", str, required=True, description="As in the page.")
        ],
        responses=WhyRead,
    )
    @action(detail=True, permission_classes=[AllowAny])
    def why(self, request: Request, key: str) -> Response:
        post = self._post(key)
        shown = selectors.list_of(
            name=self._name, key=request.query_params.get("list", "")
        )
        reason = selectors.reasons_for(shown=shown, post=post) if shown else None
        if reason is None:
            raise Problem(
                404,
                "not_ranked",
                "No order that is still there has ranked this post for you.",
            )
        terms = [
            {"name": name, "words": WORDS[name], "points": points}
            for name, points in reason.terms.items()
        ]
        told = {"terms": terms, "score": reason.score, "first_chance": reason.chance}
        return Response(WhyRead(told).data)

    @extend_schema(
        summary="Which of these posts may still be shown to me",
        description="For what is on a screen: ask every few seconds, with the ETag of"
        " the answer before, and it is a 304 while nothing changed.",
        parameters=[
            OpenApiParameter(
                "keys",
                str,
                required=True,
                description=f"Of posts, joined by commas; {MOST} at most.",
            )
        ],
        responses=StandingRead,
    )
    @action(detail=False, permission_classes=[AllowAny])
    def standing(self, request: Request) -> Response:
        keys = request.query_params.get("keys", "").split(",")
        if not all(KEY.fullmatch(key) for key in keys):
            raise serializers.ValidationError(
                {"keys": ["Name posts by their keys, joined by commas."]}
            )
        if len(keys) > MOST:
            raise serializers.ValidationError(
                {"keys": [f"{len(keys)} are too many: ask for {MOST} at a time."]}
            )
        found = selectors.standing_of(viewer=request.user, keys=keys)
        return Response(StandingRead(found).data)

    @extend_schema(
        summary="See less like a post, and not this one again",
        request=None,
        responses=LessRead,
        methods=["PUT"],
    )
    @extend_schema(summary="Take that back", responses=LessRead, methods=["DELETE"])
    @action(
        detail=True, methods=["put", "delete"], permission_classes=[IsAuthenticated]
    )
    def less(self, request: Request, key: str) -> Response:
        wanted = request.method == "PUT"
        change = services.want_less if wanted else services.want_again
        change(person=me(request), post=self._post(key))
        return Response({"less": wanted})

    @extend_schema(
        summary="Follow a person or a character",
        request=WhomWrite,
        responses=FollowingRead,
    )
    @action(detail=False, methods=["post"], permission_classes=[IsAuthenticated])
    def follow(self, request: Request) -> Response:
        whom, post = self._whom(request)
        services.follow(person=me(request), post=post, **whom)
        return Response({"following": True})

    @extend_schema(
        summary="Follow somebody no more", request=WhomWrite, responses=FollowingRead
    )
    @action(detail=False, methods=["post"], permission_classes=[IsAuthenticated])
    def unfollow(self, request: Request) -> Response:
        whom, _ = self._whom(request)
        services.unfollow(person=me(request), **whom)
        return Response({"following": False})

    @extend_schema(
        summary="Mute a person, or hide a character",
        request=WhomWrite,
        responses=HiddenRead,
    )
    @action(detail=False, methods=["post"], permission_classes=[IsAuthenticated])
    def hide(self, request: Request) -> Response:
        whom, _ = self._whom(request)
        services.hide(person=me(request), **whom)
        return Response({"hidden": True})

    @extend_schema(summary="See them again", request=WhomWrite, responses=HiddenRead)
    @action(detail=False, methods=["post"], permission_classes=[IsAuthenticated])
    def show(self, request: Request) -> Response:
        whom, _ = self._whom(request)
        services.unhide(person=me(request), **whom)
        return Response({"hidden": False})

    @extend_schema(
        summary="Tell what was on screen, in a batch",
        description="A viewer counts once a day and post. What is shorter than a"
        " quarter of a second, or faster than a person can look, is dropped. Seconds"
        " count as far as the viewer had the time since the last batch: tell every two"
        " minutes at least.",
        request=LooksWrite,
        responses=LooksRead,
    )
    @action(detail=False, methods=["post"], permission_classes=[AllowAny])
    def looks(self, request: Request) -> Response:
        data = valid(LooksWrite(data=request.data))
        name = self._name
        if not name:
            return Response({"counted": 0}, status=status.HTTP_200_OK)
        shown = selectors.list_of(name=name, key=data["list"])
        looks = selectors.placed(
            [(one["post"], one["seconds"], one["watched"]) for one in data["looks"]],
            shown,
        )
        found = [Look(*one) for one in looks]
        return Response({"counted": services.note_looks(viewer=name, looks=found)})

    def _whom(self, request: Request) -> tuple[dict[str, Any], Post | None]:
        data = valid(WhomWrite(data=request.data))
        post = Post.objects.filter(key=data.get("post", "")).first()
        if key := data.get("character"):
            try:
                one = selectors.character_met(
                    viewer=request.user, key=key, post=data.get("post", "")
                )
            except Character.DoesNotExist:
                raise Http404 from None
            return {"character": one}, post
        there = people_for(request.user)
        user = get_object_or_404(there, username=data["creator"].lower())
        return {"creator": user}, post

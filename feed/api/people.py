"""Between people over HTTP: following, muting, blocking, and who follows whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from avatarfx.api.clips import LeadRead
from feed import cursors, selectors, services
from feed.models import Follow
from feed.selectors import circles
from socialapp.accounts import keeping_apart
from socialapp.accounts.api import PersonRead, me
from socialapp.accounts.circle import people_for
from socialapp.accounts.models import User
from socialapp.characters.models import Character
from socialapp.lib.api.problems import Problem

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

RowT = TypeVar("RowT", bound=Model)

PAGE = 50
_AFTER = OpenApiParameter("after", str, description="As in `next`.")


class FollowStateRead(serializers.Serializer[Any]):
    following = serializers.BooleanField()
    followers = serializers.IntegerField()


class BlockRead(serializers.Serializer[Any]):
    blocked = serializers.BooleanField()


class MuteRead(serializers.Serializer[Any]):
    muted = serializers.BooleanField()


class FollowRead(serializers.ModelSerializer[Follow]):
    person = PersonRead(
        source="creator", read_only=True, allow_null=True, help_text="Or a character."
    )
    character = LeadRead(read_only=True, allow_null=True, help_text="Or a person.")

    class Meta:
        model = Follow
        fields = ("person", "character", "created")


class FollowerRead(serializers.ModelSerializer[Follow]):
    person = PersonRead(read_only=True)

    class Meta:
        model = Follow
        fields = ("person", "created")


class FollowersRead(serializers.Serializer[Any]):
    count = serializers.IntegerField(
        help_text="Of all; those who keep it to themselves are not in `results`."
    )
    next = serializers.CharField(allow_null=True)
    results = FollowerRead(many=True)


class FollowingPageRead(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    results = FollowRead(many=True)


def paged(
    request: Request, rows: QuerySet[RowT], of: str
) -> tuple[list[RowT], str | None]:
    """PAGE of these rows, the newest first, and the address of the next ones. CursorError
    for a cursor that the list `of` did not give out."""
    after = request.query_params.get("after")
    if after:
        last = cursors.opened(of, after)
        if not last.isascii() or not last.isdigit() or len(last) > 18:
            raise cursors.CursorError
        rows = rows.filter(pk__lt=int(last))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    if len(found) <= PAGE:
        return found, None
    told = {"after": cursors.sealed(of, str(found[PAGE - 1].pk))}
    query = urlencode(request.query_params.dict() | told)
    return found[:PAGE], request.build_absolute_uri(f"{request.path}?{query}")


class _OfPerson(viewsets.GenericViewSet[User]):
    queryset = User.objects.none()
    pagination_class = None

    def somebody(self, username: str) -> User:
        return get_object_or_404(people_for(self.request.user), username=username)


@extend_schema(tags=["people"])
class PersonFollowViewSet(_OfPerson):
    serializer_class = FollowStateRead

    def _state(self, whom: User) -> Response:
        count = circles.followers_count(creator=whom)
        following = selectors.is_following(self.request.user, creator=whom)
        return Response({"following": following, "followers": count})

    @extend_schema(
        summary="Follow a person; again changes nothing",
        request=None,
        responses=FollowStateRead,
    )
    def update(self, request: Request, username: str) -> Response:
        whom = self.somebody(username)
        services.follow(person=me(request), creator=whom)
        return self._state(whom)

    @extend_schema(summary="Follow a person no more", responses=FollowStateRead)
    def destroy(self, request: Request, username: str) -> Response:
        whom = self.somebody(username)
        services.unfollow(person=me(request), creator=whom)
        return self._state(whom)


@extend_schema(tags=["people"])
class PersonBlockViewSet(_OfPerson):
    serializer_class = BlockRead

    @extend_schema(
        summary="Block a person; again changes nothing",
        description="Neither of you sees, hears or reaches the other. Follows end both"
        " ways. They are not told.",
        request=None,
        responses=BlockRead,
    )
    def update(self, request: Request, username: str) -> Response:
        keeping_apart.block(person=me(request), whom=self.somebody(username))
        return Response({"blocked": True})

    @extend_schema(summary="Take a block back", responses=BlockRead)
    def destroy(self, request: Request, username: str) -> Response:
        keeping_apart.unblock(person=me(request), whom=self.somebody(username))
        return Response({"blocked": False})


@extend_schema(tags=["people"])
class PersonMuteViewSet(_OfPerson):
    serializer_class = MuteRead

    @extend_schema(
        summary="Mute a person; again changes nothing",
        description="Nothing of theirs comes to you unasked. They are not told, and what"
        " you open by its address is there.",
        request=None,
        responses=MuteRead,
    )
    def update(self, request: Request, username: str) -> Response:
        services.hide(person=me(request), creator=self.somebody(username))
        return Response({"muted": True})

    @extend_schema(summary="Take a mute back", responses=MuteRead)
    def destroy(self, request: Request, username: str) -> Response:
        services.unhide(person=me(request), creator=self.somebody(username))
        return Response({"muted": False})


@extend_schema(tags=["people"])
class PersonCircleViewSet(_OfPerson):
    permission_classes = (AllowAny,)
    serializer_class = FollowersRead

    @extend_schema(
        summary="Who follows a person, the newest first",
        description="Those who show whom they follow; to the person themself all adults.",
        parameters=[_AFTER],
        responses=FollowersRead,
    )
    def followers(self, request: Request, username: str) -> Response:
        whom = self.somebody(username)
        rows = circles.followers_of(whom, request.user)
        found, following = paged(request, rows, f"followers:{whom.pk}")
        count = circles.followers_count(creator=whom)
        results = FollowerRead(found, many=True).data
        return Response({"count": count, "next": following, "results": results})

    @extend_schema(
        summary="Whom a person follows, the newest first",
        description="403 `kept_private` when they do not show it.",
        parameters=[_AFTER],
        responses=FollowingPageRead,
    )
    def following(self, request: Request, username: str) -> Response:
        whom = self.somebody(username)
        rows = circles.following_of(whom, request.user)
        if rows is None:
            raise Problem(
                403, "kept_private", f"@{whom.username} does not show whom they follow."
            )
        found, following = paged(request, rows, f"followed:{whom.pk}")
        results = FollowRead(found, many=True).data
        return Response({"next": following, "results": results})


@extend_schema(tags=["characters"])
class CharacterFollowViewSet(viewsets.GenericViewSet[Character]):
    queryset = Character.objects.none()
    serializer_class = FollowStateRead
    pagination_class = None

    def _met(self, key: str) -> Character:
        try:
            return selectors.character_met(viewer=self.request.user, key=key)
        except Character.DoesNotExist:
            raise Http404 from None

    def _state(self, character: Character) -> Response:
        count = circles.followers_count(character=character)
        following = selectors.is_following(self.request.user, character=character)
        return Response({"following": following, "followers": count})

    @extend_schema(
        summary="Follow a character; again changes nothing",
        request=None,
        responses=FollowStateRead,
    )
    def update(self, request: Request, key: str) -> Response:
        character = self._met(key)
        services.follow(person=me(request), character=character)
        return self._state(character)

    @extend_schema(summary="Follow a character no more", responses=FollowStateRead)
    def destroy(self, request: Request, key: str) -> Response:
        character = self._met(key)
        services.unfollow(person=me(request), character=character)
        return self._state(character)

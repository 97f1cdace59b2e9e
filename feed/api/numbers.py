"""How one's posts do, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from feed import selectors
from feed.models import Post
from feed.selectors.numbers import DAYS
from feed.sources import NAMES
from socialapp.accounts.api import me

if TYPE_CHECKING:
    from rest_framework.request import Request

_DAYS = (0, *DAYS)


class PeriodRead(serializers.Serializer[Any]):
    views = serializers.IntegerField()
    completed = serializers.IntegerField(help_text="Views to the end.")
    likes = serializers.IntegerField()
    followers = serializers.IntegerField(help_text="New ones.")


class SourceRead(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=list(NAMES.items()))
    count = serializers.IntegerField()


class TotalsRead(serializers.Serializer[Any]):
    views = serializers.IntegerField()
    likes = serializers.IntegerField()
    comments = serializers.IntegerField()
    remixes = serializers.IntegerField()
    saves = serializers.IntegerField()
    shares = serializers.IntegerField()


class NumbersRead(serializers.Serializer[Any]):
    days = serializers.IntegerField(help_text="0: always.")
    first = serializers.DateField(help_text="The first day of `views`, UTC.")
    now = PeriodRead()
    before = PeriodRead(allow_null=True, help_text="As many days before.")
    views = serializers.ListField(
        child=serializers.IntegerField(), help_text="A day each; the last is today."
    )
    totals = TotalsRead(help_text="Of everything that is published.")
    sources = SourceRead(many=True)


class PostNumbersRead(serializers.Serializer[Any]):
    totals = TotalsRead()
    completed = serializers.IntegerField(help_text="Views to the end.")
    curve = serializers.ListField(
        child=serializers.FloatField(),
        help_text="Percent still there at each second; empty for lines of a chat.",
    )
    sources = SourceRead(many=True)


class NumbersViewSet(viewsets.GenericViewSet[Post]):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        tags=["me"],
        summary="How my posts do",
        parameters=[OpenApiParameter("days", int, enum=list(_DAYS))],
        responses=NumbersRead,
    )
    def mine(self, request: Request) -> Response:
        asked = request.query_params.get("days", "28")
        if asked not in {str(days) for days in _DAYS}:
            raise serializers.ValidationError(
                {"days": [f"Use one of {', '.join(map(str, _DAYS))}."]}
            )
        numbers = selectors.numbers_of(me(request), days=int(asked))
        return Response(NumbersRead(numbers).data)

    @extend_schema(
        tags=["posts"], summary="How a post of mine does", responses=PostNumbersRead
    )
    def of_post(self, request: Request, key: str) -> Response:
        mine = Post.objects.full().filter(author=request.user.pk, removed__isnull=True)
        post = get_object_or_404(mine, key=key)
        numbers = selectors.numbers_of_post(post)
        told = {
            "totals": post.stat,
            "completed": numbers.completed,
            "curve": numbers.curve,
            "sources": numbers.sources,
        }
        return Response(PostNumbersRead(told).data)

"""What everybody may read: the rules and the transparency report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from moderation.policy import USUAL
from moderation.rules import RULES, VERSION
from moderation.selectors import transparency
from socialapp.lib.api.problems import Problem

if TYPE_CHECKING:
    from rest_framework.request import Request


class RuleRead(serializers.Serializer[Any]):
    id = serializers.CharField()
    category = serializers.CharField(help_text="As reports name it.")
    title = serializers.CharField()
    text = serializers.CharField()
    ask = serializers.CharField(help_text="How the report form puts it.")
    usual = serializers.SerializerMethodField(help_text="What usually follows.")
    illegal = serializers.CharField(help_text="The law that forbids it too, if any.")

    def get_usual(self, rule: Any) -> str:
        return USUAL[rule.severity]


class RulesRead(serializers.Serializer[Any]):
    version = serializers.CharField()
    rules = RuleRead(many=True)


class CountRead(serializers.Serializer[Any]):
    section = serializers.CharField()
    name = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    unit = serializers.ChoiceField(choices=["count", "percent", "hours"])


class TransparencyRead(serializers.Serializer[Any]):
    year = serializers.IntegerField()
    years = serializers.ListField(child=serializers.IntegerField())
    rows = CountRead(many=True)


@extend_schema(tags=["moderation"])
class RulesViewSet(viewsets.GenericViewSet[Any]):
    permission_classes = (AllowAny,)
    serializer_class = RulesRead
    pagination_class = None

    @extend_schema(summary="The rules", responses=RulesRead)
    def retrieve(self, request: Request) -> Response:  # noqa: ARG002
        return Response(RulesRead({"version": VERSION, "rules": RULES}).data)


@extend_schema(tags=["moderation"])
class TransparencyViewSet(viewsets.GenericViewSet[Any]):
    permission_classes = (AllowAny,)
    serializer_class = TransparencyRead
    pagination_class = None

    @extend_schema(
        summary="What was reported, decided and overturned in a year",
        parameters=[OpenApiParameter("year", int, description="This one if left out.")],
        responses=TransparencyRead,
    )
    def retrieve(self, request: Request) -> Response:
        years = transparency.years()
        asked = request.query_params.get("year", str(years[0]))
        if asked not in map(str, years):
            raise Problem(
                404, "not_found", f"There is a report for {', '.join(map(str, years))}."
            )
        period = transparency.Period.year(int(asked))
        rows = transparency.rows(period)
        body = {"year": int(asked), "years": years, "rows": rows}
        return Response(TransparencyRead(body).data)

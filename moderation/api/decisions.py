"""Decisions about me and my appeals: all that their page does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from moderation.api import refusals  # noqa: F401  registers them
from moderation.models import Appeal, AppealMessage, Measure, Statement
from moderation.selectors import mine, telling
from moderation.services import appeals
from socialapp.accounts.api import me
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


class AppealMessageRead(serializers.ModelSerializer[AppealMessage]):
    class Meta:
        model = AppealMessage
        fields = ("side", "text", "created")


class AppealRead(serializers.ModelSerializer[Appeal]):
    messages = AppealMessageRead(many=True, read_only=True)

    class Meta:
        model = Appeal
        fields = (
            "key",
            "state",
            "opened",
            "answer_by",
            "decided",
            "reason",
            "messages",
        )


class ToldRead(serializers.Serializer[Any]):
    """The statement in plain words, as its page has it."""

    heading = serializers.CharField()
    stays = serializers.CharField(help_text="What is not lost.")
    did = serializers.CharField()
    rule = serializers.CharField()
    facts = serializers.CharField()
    automation = serializers.CharField()
    account = serializers.CharField()


class DecisionRead(serializers.ModelSerializer[Statement]):
    kind = serializers.CharField(source="decision.case.kind", read_only=True)
    subject = serializers.CharField(
        source="decision.case.subject_key", read_only=True, help_text="Its key."
    )
    title = serializers.CharField(source="decision.case.title", read_only=True)
    measure = serializers.ChoiceField(
        source="decision.measure", choices=Measure.choices, read_only=True
    )
    rule = serializers.CharField(source="decision.rule", read_only=True)
    undone = serializers.DateTimeField(
        source="decision.undone", read_only=True, allow_null=True
    )
    told = serializers.SerializerMethodField()
    statement = serializers.SerializerMethodField(
        help_text="As the EC's DSA Transparency Database takes it."
    )
    may_appeal = serializers.SerializerMethodField()
    appeal = serializers.SerializerMethodField()
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Statement
        fields = (
            "puid",
            "kind",
            "subject",
            "title",
            "measure",
            "rule",
            "created",
            "undone",
            "told",
            "statement",
            "may_appeal",
            "appeal_until",
            "appeal",
            "url",
        )

    @extend_schema_field(ToldRead)
    def get_told(self, statement: Statement) -> Any:
        return ToldRead(telling.told(statement)).data

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_statement(self, statement: Statement) -> dict[str, Any]:
        return telling.as_submitted(statement)

    def get_may_appeal(self, statement: Statement) -> bool:
        return mine.may_appeal(statement, now=timezone.now())

    @extend_schema_field(AppealRead(allow_null=True))
    def get_appeal(self, statement: Statement) -> Any:
        appeal = mine.appeal_of(statement)
        return AppealRead(appeal).data if appeal else None


class AppealWrite(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=appeals.MESSAGE_LENGTH)


@extend_schema(tags=["moderation"])
@extend_schema_view(
    list=extend_schema(summary="Decisions about me"),
    retrieve=extend_schema(summary="One decision about me, with my appeal"),
)
class DecisionViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Statement],
):
    serializer_class = DecisionRead
    queryset = Statement.objects.none()
    lookup_field = "puid"
    lookup_value_regex = "[A-Za-z0-9-]+"

    def get_queryset(self) -> QuerySet[Statement]:
        return mine.statements_of(me(self.request))

    def _read(self, status_code: int = status.HTTP_200_OK) -> Response:
        return Response(DecisionRead(self.get_object()).data, status=status_code)

    def _appeal(self) -> Appeal:
        found = mine.appeal_of(self.get_object())
        if found is None:
            raise Problem(404, "not_found", "You have not appealed this decision.")
        return found

    @extend_schema(
        summary="Appeal",
        request=AppealWrite,
        responses={201: DecisionRead},
        methods=["POST"],
    )
    @extend_schema(
        summary="Withdraw my appeal", responses=DecisionRead, methods=["DELETE"]
    )
    @action(detail=True, methods=["post", "delete"])
    def appeal(self, request: Request, puid: str) -> Response:  # noqa: ARG002
        if request.method == "DELETE":
            appeals.withdraw_appeal(appeal=self._appeal(), appellant=me(request))
            return self._read()
        data = valid(AppealWrite(data=request.data))
        appeals.appeal_decision(
            statement=self.get_object(), appellant=me(request), text=data["text"]
        )
        return self._read(status.HTTP_201_CREATED)

    @extend_schema(
        summary="Answer a question, or add something",
        request=AppealWrite,
        responses={201: DecisionRead},
    )
    @action(detail=True, methods=["post"], url_path="appeal/messages")
    def messages(self, request: Request, puid: str) -> Response:  # noqa: ARG002
        data = valid(AppealWrite(data=request.data))
        appeals.answer_appeal(
            appeal=self._appeal(), appellant=me(request), text=data["text"]
        )
        return self._read(status.HTTP_201_CREATED)

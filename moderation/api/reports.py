"""Reports and requests about intimate pictures: with a token or without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response

from moderation import receipts, subjects
from moderation.api import refusals  # noqa: F401  registers them
from moderation.models import Case, Report
from moderation.network import source_of
from moderation.rules import CATEGORIES
from moderation.selectors import mine
from moderation.selectors.outcomes import outcome_of
from moderation.services.reports import report_subject
from moderation.services.takedown import request_takedown
from socialapp.accounts.api import me
from socialapp.accounts.models import User
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

MOST_TEXT = 2000


class ReportRead(serializers.ModelSerializer[Report]):
    kind = serializers.CharField(source="case.kind", read_only=True)
    subject = serializers.CharField(
        source="case.subject_key", read_only=True, help_text="Its key."
    )
    outcome = serializers.SerializerMethodField(help_text="In words.")
    decided = serializers.DateTimeField(
        source="case.decided", read_only=True, allow_null=True
    )

    class Meta:
        model = Report
        fields = (
            "key",
            "kind",
            "subject",
            "category",
            "note",
            "outcome",
            "created",
            "decided",
        )

    def get_outcome(self, report: Report) -> str:
        return outcome_of(report.case)


class ReportWrite(serializers.Serializer[Any]):
    kind = serializers.CharField(
        max_length=24, help_text="post, character, profile or clip."
    )
    key = serializers.CharField(
        max_length=80, help_text="Its key; of a profile: handle."
    )
    category = serializers.ChoiceField(choices=CATEGORIES)
    note = serializers.CharField(max_length=MOST_TEXT, required=False, allow_blank=True)
    email = serializers.EmailField(
        max_length=254,
        required=False,
        allow_blank=True,
        help_text="Without a token: where to tell you what came of it.",
    )

    def validate_kind(self, kind: str) -> str:
        known = [subject.kind for subject in subjects.kinds()]
        if kind not in known:
            raise serializers.ValidationError(f"Use one of: {', '.join(known)}.")
        return kind


class TakedownWrite(serializers.Serializer[Any]):
    where = serializers.CharField(
        max_length=MOST_TEXT, help_text="Addresses or keys, one a line."
    )
    name = serializers.CharField(max_length=120, help_text="Your signature.")
    email = serializers.EmailField(max_length=254)
    good_faith = serializers.BooleanField(
        help_text="That you believe in good faith that nobody agreed to it."
    )
    about = serializers.CharField(
        max_length=MOST_TEXT, required=False, allow_blank=True
    )

    def validate_good_faith(self, good_faith: bool) -> bool:
        if not good_faith:
            raise serializers.ValidationError(
                "We need your word on this before we may act."
            )
        return good_faith


class TakedownCaseRead(serializers.ModelSerializer[Case]):
    outcome = serializers.SerializerMethodField(help_text="In words.")

    class Meta:
        model = Case
        fields = ("key", "kind", "due", "opened", "decided", "outcome")

    def get_outcome(self, case: Case) -> str:
        return outcome_of(case)


class TakedownRead(serializers.Serializer[Any]):
    cases = TakedownCaseRead(many=True)
    receipt = serializers.CharField(help_text="A page that needs no account: keep it.")


@extend_schema(tags=["moderation"])
@extend_schema_view(
    list=extend_schema(summary="What I reported"),
    retrieve=extend_schema(summary="One of my reports"),
)
class ReportViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Report]
):
    serializer_class = ReportRead
    queryset = Report.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    def get_permissions(self) -> list[Any]:
        anybody = self.action == "create"
        return [AllowAny() if anybody else IsAuthenticated()]

    @property
    def throttle_scope(self) -> str | None:
        return "report" if self.action == "create" else None

    def get_queryset(self) -> QuerySet[Report]:
        return mine.reports_of(me(self.request))

    @extend_schema(
        summary="Report something",
        description="Needs no token. The same thing again is the first report.",
        request=ReportWrite,
        responses={201: ReportRead},
    )
    def create(self, request: Request) -> Response:
        data = valid(ReportWrite(data=request.data))
        known = request.user.is_authenticated
        email = "" if known else data.get("email", "")
        report = report_subject(
            kind=data["kind"],
            key=data["key"],
            reporter=request.user,
            category=data["category"],
            note=data.get("note", ""),
            contact={"email": email} if email else None,
            source="" if known else source_of(request._request),
        )
        return Response(ReportRead(report).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["moderation"])
class TakedownViewSet(viewsets.GenericViewSet[Case]):
    permission_classes = (AllowAny,)
    serializer_class = TakedownWrite
    throttle_scope = "report"

    @extend_schema(
        summary="Have an intimate picture taken down",
        description="Needs no token. It is hidden before you get the answer.",
        request=TakedownWrite,
        responses={201: TakedownRead},
    )
    def create(self, request: Request) -> Response:
        data = valid(TakedownWrite(data=request.data))
        user = request.user
        cases = request_takedown(
            **data,
            source="" if user.is_authenticated else source_of(request._request),
            reporter=user if isinstance(user, User) else None,
        )
        receipt = settings.SITE_URL.rstrip("/") + receipts.path_of(cases)
        body = TakedownRead({"cases": cases, "receipt": receipt}).data
        return Response(
            body,
            status=status.HTTP_201_CREATED,
            headers={"Cache-Control": "no-store"},
        )

    @extend_schema(summary="Where a request stands", responses=TakedownRead)
    def retrieve(self, request: Request, token: str) -> Response:  # noqa: ARG002
        cases = receipts.cases_of(token)
        if not cases:
            raise Problem(404, "not_found", "We gave no such receipt.")
        receipt = settings.SITE_URL.rstrip("/") + receipts.path_of(cases)
        return Response(TakedownRead({"cases": cases, "receipt": receipt}).data)

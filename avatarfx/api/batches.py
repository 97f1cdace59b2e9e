"""Batches over HTTP: one text, a table, and a clip for each row."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from avatarfx import beds, rows
from avatarfx.api.clips import IDEMPOTENCY_KEY, SHAPE_CHOICES, idempotency_key
from avatarfx.api.speech import UsableCharacter
from avatarfx.batches.tables import MOST_BYTES
from avatarfx.models import Batch, BatchRow
from avatarfx.services import batches as services
from socialapp.accounts.api import me
from socialapp.acting import CAMERAS
from socialapp.characters.models import Character
from socialapp.lib.api.fields import valid
from socialapp.lib.api.parsers import FileParser, StrictJSONParser
from socialapp.lib.api.problems import Problem
from socialapp.lib.api.streams import in_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import StreamingHttpResponse
    from rest_framework.request import Request


class TableParser(FileParser):
    field = "table"

    def most(self) -> int:
        return MOST_BYTES

    def words(self, megabytes: int) -> str:
        return f"This table is too large; we take up to {megabytes} MB."


class TallyRead(serializers.Serializer[Any]):
    """Of its rows."""

    total = serializers.IntegerField()
    bad = serializers.IntegerField(help_text="Cannot be made as they are.")
    waiting = serializers.IntegerField(help_text="Not asked for yet.")
    open = serializers.IntegerField(help_text="In line or being made.")
    ready = serializers.IntegerField()
    held = serializers.IntegerField(help_text="Made; a person looks at them first.")
    lost = serializers.IntegerField(help_text="Failed, refused or stopped.")
    percent = serializers.IntegerField()


class BatchRead(serializers.ModelSerializer[Batch]):
    character = serializers.CharField(source="character.key")
    rows = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField(
        help_text="What it takes, in words, before it is started; empty after that."
    )
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Batch
        fields = (
            "key",
            "title",
            "character",
            "template",
            "columns",
            "state",
            "note",
            "rows",
            "cost",
            "url",
            "created",
            "started",
        )

    @extend_schema_field(TallyRead)
    def get_rows(self, batch: Batch) -> Any:
        return TallyRead(rows.counts_of(batch)).data

    @extend_schema_field(OpenApiTypes.STR)
    def get_cost(self, batch: Batch) -> str:
        if batch.state != Batch.State.CHECKED:
            return ""
        good = batch.rows.filter(state=BatchRow.State.WAITING).count()
        return rows.cost_of(good, batch.owner)


class BatchRowRead(serializers.ModelSerializer[BatchRow]):
    clip = serializers.CharField(source="clip.key", default=None, allow_null=True)
    clip_state = serializers.CharField(
        source="clip.state", default=None, allow_null=True
    )

    class Meta:
        model = BatchRow
        fields = (
            "number",
            "values",
            "script",
            "state",
            "column",
            "reason",
            "clip",
            "clip_state",
        )


class BatchWrite(serializers.Serializer[Any]):
    character = UsableCharacter()
    template = serializers.CharField(
        max_length=2000, help_text="Names of columns in braces: Hello, {name}."
    )
    table = serializers.FileField(
        required=False, help_text="CSV with names in its first row, up to 10,000 rows."
    )
    rows = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="Instead of a table, as JSON.",
    )
    title = serializers.CharField(max_length=80, required=False, allow_blank=True)
    shape = serializers.ChoiceField(choices=SHAPE_CHOICES, required=False)
    background = serializers.CharField(max_length=80, required=False, allow_blank=True)
    bed = serializers.ChoiceField(
        choices=list(beds.TITLES.items()), required=False, allow_blank=True
    )
    motion = serializers.ChoiceField(
        choices=Character._meta.get_field("motion").choices or [], required=False
    )
    camera = serializers.ChoiceField(choices=CAMERAS, required=False)


class StartWrite(serializers.Serializer[Any]):
    without_bad = serializers.BooleanField(
        default=False, help_text="Leave out the rows that cannot be made."
    )


LOOK = ("shape", "background", "bed", "motion", "camera")


@extend_schema(tags=["clips"])
class BatchViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Batch]
):
    serializer_class = BatchRead
    parser_classes = (StrictJSONParser, TableParser)
    queryset = Batch.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    @property
    def throttle_scope(self) -> str | None:
        return "upload" if self.action == "create" else None

    def get_queryset(self) -> QuerySet[Batch]:
        mine = Batch.objects.filter(owner=me(self.request))
        return mine.select_related("character", "owner").order_by("-created", "-pk")

    def _read(self, batch: Batch, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.get_queryset().get(pk=batch.pk)
        return Response(BatchRead(fresh).data, status=code)

    @extend_schema(summary="My batches")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(summary="One of my batches")
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        summary="Send a text and a table",
        description=(
            "Its rows are read and checked, and nothing is made before it is started."
            " Poll until `state` is `checked`; `cost` then says what it takes."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request={"multipart/form-data": BatchWrite, "application/json": BatchWrite},
        responses={202: BatchRead},
    )
    def create(self, request: Request) -> Response:
        context = self.get_serializer_context()
        data = valid(BatchWrite(data=request.data, context=context))
        with _refused():
            file = data.get("table")
            table = (
                services.table_from(file, size=file.size or 0)
                if file
                else services.table_of(data.get("rows", []))
            )
            batch = services.create_batch(
                owner=me(request),
                character=data["character"],
                text=data["template"],
                table=table,
                look={name: data[name] for name in LOOK if data.get(name)},
                title=data.get("title", ""),
                idempotency_key=idempotency_key(request),
            )
        return self._read(batch, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Its rows, and what became of each",
        responses=BatchRowRead(many=True),
    )
    @action(detail=True)
    def rows(self, request: Request, key: str) -> Response:  # noqa: ARG002
        found = self.get_object().rows.select_related("clip").order_by("number")
        state = request.query_params.get("state")
        if state in BatchRow.State.values:
            found = found.filter(state=state)
        try:
            after = max(0, int(request.query_params.get("after", "0")[:9]))
        except ValueError:
            after = 0
        page = found.filter(number__gt=after)[:500]
        return Response(BatchRowRead(page, many=True).data)

    @extend_schema(summary="Begin to make it", request=StartWrite, responses=BatchRead)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, key: str) -> Response:  # noqa: ARG002
        wish = valid(StartWrite(data=request.data))
        with _refused(409):
            batch = services.start_batch(
                batch=self.get_object(), without_bad=wish["without_bad"]
            )
        return self._read(batch)

    @extend_schema(
        summary="Stop what waits and what is being made",
        request=None,
        responses=BatchRead,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return self._read(services.cancel_batch(batch=self.get_object()))

    @extend_schema(
        summary="Ask again for what failed", request=None, responses=BatchRead
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, key: str) -> Response:  # noqa: ARG002
        with _refused(409):
            batch = services.retry_batch(batch=self.get_object())
        return self._read(batch)

    @extend_schema(
        summary="The table, with a link to each clip",
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
    )
    @action(detail=True)
    def links(self, request: Request, key: str) -> StreamingHttpResponse:  # noqa: ARG002
        batch = self.get_object()
        site = request.build_absolute_uri("/")[:-1]
        name = f"batch-{batch.key}.csv"
        return in_pieces(rows.table_of(batch, site=site), "text/csv", name)

    @extend_schema(
        summary="The films that are ready, in a zip",
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    @action(detail=True)
    def films(self, request: Request, key: str) -> StreamingHttpResponse:  # noqa: ARG002
        batch = self.get_object()
        name = f"batch-{batch.key}.zip"
        return in_pieces(rows.films_of(batch), "application/zip", name)

    @extend_schema(
        summary="Delete a batch",
        description="Clips that were made stay.",
        responses={204: None},
    )
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_batch(batch=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


@contextmanager
def _refused(code: int = 400) -> Iterator[None]:
    try:
        yield
    except services.BatchError as error:
        kind = "invalid" if code == 400 else "not_now"
        raise Problem(code, kind, str(error)) from None

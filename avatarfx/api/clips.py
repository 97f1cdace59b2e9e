"""Clips over HTTP: asked for, followed, cancelled, tried again, removed."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from avatarfx import selectors, services
from avatarfx.api.live import LiveRead
from avatarfx.api.refusals import quota_headers_of
from avatarfx.api.speech import UsableCharacter, VoiceFields, spec_of
from avatarfx.models import Clip, Render
from avatarfx.remixes import RemixKind, origin_of
from socialapp.accounts.api import me
from socialapp.characters.api.characters import STATES
from socialapp.characters.models import Character
from socialapp.lib.api.fields import BlobUrl, valid
from socialapp.lib.api.problems import Problem
from socialapp.performance.timeline import SHAPES

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

SHAPE_CHOICES = [(shape, shape) for shape in SHAPES]

QUOTA_HEADERS = [
    OpenApiParameter(
        name,
        int,
        OpenApiParameter.HEADER,
        response=[202],
        description=text,
    )
    for name, text in (
        ("X-Quota-Limit", "Clips a day."),
        ("X-Quota-Remaining", "Clips left today."),
        ("X-Quota-Reset", "Seconds until your next midnight."),
    )
]
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=(
        "Any text of yours, up to 80 characters. Sent again within a day, the same"
        " clip is the answer and nothing more is spent."
    ),
)


class StepRead(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # Field.label is unused
    state = serializers.ChoiceField(choices=["done", "now", "todo"])


class ProgressRead(serializers.Serializer[Any]):
    """The same object arrives on the socket ``/ws/clips/``."""

    key = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=Clip.State.choices)
    state_label = serializers.CharField()
    stage = serializers.CharField(allow_blank=True)
    stage_label = serializers.CharField(allow_blank=True)
    steps = StepRead(many=True)
    percent = serializers.IntegerField(help_text="Only rises.")
    place = serializers.IntegerField(allow_null=True, help_text="In line; 1 is next.")
    eta_seconds = serializers.IntegerField(allow_null=True)
    detail = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    rung = serializers.CharField(allow_blank=True)
    rung_label = serializers.CharField(allow_blank=True)
    rung_reason = serializers.CharField(allow_blank=True)
    seconds = serializers.FloatField(allow_null=True)
    live = LiveRead(
        allow_null=True, help_text="What can be watched before it is finished."
    )
    url = serializers.CharField()


class TraceStageRead(serializers.Serializer[Any]):
    """A stage; what else it tells depends on its name."""

    name = serializers.CharField()
    engine = serializers.CharField(
        allow_blank=True, help_text="Of the stage sign: who signed."
    )
    seconds = serializers.FloatField()
    note = serializers.CharField(allow_blank=True)
    mark = serializers.CharField(
        required=False, help_text="The number in the frames, 12 hexadecimal digits."
    )
    certificate = serializers.CharField(required=False, help_text="Its serial number.")
    source = serializers.CharField(  # type: ignore[assignment]  # Field.source is unused
        required=False, help_text="IPTC source type."
    )
    ingredient = serializers.CharField(
        required=False, help_text="Of a remix: the file whose record goes along."
    )
    fingerprints = serializers.IntegerField(
        required=False, help_text="Seconds of picture on record."
    )
    sound_words = serializers.IntegerField(
        required=False, help_text="Of the sound on record, 31.25 a second."
    )


class RenderRead(serializers.ModelSerializer[Render]):
    """One attempt at a clip."""

    trace = TraceStageRead(many=True)

    class Meta:
        model = Render
        fields = ("fence", "started", "ended", "outcome", "error", "trace")


class LeadRead(serializers.ModelSerializer[Character]):
    """Who a clip is of, in short."""

    thumb = BlobUrl(source="portrait.thumb")
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Character
        fields = ("key", "name", "thumb", "url")


class RemixRead(serializers.Serializer[Any]):
    """What a remix is made of."""

    kind = serializers.ChoiceField(choices=RemixKind.choices)
    of = serializers.CharField(help_text="Key of the clip; it may be gone.")


class ClipRead(serializers.ModelSerializer[Clip]):
    character = LeadRead(read_only=True)
    background = serializers.CharField(source="recipe.background", read_only=True)
    progress = serializers.SerializerMethodField()
    video = BlobUrl()
    poster = BlobUrl()
    captions = BlobUrl(help_text="WebVTT.")
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    ai_generated = serializers.SerializerMethodField(help_text="Always true here.")
    remix = serializers.SerializerMethodField(help_text="Null: it is none.")
    approval = serializers.SerializerMethodField(
        help_text="Of its words: pending is made for you and published by nobody."
    )
    approval_reason = serializers.SerializerMethodField(
        help_text="Why they wait or were refused; left empty in lists."
    )

    class Meta:
        model = Clip
        fields = (
            "ai_generated",
            "key",
            "title",
            "script",
            "shape",
            "background",
            "character",
            "remix",
            "state",
            "progress",
            "error",
            "rung",
            "rung_reason",
            "voice_engine",
            "seconds",
            "width",
            "height",
            "size",
            "video",
            "poster",
            "captions",
            "publish",
            "caption",
            "approval",
            "approval_reason",
            "url",
            "created",
            "finished",
        )

    def get_ai_generated(self, clip: Clip) -> bool:  # noqa: ARG002
        return True

    @extend_schema_field(RemixRead(allow_null=True))
    def get_remix(self, clip: Clip) -> dict[str, str] | None:
        kind = clip.recipe.get("remix")
        return {"kind": kind, "of": origin_of(clip.recipe)} if kind else None

    @extend_schema_field(STATES)
    def get_approval(self, clip: Clip) -> str:
        return clip.approval

    def get_approval_reason(self, clip: Clip) -> str:
        listed = isinstance(self.parent, serializers.ListSerializer)
        return "" if listed else services.why_words_wait(clip)

    @cached_property
    def _rate(self) -> float:
        """A list has one serializer for all its rows, so this is learnt once."""
        return selectors.learnt_rate()

    @extend_schema_field(ProgressRead)
    def get_progress(self, clip: Clip) -> Any:
        return selectors.progress_of(clip, rate=self._rate)


class ClipWrite(VoiceFields):
    """What is left out comes from the character."""

    character = UsableCharacter()
    script = serializers.CharField(
        max_length=20_000, allow_blank=True, trim_whitespace=False
    )
    shape = serializers.ChoiceField(choices=SHAPE_CHOICES, default="9:16")
    background = serializers.CharField(max_length=80, required=False, allow_blank=True)
    title = serializers.CharField(max_length=80, required=False, allow_blank=True)
    motion = serializers.ChoiceField(
        choices=Character._meta.get_field("motion").choices or [], required=False
    )
    publish = serializers.BooleanField(
        default=False, help_text="Post it to the feed as soon as it is ready."
    )
    caption = serializers.CharField(max_length=500, required=False, allow_blank=True)


@extend_schema(tags=["clips"])
@extend_schema_view(retrieve=extend_schema(summary="One of my clips"))
class ClipViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Clip]
):
    serializer_class = ClipRead
    queryset = Clip.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    @property
    def throttle_scope(self) -> str | None:
        return "render" if self.action in {"create", "retry"} else None

    def get_queryset(self) -> QuerySet[Clip]:
        clips = Clip.objects.of(me(self.request)).full()
        state = self.request.query_params.get("state")
        return clips.filter(state=state) if self.action == "list" and state else clips

    def _read(self, clip: Clip, status_code: int = status.HTTP_200_OK) -> Response:
        context = self.get_serializer_context()
        return Response(
            ClipRead(clip, context=context).data,
            status=status_code,
            headers=quota_headers_of(me(self.request)),
        )

    @extend_schema(
        summary="My clips",
        parameters=[OpenApiParameter("state", enum=Clip.State.values)],
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(
        summary="Ask for a clip",
        description="Costs one of the day's tickets, which comes back if it fails.",
        parameters=[IDEMPOTENCY_KEY, *QUOTA_HEADERS],
        request=ClipWrite,
        responses={202: ClipRead},
    )
    def create(self, request: Request) -> Response:
        context = self.get_serializer_context()
        data = valid(ClipWrite(data=request.data, context=context))
        key = idempotency_key(request)
        character: Character = data["character"]
        clip = services.request_clip(
            owner=me(request),
            character=character,
            script=data["script"],
            shape=data["shape"],
            background=data.get("background", ""),
            title=data.get("title", ""),
            voice=spec_of(data, character.voice_spec),
            motion=data.get("motion", ""),
            publish=data["publish"],
            caption=data.get("caption", ""),
            idempotency_key=key,
            request_hash=_hash_of(request.data) if key else "",
        )
        return self._read(self.get_queryset().get(pk=clip.pk), status.HTTP_202_ACCEPTED)

    @extend_schema(summary="Remove a clip", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_clip(clip=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Stop a clip that waits or is being made",
        request=None,
        responses=ClipRead,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return self._read(services.cancel_clip(clip=self.get_object()))

    @extend_schema(
        summary="Try a failed or cancelled clip again",
        parameters=QUOTA_HEADERS,
        request=None,
        responses={202: ClipRead},
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, key: str) -> Response:  # noqa: ARG002
        clip = services.retry_clip(clip=self.get_object())
        return self._read(clip, status.HTTP_202_ACCEPTED)

    @extend_schema(summary="How far it is", responses=ProgressRead)
    @action(detail=True)
    def progress(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return Response(selectors.progress_of(self.get_object()))

    @extend_schema(
        summary="How each attempt at it went, and what the clip carries",
        responses=RenderRead(many=True),
    )
    @action(detail=True, pagination_class=None)
    def trace(self, request: Request, key: str) -> Response:  # noqa: ARG002
        renders = self.get_object().renders.order_by("fence")
        return Response(RenderRead(renders, many=True).data)

    @extend_schema(
        summary="What happens in it: the performance, by the second",
        responses={
            (200, "application/json"): OpenApiResponse(
                {"type": "object", "additionalProperties": True},
                description="See docs/performance.md.",
            )
        },
    )
    @action(detail=True)
    def performance(self, request: Request, key: str) -> Response:  # noqa: ARG002
        clip = self.get_object()
        if not clip.performance:
            raise Problem(
                404, "not_yet", "Nothing is spoken yet. Ask again when it is rendered."
            )
        return Response(clip.performance)


def idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 80 or not key.isprintable():
        raise Problem(
            400,
            "invalid",
            "An Idempotency-Key has up to 80 printable characters.",
            field="Idempotency-Key",
        )
    return key


def _hash_of(data: Any) -> str:
    """Of the body as sent: the same key with another body is refused."""
    body = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(body.encode()).hexdigest()

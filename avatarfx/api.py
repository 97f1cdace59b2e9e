"""Voices, scripts, backgrounds and clips over HTTP."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from avatarfx import selectors, services
from avatarfx.models import Clip
from avatarfx.services.previews import wav
from avatarfx.voices import catalogue
from socialapp.accounts import quotas
from socialapp.accounts.api import me
from socialapp.acting import script as scripts
from socialapp.characters.models import Character
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import VoiceSpec
from socialapp.lib.api.fields import BlobUrl, valid
from socialapp.lib.api.problems import Problem, refusal
from socialapp.performance.timeline import SHAPES

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from rest_framework.request import Request

    from socialapp.accounts.models import User


@refusal(services.ScriptError)
def _script_refused(error: services.ScriptError) -> Problem:
    return Problem(400, "script_refused", str(error), field="script")


@refusal(services.NoTicketsError)
def _no_tickets(error: services.NoTicketsError) -> Problem:
    headers = _quota_headers(0, error.of, error.resets_at)
    headers["Retry-After"] = headers["X-Quota-Reset"]
    return Problem(429, "no_tickets", str(error), headers=headers)


@refusal(services.DiskFullError)
def _disk_full(error: services.DiskFullError) -> Problem:
    return Problem(507, "disk_full", str(error))


@refusal(services.IdempotencyConflictError)
def _key_reused(error: services.IdempotencyConflictError) -> Problem:
    return Problem(422, "idempotency_key_reused", str(error))


@refusal(services.NotNowError)
def _not_now(error: services.NotNowError) -> Problem:
    return Problem(409, "not_now", str(error))


@refusal(EngineError)
def _engine_failed(error: EngineError) -> Problem:
    return Problem(503, "engine_failed", str(error), headers={"Retry-After": "30"})


def _quota_headers(left: int, of: int, resets_at: datetime) -> dict[str, str]:
    seconds = max(1, int((resets_at - timezone.now()).total_seconds()) + 1)
    return {
        "X-Quota-Limit": str(of),
        "X-Quota-Remaining": str(left),
        "X-Quota-Reset": str(seconds),
    }


def _quota_of(user: User) -> dict[str, str]:
    quota = quotas.left(user)
    return _quota_headers(quota.left, quota.of, quota.resets_at)


SHAPE_CHOICES = [(shape, shape) for shape in SHAPES]
_QUOTA = [
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
_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=(
        "Any text of yours, up to 80 characters. Sent again within a day, the same"
        " clip is the answer and nothing more is spent."
    ),
)


# Voices, scripts, backgrounds -------------------------------------------------


class VoiceRead(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()


class VoiceFields(serializers.Serializer[Any]):
    voice = serializers.CharField(max_length=120, required=False)
    voice_speed = serializers.FloatField(min_value=0.5, max_value=2, required=False)
    voice_pitch = serializers.FloatField(min_value=-6, max_value=6, required=False)

    def validate_voice(self, voice: str) -> str:
        if not catalogue.is_known(voice):
            raise serializers.ValidationError(
                "We do not have this voice. Choose one from /api/v1/voices/."
            )
        return voice


class SpeechWrite(VoiceFields):
    text = serializers.CharField(max_length=400, trim_whitespace=False)


class ScriptWrite(serializers.Serializer[Any]):
    script = serializers.CharField(
        max_length=20_000, allow_blank=True, trim_whitespace=False
    )
    voice_speed = serializers.FloatField(min_value=0.5, max_value=2, default=1.0)


class ScriptCheckRead(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    seconds = serializers.FloatField(help_text="How long it will be, about.")
    characters = serializers.IntegerField()
    max_characters = serializers.IntegerField()
    problems = serializers.ListField(child=serializers.CharField())


class BackgroundRead(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()


def _spec(data: dict[str, Any], default: VoiceSpec | None = None) -> VoiceSpec:
    base = default or VoiceSpec()
    return VoiceSpec(
        voice=data.get("voice", base.voice),
        speed=data.get("voice_speed", base.speed),
        pitch=data.get("voice_pitch", base.pitch),
    )


@extend_schema(tags=["clips"])
class VoiceViewSet(viewsets.GenericViewSet[Clip]):
    serializer_class = VoiceRead
    permission_classes = (AllowAny,)
    pagination_class = None

    @extend_schema(summary="The voices", responses=VoiceRead(many=True))
    def list(self, request: Request) -> Response:  # noqa: ARG002
        return Response(VoiceRead(catalogue.VOICES, many=True).data)


@extend_schema(tags=["clips"])
class SpeechViewSet(viewsets.GenericViewSet[Clip]):
    """Short samples, made at once; they cost no ticket."""

    serializer_class = SpeechWrite
    throttle_scope = "preview"

    @extend_schema(
        summary="Hear a sentence in a voice",
        request=SpeechWrite,
        responses={(200, "audio/wav"): OpenApiTypes.BINARY},
    )
    def create(self, request: Request) -> HttpResponse:
        data = valid(SpeechWrite(data=request.data))
        try:
            speech = services.preview_voice(text=data["text"], spec=_spec(data))
        except services.ScriptError as error:
            raise Problem(400, "script_refused", str(error), field="text") from None
        return HttpResponse(wav(speech), content_type="audio/wav")


@extend_schema(tags=["clips"])
class ScriptViewSet(viewsets.GenericViewSet[Clip]):
    serializer_class = ScriptWrite
    permission_classes = (AllowAny,)
    throttle_scope: str | None = None

    @extend_schema(
        summary="Can this be spoken, and how long is it?",
        request=ScriptWrite,
        responses=ScriptCheckRead,
    )
    @action(detail=False, methods=["post"], throttle_scope="preview")
    def check(self, request: Request) -> Response:
        data = valid(ScriptWrite(data=request.data))
        text = data["script"]
        problems: list[str] = []
        try:
            scripts.check(text, max_characters=settings.MAX_SCRIPT_CHARACTERS)
            seconds = scripts.estimate_seconds(text, data["voice_speed"])
        except scripts.ScriptError as error:
            problems, seconds = [str(error)], 0.0
        found = {
            "ok": not problems,
            "seconds": round(seconds, 1),
            "characters": len(text),
            "max_characters": settings.MAX_SCRIPT_CHARACTERS,
            "problems": problems,
        }
        return Response(ScriptCheckRead(found).data)


@extend_schema(tags=["clips"])
class BackgroundViewSet(viewsets.GenericViewSet[Clip]):
    serializer_class = BackgroundRead
    permission_classes = (AllowAny,)
    pagination_class = None

    @extend_schema(summary="The backgrounds", responses=BackgroundRead(many=True))
    def list(self, request: Request) -> Response:  # noqa: ARG002
        return Response(BackgroundRead(selectors.backgrounds(), many=True).data)


# Clips ------------------------------------------------------------------------


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
    url = serializers.CharField()


class LeadRead(serializers.ModelSerializer[Character]):
    """Who a clip is of, in short."""

    thumb = BlobUrl(source="portrait.thumb")
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Character
        fields = ("key", "name", "thumb", "url")


class ClipRead(serializers.ModelSerializer[Clip]):
    character = LeadRead(read_only=True)
    background = serializers.CharField(source="recipe.background", read_only=True)
    progress = serializers.SerializerMethodField()
    video = BlobUrl()
    poster = BlobUrl()
    captions = BlobUrl(help_text="WebVTT.")
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Clip
        fields = (
            "key",
            "title",
            "script",
            "shape",
            "background",
            "character",
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
            "url",
            "created",
            "finished",
        )

    @cached_property
    def _rate(self) -> float:
        """A list has one serializer for all its rows, so this is learnt once."""
        return selectors.learnt_rate()

    @extend_schema_field(ProgressRead)
    def get_progress(self, clip: Clip) -> Any:
        return selectors.progress_of(clip, rate=self._rate)


class UsableCharacter(serializers.SlugRelatedField[Character]):
    """One that whoever asks may make speak, by its key; others do not exist."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            slug_field="key",
            queryset=Character.objects.none(),
            error_messages={"does_not_exist": "You have no such character."},
            **kwargs,
        )

    def get_queryset(self) -> QuerySet[Character]:
        return Character.objects.usable_by(me(self.context["request"])).full()


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
            headers=_quota_of(me(self.request)),
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
        parameters=[_KEY, *_QUOTA],
        request=ClipWrite,
        responses={202: ClipRead},
    )
    def create(self, request: Request) -> Response:
        context = self.get_serializer_context()
        data = valid(ClipWrite(data=request.data, context=context))
        key = _idempotency_key(request)
        character: Character = data["character"]
        clip = services.request_clip(
            owner=me(request),
            character=character,
            script=data["script"],
            shape=data["shape"],
            background=data.get("background", ""),
            title=data.get("title", ""),
            voice=_spec(data, character.voice_spec),
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
        parameters=_QUOTA,
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


def _idempotency_key(request: Request) -> str:
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

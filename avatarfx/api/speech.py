"""Voices, previews, scripts and backgrounds: what costs no ticket."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from avatarfx import selectors, services
from avatarfx.api import refusals
from avatarfx.models import Clip
from avatarfx.voices import catalogue
from moderation.screening import screen_text
from moderation.screening.refusals import details_of
from socialapp.accounts.api import me
from socialapp.acting import script as scripts
from socialapp.characters.models import Character
from socialapp.engines.protocols import VoiceSpec
from socialapp.lib.api.fields import valid

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


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


class SpeechWrite(VoiceFields):
    text = serializers.CharField(max_length=400, trim_whitespace=False)


class PreviewWrite(SpeechWrite):
    """What is left out comes from the character, if there is one."""

    character = UsableCharacter(required=False)
    quick = serializers.BooleanField(
        default=False, help_text="The fastest voice speaks, whatever was chosen."
    )


class PreviewRead(serializers.Serializer[Any]):
    performance = serializers.DictField(help_text="See docs/performance.md.")
    sound = serializers.CharField(help_text="A WAV in base64.")


class ScriptWrite(serializers.Serializer[Any]):
    script = serializers.CharField(
        max_length=20_000, allow_blank=True, trim_whitespace=False
    )
    voice_speed = serializers.FloatField(min_value=0.5, max_value=2, default=1.0)


class MarkRead(serializers.Serializer[Any]):
    start = serializers.IntegerField(allow_null=True, help_text="In code points.")
    end = serializers.IntegerField(allow_null=True)
    words = serializers.CharField(allow_blank=True)
    rule = serializers.CharField(help_text="Its number, as 4.2.")
    title = serializers.CharField()


class ScriptCheckRead(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    seconds = serializers.FloatField(help_text="How long it will be, about.")
    characters = serializers.IntegerField()
    max_characters = serializers.IntegerField()
    problems = serializers.ListField(child=serializers.CharField())
    marks = MarkRead(many=True, help_text="Words that would be refused.")


class BackgroundRead(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()


def spec_of(data: dict[str, Any], default: VoiceSpec | None = None) -> VoiceSpec:
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
        description="A file without a picture: it begins with a spoken notice.",
        request=SpeechWrite,
        responses={(200, "audio/wav"): OpenApiTypes.BINARY},
    )
    def create(self, request: Request) -> HttpResponse:
        data = valid(SpeechWrite(data=request.data))
        with refusals.script_at("text"):
            sample = services.voice_sample(text=data["text"], spec=spec_of(data))
        return HttpResponse(sample, content_type="audio/wav")


@extend_schema(tags=["clips"])
class PreviewViewSet(viewsets.GenericViewSet[Clip]):
    """What the live stage plays, made at once; it costs no ticket."""

    serializer_class = PreviewWrite
    throttle_scope = "preview"

    @extend_schema(
        summary="See a line performed before it is rendered",
        request=PreviewWrite,
        responses=PreviewRead,
    )
    def create(self, request: Request) -> Response:
        context = self.get_serializer_context()
        data = valid(PreviewWrite(data=request.data, context=context))
        character: Character | None = data.get("character")
        default = character.voice_spec if character else None
        with refusals.script_at("text"):
            performance, sound = services.preview_performance(
                text=data["text"],
                character=character,
                spec=spec_of(data, default),
                quick=data["quick"],
            )
        return Response(
            {
                "performance": performance.to_json(),
                "sound": base64.b64encode(sound).decode("ascii"),
            }
        )


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
        refused = _pre_flight(text)
        if refused:
            problems.append(refused["message"])
        found = {
            "marks": refused["marks"] if refused else [],
            "ok": not problems,
            "seconds": round(seconds, 1),
            "characters": len(text),
            "max_characters": settings.MAX_SCRIPT_CHARACTERS,
            "problems": problems,
        }
        return Response(ScriptCheckRead(found).data)


def _pre_flight(text: str) -> dict[str, Any] | None:
    """What would be refused; nothing is kept. Who cannot be judged now is told so when
    the clip is asked for."""
    try:
        verdict = screen_text(text, surface="script", log=False)
    except services.ScreeningUnavailableError:
        return None
    return details_of(verdict, text) if verdict.stops else None


@extend_schema(tags=["clips"])
class BackgroundViewSet(viewsets.GenericViewSet[Clip]):
    serializer_class = BackgroundRead
    permission_classes = (AllowAny,)
    pagination_class = None

    @extend_schema(summary="The backgrounds", responses=BackgroundRead(many=True))
    def list(self, request: Request) -> Response:  # noqa: ARG002
        return Response(BackgroundRead(selectors.backgrounds(), many=True).data)

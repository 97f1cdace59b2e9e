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

from avatarfx import beds, selectors, services
from avatarfx.animators.neural.planner import WISHES
from avatarfx.api.live import LiveRead
from avatarfx.api.refusals import quota_headers_of
from avatarfx.api.speech import UsableCharacter, VoiceFields, spec_of
from avatarfx.models import Clip, Recording
from avatarfx.remixes import RemixKind, origin_of
from socialapp.accounts.api import me
from socialapp.acting import CAMERAS
from socialapp.characters.api.characters import STATES
from socialapp.characters.models import Character
from socialapp.lib.api.fields import BlobUrl, PageUrl, valid
from socialapp.lib.api.problems import Problem
from socialapp.lib.api.shapes import KeptFields
from socialapp.performance.timeline import SHAPES

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    eta_seconds = serializers.IntegerField(
        allow_null=True, help_text="Until it is done, most likely."
    )
    eta_range = serializers.ListField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="Seconds between which that lies half of the time.",
    )
    eta_words = serializers.CharField(
        allow_blank=True, help_text="For example “about 40 seconds”, “2 to 5 minutes”."
    )
    lane = serializers.ChoiceField(choices=Clip.Lane.choices)
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


class LeadRead(KeptFields, serializers.ModelSerializer[Character]):
    """Who a clip is of, in short."""

    thumb = BlobUrl(source="portrait.thumb")
    url = PageUrl()

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
    bed = serializers.SerializerMethodField(help_text="Empty: no music.")
    recorded = serializers.SerializerMethodField(
        help_text="Whether its owner spoke it: then the voice is not synthetic."
    )
    progress = serializers.SerializerMethodField()
    again = serializers.SerializerMethodField(
        help_text=(
            "How far its new take is; null: none is on its way. Left out of lists: null."
        )
    )
    video = BlobUrl()
    poster = BlobUrl()
    captions = BlobUrl(help_text="WebVTT.")
    captioned = BlobUrl(
        help_text="MP4 with the captions in the picture, once somebody asked for it."
    )
    url = PageUrl()
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
            "bed",
            "recorded",
            "character",
            "remix",
            "state",
            "progress",
            "again",
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
            "captioned",
            "captioned_error",
            "publish",
            "caption",
            "approval",
            "approval_reason",
            "url",
            "created",
            "finished",
        )

    def get_bed(self, clip: Clip) -> str:
        return str(clip.recipe.get("bed", ""))

    def get_recorded(self, clip: Clip) -> bool:
        return bool(clip.recipe.get("recording"))

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

    @extend_schema_field(ProgressRead)
    def get_progress(self, clip: Clip) -> Any:
        return self._told.get(clip.pk) or selectors.progress_of(clip)

    @cached_property
    def _told(self) -> dict[int, Any]:
        """A list has one serializer for all its rows, so the line is read once."""
        rows = getattr(self.parent, "instance", None)
        clips = list(rows) if isinstance(rows, list) else []
        told = selectors.progress_of_all(clips)
        return {clip.pk: one for clip, one in zip(clips, told, strict=True)}

    @extend_schema_field(ProgressRead(allow_null=True))
    def get_again(self, clip: Clip) -> Any:
        if isinstance(self.parent, serializers.ListSerializer):
            return None
        take = Clip.objects.take_of(clip)
        return selectors.progress_of(take) if take else None


class OwnRecording(serializers.SlugRelatedField[Recording]):
    """One of whoever asks, by its key; others do not exist."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            slug_field="key",
            queryset=Recording.objects.none(),
            error_messages={"does_not_exist": "You have no such recording."},
            **kwargs,
        )

    def get_queryset(self) -> QuerySet[Recording]:
        return Recording.objects.of(me(self.context["request"]))


class ClipWrite(VoiceFields):
    """What is left out comes from the character."""

    character = UsableCharacter()
    company = serializers.ListField(
        child=UsableCharacter(),
        required=False,
        max_length=2,
        help_text="Who else is on stage, from the left. The script then says who speaks:"
        " each line begins with a name and a colon.",
    )
    script = serializers.CharField(
        max_length=20_000, allow_blank=True, trim_whitespace=False
    )
    shape = serializers.ChoiceField(choices=SHAPE_CHOICES, default="9:16")
    background = serializers.CharField(
        max_length=80,
        required=False,
        allow_blank=True,
        help_text="A built-in one of `/backgrounds/`, or the name of one of mine.",
    )
    bed = serializers.ChoiceField(
        choices=list(beds.TITLES.items()),
        required=False,
        allow_blank=True,
        help_text="Music under the words, softer where somebody speaks.",
    )
    recording = OwnRecording(
        required=False,
        allow_null=True,
        help_text="Key of one of `/recordings/`, read from this script: no voice speaks.",
    )
    title = serializers.CharField(max_length=80, required=False, allow_blank=True)
    motion = serializers.ChoiceField(
        choices=Character._meta.get_field("motion").choices or [], required=False
    )
    camera = serializers.ChoiceField(choices=CAMERAS, required=False)
    quality = serializers.ChoiceField(
        choices=WISHES,
        required=False,
        help_text="Where neural rungs are set up: best takes them whatever the wait,"
        " fast leaves them out. Left out: as the line allows.",
    )
    publish = serializers.BooleanField(
        default=False, help_text="Post it to the feed as soon as it is ready."
    )
    caption = serializers.CharField(max_length=500, required=False, allow_blank=True)
    lane = serializers.ChoiceField(
        choices=Clip.Lane.choices,
        default=Clip.Lane.NOW,
        help_text="later: nobody waits for it, so it lets others go first.",
    )


class MoveWrite(serializers.Serializer[Any]):
    to = serializers.ChoiceField(choices=[(word, word) for word in services.STEPS])


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
        costly = {"create", "retry", "captioned", "render_again"}
        return "render" if self.action in costly else None

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
            bed=data.get("bed", ""),
            title=data.get("title", ""),
            voice=spec_of(data, character.voice_spec),
            motion=data.get("motion", ""),
            camera=data.get("camera", ""),
            quality=data.get("quality", ""),
            cast=_seats(character, data.get("company", [])),
            publish=data["publish"],
            caption=data.get("caption", ""),
            idempotency_key=key,
            lane=data["lane"],
            recording=data.get("recording"),
            request_hash=_hash_of(request.data) if key else "",
        )
        return self._read(self.get_queryset().get(pk=clip.pk), status.HTTP_202_ACCEPTED)

    @extend_schema(summary="Remove a clip", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_clip(clip=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Stop a clip that waits or is being made, or its new take",
        request=None,
        responses=ClipRead,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return self._read(services.cancel(clip=self.get_object()))

    @extend_schema(
        summary="Move a clip that waits among mine",
        description="Nobody else's clip moves by it.",
        request=MoveWrite,
        responses=ClipRead,
    )
    @action(detail=True, methods=["post"])
    def move(self, request: Request, key: str) -> Response:  # noqa: ARG002
        to = valid(MoveWrite(data=request.data))["to"]
        return self._read(services.move_clip(clip=self.get_object(), to=to))

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

    @extend_schema(
        summary="Have the captions put into the picture",
        description=(
            "Made once, in the background: ask for the clip again until `captioned` is"
            " set, or `captioned_error` says why it cannot be. Costs no ticket."
        ),
        request=None,
        responses={202: ClipRead},
    )
    @action(detail=True, methods=["post"])
    def captioned(self, request: Request, key: str) -> Response:  # noqa: ARG002
        clip = services.ask_for_captioned(clip=self.get_object())
        return self._read(clip, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Make a clip on a lower rung again, on the full ladder",
        description=(
            "The film stays as it is, under the same links, until the new one is ready"
            " and better. Costs a ticket only if it comes out full."
        ),
        parameters=QUOTA_HEADERS,
        request=None,
        responses={202: ClipRead},
    )
    @action(detail=True, methods=["post"], url_path="render-again")
    def render_again(self, request: Request, key: str) -> Response:  # noqa: ARG002
        clip = self.get_object()
        services.render_again(clip=clip)
        return self._read(self.get_queryset().get(pk=clip.pk), status.HTTP_202_ACCEPTED)

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


def _seats(
    lead: Character, company: Sequence[Character]
) -> dict[str, Character] | None:
    """By seat, the lead first; None: they speak alone."""
    cast = list({one.pk: one for one in (lead, *company)}.values())
    return dict(zip("abc", cast, strict=False)) if len(cast) > 1 else None


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

"""Recordings of one's own voice over HTTP: sent, looked at, heard, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpResponse
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.response import Response

from avatarfx.decoding import SoundError
from avatarfx.models import Recording
from avatarfx.recorded import consent
from avatarfx.recorded.errors import RecordingError
from avatarfx.services import recordings as services
from socialapp.accounts.api import me
from socialapp.lib import blobs
from socialapp.lib.api.parsers import FileParser, StrictJSONParser
from socialapp.lib.api.problems import Problem, refusal
from socialapp.uploads.api.files import UploadKey, sent_file
from socialapp.uploads.models import Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


@refusal(SoundError)
def _unreadable(error: SoundError) -> Problem:
    return Problem(400, "recording_unreadable", str(error), field="recording")


@refusal(RecordingError)
def _recording_refused(error: RecordingError) -> Problem:
    field = "consent" if error.code == "consent" else "recording"
    return Problem(400, f"recording_{error.code}", error.message, field=field)


class RecordingParser(FileParser):
    field = "recording"

    def most(self) -> int:
        most: int = settings.MAX_RECORDING_BYTES
        return most

    def words(self, megabytes: int) -> str:
        return (
            f"This recording is too large; we take up to {megabytes} MB. Save it as MP3,"
            " M4A or Ogg."
        )


class HeardWordRead(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="As it stands in the script.")
    at = serializers.FloatField(help_text="Seconds.")
    until = serializers.FloatField(help_text="Seconds.")
    doubtful = serializers.BooleanField(
        help_text="It hardly sounds like this word: worth listening to again."
    )


class RecordingRead(serializers.ModelSerializer[Recording]):
    words = serializers.SerializerMethodField()
    sound = serializers.SerializerMethodField(help_text="FLAC; for its owner alone.")
    declaration = serializers.SerializerMethodField(help_text="What you agreed to.")

    class Meta:
        model = Recording
        fields = (
            "key",
            "script",
            "seconds",
            "words",
            "sound",
            "declaration",
            "declared",
            "created",
        )

    @extend_schema_field(HeardWordRead(many=True))
    def get_words(self, recording: Recording) -> Any:
        return services.told(recording)["words"]

    @extend_schema_field(OpenApiTypes.STR)
    def get_sound(self, recording: Recording) -> str:
        return f"/api/v1/recordings/{recording.key}/sound/"

    @extend_schema_field(OpenApiTypes.STR)
    def get_declaration(self, recording: Recording) -> str:
        return consent.WORDINGS[recording.wording]


class RecordingsRead(serializers.Serializer[Any]):
    mine = RecordingRead(many=True)
    declaration = serializers.CharField(
        help_text="What `consent` agrees to: show it beside the box that is ticked."
    )
    max_seconds = serializers.IntegerField()
    max_bytes = serializers.IntegerField()


class RecordingWrite(serializers.Serializer[Any]):
    recording = serializers.FileField(
        help_text="MP3, M4A, AAC, WAV, FLAC, Ogg, WebM, AIFF or CAF, without a picture."
    )
    script = serializers.CharField(
        max_length=20_000, trim_whitespace=False, help_text="What is read in it."
    )
    consent = serializers.BooleanField(
        default=False, help_text="To `declaration` of the list; without it: refused."
    )


class RecordingUploadWrite(RecordingWrite):
    recording = None  # type: ignore[assignment]
    upload = UploadKey()


@extend_schema(tags=["clips"])
class RecordingViewSet(viewsets.GenericViewSet[Recording]):
    serializer_class = RecordingRead
    parser_classes = (StrictJSONParser, RecordingParser)
    pagination_class = None
    queryset = Recording.objects.none()
    lookup_field = "key"

    @property
    def throttle_scope(self) -> str | None:
        return "upload" if self.action == "create" else None

    def get_queryset(self) -> QuerySet[Recording]:
        return Recording.objects.of(me(self.request))

    def _mine(self, key: str) -> Recording:
        found = self.get_queryset().filter(key=key).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(
        summary="My recordings",
        responses=forced_singular_serializer(RecordingsRead),  # type: ignore[no-untyped-call]
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        told = {
            "mine": self.get_queryset(),
            "declaration": consent.DECLARATION,
            "max_seconds": settings.MAX_CLIP_SECONDS,
            "max_bytes": settings.MAX_RECORDING_BYTES,
        }
        return Response(RecordingsRead(told).data)

    @extend_schema(
        summary="Send a recording of a script",
        description=(
            "The words of the script are looked for in it; the answer has the time of"
            " each. Then name its key in `recording` of a new clip. Refused with"
            " `recording-silent`, `-quiet`, `-clipped`, `-short`, `-other-text`,"
            " `-missing`, `-extra`, `-unclear`, `-fast`, `-slow`, `-full`, `-consent` and"
            " `-unreadable`. The same"
            " file with the same script is answered with the same recording."
        ),
        request={
            "multipart/form-data": RecordingWrite,
            "application/json": RecordingUploadWrite,
        },
        responses={201: RecordingRead},
    )
    def create(self, request: Request) -> Response:
        recording = sent_file(
            request,
            form=RecordingWrite,
            uploaded=RecordingUploadWrite,
            field="recording",
            kind=Kind.RECORDING,
        )
        with recording as (sent, file):
            made = services.add_recording(
                owner=me(request),
                data=file.data,
                script=sent["script"],
                agreed=sent["consent"],
            )
        return Response(RecordingRead(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="One of mine", responses=RecordingRead)
    def retrieve(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return Response(RecordingRead(self._mine(key)).data)

    @extend_schema(
        summary="Listen to one of mine",
        responses={(200, "audio/flac"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    def sound(self, request: Request, key: str) -> HttpResponse:  # noqa: ARG002
        return sound_answer(self._mine(key))

    @extend_schema(
        summary="Take one of mine back",
        description=(
            "The consent ends: the sound is erased, and clips that speak with it"
            " disappear."
        ),
        responses={204: None},
    )
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.take_back(recording=self._mine(key))
        return Response(status=status.HTTP_204_NO_CONTENT)


def sound_answer(recording: Recording) -> HttpResponse:
    """Its file, which nobody keeps on the way."""
    try:
        data = blobs.get(recording.ref)
    except FileNotFoundError:
        raise Http404 from None
    return HttpResponse(
        data, content_type="audio/flac", headers={"Cache-Control": "private, no-store"}
    )

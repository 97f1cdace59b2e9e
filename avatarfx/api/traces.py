"""How a clip was made, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from avatarfx import traces
from avatarfx.models import Clip
from avatarfx.traces.readers import is_staff
from socialapp.accounts.api import me

if TYPE_CHECKING:
    from rest_framework.request import Request


class TraceStepRead(serializers.Serializer[Any]):
    """One stage of one attempt."""

    name = serializers.CharField()
    engine = serializers.CharField(
        allow_blank=True, help_text="Of the stage sign: who signed."
    )
    at = serializers.FloatField(help_text="Seconds since the attempt began.")
    seconds = serializers.FloatField()
    cpu_seconds = serializers.FloatField()
    note = serializers.CharField(
        allow_blank=True, help_text="Without words of the script and names."
    )
    rung = serializers.CharField(allow_blank=True)
    peak_mb = serializers.FloatField(help_text="0: nobody measured it.")
    ending = serializers.CharField(
        allow_blank=True,
        help_text="fell: the next rung went on; stopped: the attempt ended here.",
    )


class AttemptRead(serializers.Serializer[Any]):
    """One claim of the clip by a worker."""

    fence = serializers.IntegerField(help_text="Rises with each claim.")
    started = serializers.DateTimeField()
    ended = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField(
        allow_blank=True,
        help_text="ready, failed, cancelled, held, lost; empty: it runs.",
    )
    error = serializers.CharField(source="why", allow_blank=True)
    waited = serializers.FloatField(help_text="Seconds in line before it.")
    worker = serializers.SerializerMethodField(
        help_text="Empty for everybody but staff."
    )
    trace = TraceStepRead(many=True, source="steps")

    def get_worker(self, attempt: traces.Attempt) -> str:
        return attempt.worker if self.context["staff"] else ""


class DigestRead(serializers.Serializer[Any]):
    name = serializers.CharField(source="label")
    sha256 = serializers.CharField()


class FilmMeasureRead(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.FloatField(source="number")
    limit = serializers.FloatField(allow_null=True)
    at_least = serializers.BooleanField(help_text="The limit is a floor.")
    good = serializers.BooleanField()


class FilmCarriesRead(serializers.Serializer[Any]):
    """What goes along with the film."""

    signed_by = serializers.CharField(allow_blank=True)
    certificate = serializers.CharField(
        allow_blank=True, help_text="Its serial number."
    )
    source = serializers.CharField(  # type: ignore[assignment]  # Field.source is unused
        allow_blank=True, help_text="IPTC source type."
    )
    ingredient = serializers.CharField(
        allow_blank=True, help_text="Of a remix: the file whose record goes along."
    )
    mark = serializers.CharField(
        allow_blank=True, help_text="The number in the frames, 12 hexadecimal digits."
    )
    fingerprints = serializers.IntegerField(help_text="Seconds of picture on record.")
    sound_words = serializers.IntegerField(
        help_text="Of the sound on record, 31.25 a second."
    )


class ReceiptRead(serializers.Serializer[Any]):
    """What a worker signed about its work."""

    holds = serializers.BooleanField()
    problem = serializers.CharField(allow_blank=True)
    told = serializers.SerializerMethodField(
        help_text="What was signed; worker and key are for staff alone."
    )

    def get_told(self, receipt: traces.Receipt) -> dict[str, Any]:
        return receipt.told if self.context["staff"] else receipt.public


class TraceRead(serializers.Serializer[Any]):
    """How a clip was made. It has no words of its script and nobody's name."""

    clip = serializers.CharField(source="key")
    state = serializers.ChoiceField(choices=Clip.State.choices)
    rung = serializers.CharField(allow_blank=True)
    rung_reason = serializers.CharField(allow_blank=True)
    seed = serializers.IntegerField()
    voice = serializers.CharField(allow_blank=True)
    director = serializers.CharField(allow_blank=True)
    animator = serializers.CharField(allow_blank=True)
    cpu_seconds = serializers.FloatField(help_text="Of all attempts.")
    inputs = DigestRead(many=True)
    outputs = DigestRead(many=True)
    attempts = AttemptRead(many=True)
    fallbacks = serializers.ListField(
        child=serializers.CharField(),
        source="falls",
        help_text="Why a lower rung went on.",
    )
    quality = FilmMeasureRead(many=True, source="measures")
    verdict = serializers.CharField(allow_blank=True)
    carried = FilmCarriesRead(allow_null=True)
    receipt = ReceiptRead(allow_null=True)


class TraceViewSet(viewsets.GenericViewSet[Clip]):
    queryset = Clip.objects.none()
    lookup_field = "key"

    @extend_schema(
        summary="How a clip was made: attempts, engines, numbers, and what it carries",
        description="For its owner, moderators and operators.",
        parameters=[OpenApiParameter("key", str, OpenApiParameter.PATH)],
        responses=TraceRead,
        tags=["clips"],
    )
    def retrieve(self, request: Request, key: str) -> Response:
        clip = traces.clip_for(me(request), key)
        if clip is None:
            raise NotFound
        context = {**self.get_serializer_context(), "staff": is_staff(me(request))}
        return Response(TraceRead(traces.story_of(clip), context=context).data)

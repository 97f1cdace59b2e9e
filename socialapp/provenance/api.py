"""The verifier over HTTP: a file or an address of ours in, an answer out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from socialapp.lib.api.fields import BlobUrl, valid
from socialapp.lib.api.parsers import FileParser, StrictJSONParser
from socialapp.lib.api.problems import Problem, refusal
from socialapp.provenance.models import Mark
from socialapp.provenance.verifier.check import check, stored
from socialapp.provenance.verifier.measured import false_alarms
from socialapp.provenance.verifier.opening import FileRefusedError
from socialapp.provenance.verifier.verdict import LayerState, MadeHere

if TYPE_CHECKING:
    from rest_framework.request import Request

    from socialapp.provenance.verifier.check import Answer

LAYER_STATES = [(state, state) for state in get_args(LayerState)]
LAYER_NAMES = [(name, name) for name in ("record", "watermark", "fingerprint")]


@refusal(FileRefusedError)
def _file_refused(error: FileRefusedError) -> Problem:
    return Problem(400, "file_refused", str(error))


class EvidenceParser(FileParser):
    def most(self) -> int:
        most: int = settings.MAX_VERIFY_BYTES
        return most

    def words(self, megabytes: int) -> str:
        return (
            f"This file is too large; we look at up to {megabytes} MB. Cut it shorter."
        )


class VerifyWrite(serializers.Serializer[Any]):
    """One of the two."""

    file = serializers.FileField(
        required=False,
        help_text="MP4, MOV, WebM, PNG, JPEG, WebP or M4A; 50 MB unless set otherwise.",
    )
    url = serializers.CharField(
        max_length=500,
        required=False,
        help_text="Address or key of a public clip of ours. Nothing else is fetched.",
    )


class PublicRead(serializers.Serializer[Any]):
    title = serializers.CharField()
    by = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    poster = BlobUrl()
    made = serializers.DateTimeField(allow_null=True)


class StepOfChainRead(serializers.Serializer[Any]):
    role = serializers.CharField(help_text="Original, Remix or This clip.")
    clip = PublicRead(source="public", allow_null=True, help_text="Null: not public.")


class LayerRead(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=LAYER_NAMES)
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=LAYER_STATES)
    badge = serializers.CharField()
    words = serializers.CharField()


class FalseAlarmsRead(serializers.Serializer[Any]):
    """How often our watermark was seen where there was none."""

    searches = serializers.IntegerField()
    false_alarms = serializers.IntegerField()
    upper = serializers.FloatField(help_text="Of the rate, with 95 % confidence.")
    chance = serializers.FloatField(help_text="Of a search with one key, computed.")
    conditions = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # Field.source is unused


class AnswerRead(serializers.Serializer[Any]):
    made_here = serializers.ChoiceField(
        source="verdict.made_here",
        choices=[(one, one) for one in get_args(MadeHere)],
        help_text="yes: proven. doubt: our mark on something else. alike: no mark, but"
        " like a clip of ours. no: none of our marks.",
    )
    title = serializers.CharField(source="verdict.title")
    words = serializers.CharField(source="verdict.words")
    confidence = serializers.CharField(source="verdict.confidence", allow_blank=True)
    clip = PublicRead(source="public", allow_null=True, help_text="Null: not public.")
    chain = StepOfChainRead(many=True, help_text="From the original; [] for no remix.")
    changes = serializers.ListField(
        source="verdict.changes", child=serializers.CharField()
    )
    layers = LayerRead(source="verdict.layers", many=True)
    false_alarms = serializers.SerializerMethodField()

    @extend_schema_field(FalseAlarmsRead)
    def get_false_alarms(self, answer: Answer) -> Any:  # noqa: ARG002
        return FalseAlarmsRead(false_alarms()).data


@extend_schema(tags=["provenance"])
class VerifyViewSet(viewsets.GenericViewSet[Mark]):
    serializer_class = VerifyWrite
    permission_classes = (AllowAny,)
    parser_classes = (EvidenceParser, StrictJSONParser)
    throttle_scope = "verify"

    @extend_schema(
        summary="Was this made here?",
        description="No account is needed, and the file is not kept.",
        request={"multipart/form-data": VerifyWrite, "application/json": VerifyWrite},
        responses=AnswerRead,
    )
    def create(self, request: Request) -> Response:
        sent = valid(VerifyWrite(data=request.data))
        if file := sent.get("file"):
            # A body in chunks announced no length.
            if file.size > settings.MAX_VERIFY_BYTES:
                raise EvidenceParser().too_large()
            data = file.read()
        elif sent.get("url"):
            data = stored(sent["url"], host=request.get_host())
        else:
            raise Problem(
                400, "invalid", "Send a file, or the url of a clip.", field="file"
            )
        return Response(AnswerRead(check(data, viewer=request.user)).data)

"""Clips of what was played, over HTTP: what is in one, and to make it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from avatarfx.api.clips import IDEMPOTENCY_KEY, QUOTA_HEADERS, ClipRead, idempotency_key
from avatarfx.api.refusals import quota_headers_of
from avatarfx.models import Clip
from scenes.models import Play
from scenes.services import cuts
from scenes.services.cut_errors import CutError
from scenes.services.reels import MOST_SECONDS, Stretch, Told, stretch_of, tell
from socialapp.accounts.api import me
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from rest_framework.request import Request

_STATUS = {
    "closed": 403, "no-consent": 403, "no-such-range": 400, "no-words": 400,
    "text-odd": 400,
}  # fmt: skip
"""By code; the others are 409: not as things stand."""

BEATS = 1_000_000


@refusal(CutError)
def _not_cut(error: CutError) -> Problem:
    code = error.code.replace("-", "_")
    return Problem(_STATUS.get(error.code, 409), code, error.message)


class ReelLineRead(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="Of the beat in the play.")
    kind = serializers.ChoiceField(choices=["line", "narration"])
    role = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True, help_text="Who says it.")
    text = serializers.CharField()
    seconds = serializers.FloatField(help_text="0 for what is not heard.")
    inside = serializers.BooleanField(help_text="It is in the clip.")
    why = serializers.CharField(
        allow_blank=True, help_text="Why it is not, though it lies in the stretch."
    )


class ReelRead(serializers.Serializer[Any]):
    lines = ReelLineRead(many=True)
    start = serializers.IntegerField(help_text="Number of the first beat.")
    end = serializers.IntegerField(help_text="Of the first one after it.")
    seconds = serializers.FloatField(help_text="Of the clip, about.")
    most = serializers.FloatField(help_text="Seconds of the longest clip.")
    title = serializers.CharField(help_text="What it is called when you say nothing.")
    ending = serializers.CharField(allow_blank=True)
    cast = serializers.ListField(child=serializers.CharField(), help_text="On stage.")
    refusal = serializers.CharField(
        allow_blank=True, help_text="Why it cannot be made; empty: it can."
    )


class SceneClipWrite(serializers.Serializer[Any]):
    start = serializers.IntegerField(
        min_value=0,
        max_value=BEATS,
        required=False,
        allow_null=True,
        help_text="Number of the first beat; left out: as many of the last as fit.",
    )
    end = serializers.IntegerField(
        min_value=0,
        max_value=BEATS,
        required=False,
        allow_null=True,
        help_text="Number of the first beat after it; left out: to the end.",
    )
    title = serializers.CharField(
        max_length=2 * cuts.MAX_TITLE, required=False, allow_blank=True
    )
    caption = serializers.CharField(max_length=500, required=False, allow_blank=True)
    publish = serializers.BooleanField(
        default=False, help_text="Post it to the feed as soon as it is ready."
    )
    idempotency_key = serializers.CharField(
        max_length=80,
        required=False,
        allow_blank=True,
        help_text="Like the header of that name, which counts when both are there.",
    )


@extend_schema(tags=["scenes"])
class PlayClipViewSet(viewsets.GenericViewSet[Play]):
    """``plays/<key>/clip/``"""

    queryset = Play.objects.none()
    serializer_class: Any = ReelRead
    pagination_class = None
    permission_classes: Any = (IsAuthenticated,)

    def get_throttles(self) -> Any:
        if self.action == "create":
            self.throttle_scope = "render"
        return super().get_throttles()

    @extend_schema(
        summary="What a clip of a play would show",
        description="Makes nothing. Seconds are estimates until a line was voiced.",
        parameters=[
            OpenApiParameter("start", int, description="As in POST."),
            OpenApiParameter("end", int, description="As in POST."),
        ],
        responses=ReelRead,
    )
    def retrieve(self, request: Request, key: str) -> Response:
        play, user = self._play(request, key), me(request)
        asked = valid(SceneClipWrite(data=request.query_params))
        told = tell(play=play, person=user)
        refused, stretch = "", None
        try:
            stretch = stretch_of(told, asked.get("start"), asked.get("end"))
            cuts.require_clip(play=play, person=user, told=told, stretch=stretch)
        except CutError as error:
            refused = error.message
        return Response(_previewed(told, stretch, refused, cuts.title_of(told, play)))

    @extend_schema(
        summary="Make a clip of a play",
        description=(
            "Of what was told last, a minute at most, or of a stretch. Costs one of the"
            " day's tickets, which comes back if it fails. Up to three are on stage:"
            " those who spoke last."
        ),
        parameters=[IDEMPOTENCY_KEY, *QUOTA_HEADERS],
        request=SceneClipWrite,
        responses={202: ClipRead},
    )
    def create(self, request: Request, key: str) -> Response:
        play, user = self._play(request, key), me(request)
        data = valid(SceneClipWrite(data=request.data))
        sent = data.pop("idempotency_key", "")
        clip = cuts.cut_clip(
            play=play,
            person=user,
            idempotency_key=idempotency_key(request) or sent,
            **data,
        )
        shown = Clip.objects.of(user).full().get(pk=clip.pk)
        return Response(
            ClipRead(shown, context=self.get_serializer_context()).data,
            status=status.HTTP_202_ACCEPTED,
            headers=quota_headers_of(user),
        )

    def _play(self, request: Request, key: str) -> Play:
        plays = Play.objects.filter(person=me(request), removed__isnull=True)
        full = plays.select_related("scene__owner", "version").defer(
            "version__document", "scene__draft"
        )
        found = full.filter(key=key).first()
        if found is None:
            raise Http404
        return found


def _previewed(
    told: Told, stretch: Stretch | None, refused: str, title: str
) -> dict[str, Any]:
    lines = {one.told.number: one for one in told.lines}
    inside = {one.told.number for one in stretch.lines} if stretch else set()
    dropped = stretch.dropped if stretch else {}
    names = {role: one.name for role, one in told.company.cast.items()}
    shown = []
    for beat in told.beats:
        if beat.kind not in {"line", "narration"}:
            continue
        line = lines.get(beat.number)
        label = told.machine.scene.roles[beat.role].label.main if beat.role else ""
        shown.append(
            {
                "number": beat.number,
                "kind": beat.kind,
                "role": beat.role,
                "name": names.get(beat.role, label),
                "text": beat.text,
                "seconds": round(line.seconds, 2) if line else 0.0,
                "inside": beat.number in inside,
                "why": dropped.get(beat.number, ""),
            }
        )
    return {
        "lines": shown,
        "start": stretch.start if stretch else 0,
        "end": stretch.end if stretch else told.count,
        "seconds": round(stretch.seconds, 2) if stretch else 0.0,
        "most": MOST_SECONDS,
        "title": title,
        "ending": told.ending,
        "cast": [names[role] for role in stretch.seats] if stretch else [],
        "refusal": refused,
    }

"""What comes of a show, over HTTP: its timeline, clips cut out of it, reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from avatarfx.api.clips import IDEMPOTENCY_KEY, QUOTA_HEADERS, ClipRead, idempotency_key
from avatarfx.api.refusals import quota_headers_of
from avatarfx.models import Clip
from socialapp.accounts.api import me
from socialapp.lib.api.fields import valid
from streams import selectors, services
from streams.api import refusals  # noqa: F401  registers them
from streams.models import Stream
from streams.services import cuts, replays
from streams.services.replays import MOST_SEGMENTS

if TYPE_CHECKING:
    from rest_framework.request import Request


class SegmentRead(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Its number.")
    seat = serializers.CharField(help_text="Who speaks.")
    at = serializers.FloatField(help_text="Seconds of the stream's clock.")
    seconds = serializers.FloatField(help_text="As far as it was played.")
    text = serializers.CharField(allow_blank=True)


class ReplayRead(serializers.Serializer[Any]):
    seconds = serializers.FloatField(help_text="That there are so far.")
    state = serializers.ChoiceField(choices=Stream.State.choices)
    segments = SegmentRead(many=True)
    next = serializers.FloatField(
        allow_null=True, help_text="Ask again with this `since`; null: that was all."
    )
    least = serializers.FloatField(help_text="Seconds of the shortest clip.")
    most = serializers.FloatField(help_text="Seconds of the longest clip.")
    refusal = serializers.CharField(
        allow_blank=True,
        help_text="Why you may cut nothing out of it; empty: you may.",
    )


class ClipCutWrite(serializers.Serializer[Any]):
    start = serializers.FloatField(
        min_value=0, help_text="Seconds of the stream's clock."
    )
    end = serializers.FloatField(
        min_value=0,
        help_text=f"{cuts.LEAST_SECONDS:.0f} to {cuts.MOST_SECONDS:.0f} s later.",
    )
    title = serializers.CharField(
        max_length=2 * cuts.MAX_TITLE,
        required=False,
        allow_blank=True,
        help_text="Left out: the show's own.",
    )
    caption = serializers.CharField(max_length=500, required=False, allow_blank=True)
    publish = serializers.BooleanField(
        default=False, help_text="Post it to the feed as soon as it is ready."
    )


class ReminderRead(serializers.Serializer[Any]):
    reminded = serializers.BooleanField()


class _OfStream(viewsets.GenericViewSet[Stream]):
    queryset = Stream.objects.none()
    pagination_class = None
    permission_classes: Any = (IsAuthenticatedOrReadOnly,)

    def seen(self, key: str) -> Stream:
        try:
            return selectors.stream_for(viewer=self.request.user, key=key)
        except Stream.DoesNotExist:
            raise Http404 from None


@extend_schema(tags=["streams"])
class ReplayViewSet(_OfStream):
    serializer_class = ReplayRead

    @extend_schema(
        summary="Who said what when, for timelines",
        description=(
            "What is performed is in `events`; this is read quickly. While the stream"
            " is live it ends now."
        ),
        parameters=[
            OpenApiParameter(
                "since", float, description="Lines that end later; 0 when left out."
            )
        ],
        responses=ReplayRead,
    )
    def retrieve(self, request: Request, key: str) -> Response:
        stream = self.seen(key)
        since = _seconds(request.query_params.get("since", "0"))
        found = replays.segments_of(stream, since=since)
        more = len(found) == MOST_SEGMENTS
        told = {
            "seconds": replays.extent_of(stream).seconds,
            "state": stream.state,
            "segments": found,
            "next": found[-1].at + found[-1].seconds if more else None,
            "least": cuts.LEAST_SECONDS,
            "most": cuts.MOST_SECONDS,
            "refusal": _refusal(request, stream),
        }
        return Response(ReplayRead(told).data)


@extend_schema(tags=["streams"])
class CutViewSet(_OfStream):
    serializer_class: Any = ClipRead
    throttle_scope = "render"

    @extend_schema(
        summary="Cut a clip out of a show",
        description=(
            "Costs one of the day's tickets, which comes back if it fails. Whoever owns"
            " a character on stage has agreed, or it is refused and says who has not;"
            " the host may cut their own shows."
        ),
        parameters=[IDEMPOTENCY_KEY, *QUOTA_HEADERS],
        request=ClipCutWrite,
        responses={202: ClipRead},
    )
    def create(self, request: Request, key: str) -> Response:
        stream = self.seen(key)
        user = me(request)
        sent = idempotency_key(request)
        data = valid(ClipCutWrite(data=request.data))
        clip = services.cut_clip(
            stream=stream, person=user, idempotency_key=sent, **data
        )
        shown = Clip.objects.of(user).full().get(pk=clip.pk)
        return Response(
            ClipRead(shown, context=self.get_serializer_context()).data,
            status=status.HTTP_202_ACCEPTED,
            headers=quota_headers_of(user),
        )


@extend_schema(tags=["streams"])
class ReminderViewSet(_OfStream):
    serializer_class = ReminderRead

    def _told(self, request: Request, stream: Stream) -> Response:
        reminded = selectors.is_reminded(stream=stream, viewer=request.user)
        return Response({"reminded": reminded})

    @extend_schema(summary="Whether I am told when it begins", responses=ReminderRead)
    def retrieve(self, request: Request, key: str) -> Response:
        return self._told(request, self.seen(key))

    @extend_schema(
        summary="Tell me when it begins; again changes nothing",
        request=None,
        responses=ReminderRead,
    )
    def update(self, request: Request, key: str) -> Response:
        stream = self.seen(key)
        services.remind(stream=stream, person=me(request))
        return self._told(request, stream)

    @extend_schema(summary="Do not tell me", responses=ReminderRead)
    def destroy(self, request: Request, key: str) -> Response:
        stream = self.seen(key)
        services.forget_reminder(stream=stream, person=me(request))
        return self._told(request, stream)


def _refusal(request: Request, stream: Stream) -> str:
    if not request.user.is_authenticated:
        return "Sign in to cut a clip."
    try:
        services.may_cut(stream=stream, person=request.user)
    except services.StreamError as error:
        return error.message
    return ""


def _seconds(text: str) -> float:
    try:
        since = float(text)
    except ValueError:
        since = -1.0
    if not 0.0 <= since < 1e9:  # drops NaN too
        raise serializers.ValidationError({"since": ["Use a number of seconds."]})
    return since

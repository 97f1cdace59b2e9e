"""A clip while it is made, for whoever asked for it: a playlist and its segments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, viewsets

from avatarfx.models import Clip
from avatarfx.progressive import files, state
from socialapp.accounts.api import me
from socialapp.lib import withheld
from socialapp.lib.api.problems import Problem
from socialapp.performance.captions import to_webvtt

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

PLAYLIST = "application/vnd.apple.mpegurl"

KEY = OpenApiParameter("key", str, OpenApiParameter.PATH)
RUN = OpenApiParameter(
    "run",
    str,
    OpenApiParameter.PATH,
    description="As `progress.live.run` has it; another one is over.",
)


class LiveRead(serializers.Serializer[Any]):
    """What can be watched of a clip that is being made; see docs/progressive.md."""

    run = serializers.CharField(
        help_text="Changes when an attempt starts anew: go on with the same second."
    )
    mime = serializers.CharField(help_text="Type and codecs, for Media Source.")
    playlist = serializers.CharField(help_text="HLS with fMP4 segments.")
    init = serializers.CharField()
    segments = serializers.CharField(help_text="Followed by `<number>.m4s`, from 0.")
    captions = serializers.CharField(help_text="WebVTT.")
    count = serializers.IntegerField(help_text="Segments that can be had.")
    whole = serializers.BooleanField(help_text="The last one is among them.")
    ready = serializers.FloatField(help_text="Seconds in them.")
    total = serializers.FloatField(
        help_text="Seconds of the whole; about, until all of it is spoken."
    )
    starts_in = serializers.FloatField(
        help_text="Seconds to wait, so that playing does not stop again."
    )


def _answer(kind: str, description: str) -> dict[tuple[int, str], OpenApiResponse]:
    return {(200, kind): OpenApiResponse(OpenApiTypes.BINARY, description=description)}


class LiveViewSet(viewsets.GenericViewSet[Clip]):
    """Owners and moderators; nobody keeps a copy on the way."""

    queryset = Clip.objects.none()
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[Clip]:
        person = me(self.request)
        if person.has_perm(withheld.PERMISSION):
            return Clip.objects.all()
        return Clip.objects.of(person)

    @extend_schema(
        tags=["clips"],
        summary="Playlist of a clip that is being made",
        parameters=[KEY, RUN],
        responses=_answer(PLAYLIST, "HLS, RFC 8216."),
    )
    def playlist(self, request: Request, key: str, run: str) -> HttpResponse:  # noqa: ARG002
        clip, live = self._watched(run)
        over = live.whole or clip.finished_for_good
        return _kept_by_nobody(state.playlist(live, over=over).encode(), PLAYLIST)

    @extend_schema(
        tags=["clips"],
        summary="Header of its segments",
        parameters=[KEY, RUN],
        responses=_answer("video/mp4", "Goes before the first segment."),
    )
    def init(self, request: Request, key: str, run: str) -> HttpResponse:  # noqa: ARG002
        clip, live = self._watched(run)
        return _stored(clip, live, files.INIT)

    @extend_schema(
        tags=["clips"],
        summary="One segment of it",
        parameters=[KEY, RUN],
        responses=_answer("video/mp4", "A segment of fragmented MP4."),
    )
    def segment(
        self,
        request: Request,  # noqa: ARG002
        key: str,  # noqa: ARG002
        run: str,
        number: int,
    ) -> HttpResponse:
        clip, live = self._watched(run)
        if number >= live.count:
            raise Problem(404, "not_yet", "This part is not made yet. Ask again.")
        return _stored(clip, live, files.segment(number))

    @extend_schema(
        tags=["clips"],
        summary="Its captions, as far as they are known",
        parameters=[KEY, RUN],
        responses=_answer("text/vtt", "WebVTT."),
    )
    def captions(self, request: Request, key: str, run: str) -> HttpResponse:  # noqa: ARG002
        clip, live = self._watched(run)
        performance = clip.as_performance()
        names = dict(clip.actors.values_list("seat", "character__name"))
        text = to_webvtt(performance, names) if performance else live.captions
        return _kept_by_nobody(text.encode(), "text/vtt; charset=utf-8")

    def _watched(self, run: str) -> tuple[Clip, state.Live]:
        clip = self.get_object()
        live = state.live_of(clip)
        match = re.fullmatch(r"(\d{1,9})-(\d{1,9})", run)
        if live is None or match is None or int(match[1]) != clip.fence:
            raise Problem(404, "over", "There is nothing to watch of this clip now.")
        if int(match[2]) != live.run:
            raise Problem(404, "over", "It was begun anew: read the clip again.")
        return clip, live


def _stored(clip: Clip, live: state.Live, file: str) -> HttpResponse:
    try:
        data = files.read(state.attempt_of(clip), live.run, file)
    except OSError:
        raise Problem(404, "over", "This part of the clip is gone.") from None
    return _kept_by_nobody(data, "video/mp4")


def _kept_by_nobody(data: bytes, kind: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=kind, headers={"Cache-Control": "private, no-store"}
    )

"""Casting and playing over HTTP. Browsers play by themselves; saves are kept here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from scenes.api.play_shapes import (
    CarriedRead,
    CastingRead,
    ImprovRead,
    ImprovWrite,
    PlayRead,
    PlayRowRead,
    PlayWrite,
    SavedRead,
    SaveWrite,
    SlotWrite,
    casting_read,
    play_read,
    rows_read,
)
from scenes.models import Play, Scene
from scenes.selectors import plays as selectors
from scenes.selectors.casting import casting_for
from scenes.services import improv
from scenes.services import plays as services
from scenes.services.play_errors import PlayingError
from socialapp.accounts.api import me
from socialapp.accounts.requests import address_of
from socialapp.lib.api.fields import valid
from socialapp.lib.api.pages import Pages
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

_STATUS = {
    "closed": 403, "cast": 400, "seed": 400, "language": 400, "name": 400,
    "unreadable": 400, "seconds": 400, "no-choice": 400, "nobody": 404,
    "barred": 403, "not-host": 403, "deleted": 410, "text": 400, "too-much": 429,
}  # fmt: skip
"""By code; the others are 409: not as things stand."""


@refusal(PlayingError)
def _refused(error: PlayingError) -> Problem:
    return Problem(
        _STATUS.get(error.code, 409),
        error.code.replace("-", "_"),
        error.message,
        field=error.field,
        extra=error.extra,
    )


class PlayPages(Pages):
    ordering = ("-changed", "-pk")


def scene_on_stage(request: Request, key: str) -> Scene:
    """One that whoever asks may see and that can be played; 404 for all others."""
    scenes = Scene.objects.visible_to(request.user).full()
    scene = scenes.filter(key=key, version__isnull=False).first()
    if scene is None:
        raise Http404
    return scene


@extend_schema(tags=["scenes"])
class CastingViewSet(viewsets.GenericViewSet[Scene]):
    serializer_class = CastingRead
    permission_classes = (AllowAny,)
    queryset = Scene.objects.none()
    pagination_class = None

    @extend_schema(
        summary="Who may play which role of a scene",
        description="One's own characters, the starter cast, and those of others who"
        " lend them. Without an account: the starter cast.",
        parameters=[
            OpenApiParameter("q", str, description="Others' characters by name."),
            OpenApiParameter("language", str, description="Of labels and advice."),
        ],
        responses=CastingRead,
    )
    def retrieve(self, request: Request, key: str) -> Response:
        scene = scene_on_stage(request, key)
        assert scene.version is not None  # noqa: S101  narrows for mypy
        asked = request.query_params
        search = asked.get("q", "")[:50].replace("\x00", "")
        roles = casting_for(scene.version, request.user, search=search)
        return Response(casting_read(roles, asked.get("language", "")))


@extend_schema(tags=["scenes"])
class ScenePlaysViewSet(viewsets.GenericViewSet[Play]):
    serializer_class = PlayRead
    queryset = Play.objects.none()
    pagination_class = None

    @extend_schema(
        summary="Begin to play a scene",
        request=PlayWrite,
        responses={201: PlayRead},
    )
    def create(self, request: Request, key: str) -> Response:
        scene = scene_on_stage(request, key)
        data = valid(PlayWrite(data=request.data))
        play = services.begin_play(person=me(request), scene=scene, **data)
        return told(request, play, status.HTTP_201_CREATED)


@extend_schema(tags=["scenes"])
class PlayViewSet(viewsets.GenericViewSet[Play]):
    serializer_class = PlayRead
    queryset = Play.objects.none()
    pagination_class = PlayPages
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"
    throttle_scope: str | None = None

    def get_queryset(self) -> QuerySet[Play]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return selectors.plays_of(me(self.request))

    def mine(self, key: str) -> Play:
        try:
            return selectors.play_for(person=me(self.request), key=key)
        except Play.DoesNotExist:
            raise Http404 from None

    @extend_schema(
        summary="My plays and kept copies, the latest first",
        parameters=[
            OpenApiParameter("scene", str, description="Of this scene alone: its key.")
        ],
        responses=PlayRowRead(many=True),
    )
    def list(self, request: Request) -> Response:
        found = self.get_queryset().defer("snapshot")
        if scene := request.query_params.get("scene"):
            found = found.filter(scene__key=scene.replace("\x00", ""))
        page = self.paginate_queryset(found)
        return self.get_paginated_response(rows_read(page or [], request.user))

    @extend_schema(summary="One play with its log", responses=PlayRead)
    def retrieve(self, request: Request, key: str) -> Response:
        return told(request, self.mine(key))

    @extend_schema(
        summary="Save a play",
        description="The log is played again here, and refused when it does not lead"
        " where the snapshot says. 409 `conflict` has `rev` and `snapshot` of what was"
        " saved elsewhere meanwhile. A rewind is a shorter log.",
        request=SaveWrite,
        responses=SavedRead,
    )
    def update(self, request: Request, key: str) -> Response:
        play = self.mine(key)
        data = valid(SaveWrite(data=request.data))
        saved = services.save_play(play=play, **data)
        return Response(SavedRead({"rev": saved.rev}).data)

    @extend_schema(summary="Delete a play", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_play(play=self.mine(key))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Keep a copy of where a play stands",
        request=SlotWrite,
        responses={201: PlayRead},
    )
    @action(detail=True, methods=["post"])
    def slots(self, request: Request, key: str) -> Response:
        data = valid(SlotWrite(data=request.data))
        copy = services.keep_copy(play=self.mine(key), **data)
        return told(request, copy, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Go on from a kept copy, as a play of its own",
        request=None,
        responses={201: PlayRead},
    )
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, key: str) -> Response:
        made = services.resume_copy(play=self.mine(key))
        return told(request, made, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Begin anew with the same cast",
        request=None,
        responses={201: PlayRead},
    )
    @action(detail=True, methods=["post"])
    def again(self, request: Request, key: str) -> Response:
        made = services.play_again(play=self.mine(key))
        return told(request, made, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Take a play over to the newest version, as far as it fits",
        request=None,
        responses={201: CarriedRead},
    )
    @action(detail=True, methods=["post"])
    def carry(self, request: Request, key: str) -> Response:
        made, kept, of = services.carry_over(play=self.mine(key))
        read = play_read(_full(made), request.user)
        return Response(
            {"play": read, "kept": kept, "of": of}, status=status.HTTP_201_CREATED
        )

    @extend_schema(
        summary="Talk in an improvised beat",
        description="The play stands there as it was saved. What the player says and"
        " what comes back are screened. Without an engine, for people under 18 and"
        " after the last turn it is the author's fallback, and `done`.",
        request=ImprovWrite,
        responses=ImprovRead,
    )
    @action(detail=True, methods=["post"], throttle_scope="chat")
    def improv(self, request: Request, key: str) -> Response:
        data = valid(ImprovWrite(data=request.data))
        said = improv.improvise(
            play=self.mine(key), address=address_of(request), **data
        )
        return Response(ImprovRead(said).data)


def told(request: Request, play: Play, code: int = status.HTTP_200_OK) -> Response:
    return Response(play_read(_full(play), request.user), status=code)


def _full(play: Play) -> Play:
    """With all that is told of it."""
    return selectors.full(Play.objects.filter(pk=play.pk)).get()

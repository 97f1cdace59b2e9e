"""Scenes over HTTP: found, written, checked, published, remixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import (
    AllowAny,
    IsAuthenticated,
    IsAuthenticatedOrReadOnly,
)
from rest_framework.response import Response

from scenes import selectors, services
from scenes.api import refusals
from scenes.api.parsers import DocumentParser
from scenes.api.shapes import (
    SceneCheckRead,
    SceneCheckWrite,
    SceneDetailRead,
    SceneDraftRead,
    SceneDraftWrite,
    SceneEdit,
    SceneLookRead,
    SceneLookWrite,
    ScenePublishWrite,
    SceneRead,
    SceneSavedRead,
    SceneVersionRead,
    SceneWrite,
)
from scenes.machine.model import RATINGS
from scenes.models import Scene
from socialapp.accounts.api import me
from socialapp.accounts.requests import address_of
from socialapp.lib.api.fields import valid
from socialapp.lib.api.pages import Pages
from socialapp.lib.api.problems import Problem

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

    from scenes.models import SceneVersion
    from scenes.services import Checked

SORTS = {"newest": ("-published", "-pk"), "played": ("-played", "-pk")}
MINE = ("-draft_changed", "-pk")


class ScenePages(Pages):
    def get_ordering(
        self,
        request: Request,
        queryset: Any,  # noqa: ARG002 - DRF's signature
        view: APIView,  # noqa: ARG002
    ) -> tuple[str, ...]:
        if _flag(request, "mine"):
            return MINE
        return SORTS[_one_of(request, "sort", tuple(SORTS)) or "newest"]


@extend_schema(tags=["scenes"])
class SceneViewSet(viewsets.GenericViewSet[Scene]):
    serializer_class: Any = SceneRead
    queryset = Scene.objects.none()
    pagination_class = ScenePages
    parser_classes = (DocumentParser,)
    permission_classes: Any = (IsAuthenticatedOrReadOnly,)
    throttle_scope: str | None = None
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    def _seen(self, key: str) -> Scene:
        try:
            return selectors.scene_for(viewer=self.request.user, key=key)
        except Scene.DoesNotExist:
            raise Http404 from None

    def _mine(self, key: str) -> Scene:
        """Strangers' scenes that one may see are refused; others do not exist."""
        scene = self._seen(key)
        if scene.owner_id != me(self.request).pk:
            raise Problem(403, "permission_denied", "This scene is not yours to write.")
        return scene

    def _read(self, key: str, status_code: int = status.HTTP_200_OK) -> Response:
        context = self.get_serializer_context()
        data = SceneDetailRead(self._seen(key), context=context).data
        return Response(data, status=status_code)

    # Finding --------------------------------------------------------------------

    @extend_schema(
        summary="Scenes that anybody may play, or mine",
        parameters=[
            OpenApiParameter(
                "q", str, description="Words of the title, logline or author's handle."
            ),
            OpenApiParameter("tag", str, description="Without #."),
            OpenApiParameter("rating", enum=RATINGS),
            OpenApiParameter("language", str, description="A tag such as en or pt-BR."),
            OpenApiParameter("genre", str),
            OpenApiParameter(
                "mine",
                bool,
                description="Those that I wrote, drafts too, the last one saved first.",
            ),
            OpenApiParameter(
                "sort", enum=list(SORTS), description="Newest when left out."
            ),
        ],
        responses=SceneRead(many=True),
    )
    def list(self, request: Request) -> Response:
        mine = _flag(request, "mine")
        if mine and not request.user.is_authenticated:
            raise NotAuthenticated
        query = request.query_params
        wanted = selectors.Wanted(
            q=query.get("q", ""),
            tag=query.get("tag", ""),
            rating=_one_of(request, "rating", RATINGS),
            language=query.get("language", ""),
            genre=query.get("genre", ""),
            mine=mine,
        )
        page = self.paginate_queryset(selectors.scenes_for(request.user, wanted)) or []
        context = self.get_serializer_context()
        data = SceneRead(page, many=True, context=context).data
        return self.get_paginated_response(data)

    @extend_schema(summary="One scene", responses=SceneDetailRead)
    def retrieve(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return self._read(key)

    @extend_schema(
        summary="All versions, the newest first",
        description="Others see those that were approved.",
        responses=SceneVersionRead(many=True),
    )
    @action(detail=True, pagination_class=None)
    def versions(self, request: Request, key: str) -> Response:
        scene = self._seen(key)
        found = selectors.versions_for(scene=scene, viewer=request.user)
        context = {"scene": scene}
        data = SceneVersionRead(
            found.defer("document"), many=True, context=context
        ).data
        return Response(data)

    # Writing --------------------------------------------------------------------

    @extend_schema(
        summary="Begin a scene",
        request=SceneWrite,
        responses={201: SceneDetailRead},
    )
    def create(self, request: Request) -> Response:
        data = valid(SceneWrite(data=request.data))
        scene = services.create_scene(owner=me(request), **data)
        return self._read(scene.key, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change who may play or remix a scene, and its tags",
        request=SceneEdit,
        responses=SceneDetailRead,
    )
    def partial_update(self, request: Request, key: str) -> Response:
        scene = self._mine(key)
        services.change_scene(scene=scene, **valid(SceneEdit(data=request.data)))
        return self._read(key)

    @extend_schema(
        summary="Remove a scene",
        description="Whoever plays it may go on; nobody begins it any more.",
        responses={204: None},
    )
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_scene(scene=self._mine(key))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="The draft, as it was saved last",
        responses=SceneDraftRead,
        methods=["GET"],
    )
    @extend_schema(
        summary="Save the draft",
        description=(
            "Name the `rev` that you changed. When somebody saved meanwhile, nothing is"
            " overwritten: 409 `conflict` has the `rev` and `document` that are there."
        ),
        request=SceneDraftWrite,
        responses=SceneSavedRead,
        methods=["PUT"],
    )
    @action(
        detail=True,
        methods=["get", "put"],
        pagination_class=None,
        permission_classes=[IsAuthenticated],
        throttle_scope="scene",
    )
    def draft(self, request: Request, key: str) -> Response:
        scene = self._mine(key)
        if request.method == "PUT":
            data = valid(SceneDraftWrite(data=request.data))
            scene = services.save_draft(scene=scene, **data)
            told = {"rev": scene.draft_rev, "saved": scene.draft_changed}
            return Response(SceneSavedRead(told).data)
        return Response(SceneDraftRead(selectors.draft_of(scene)).data)

    @extend_schema(
        summary="What is wrong with a document, before it is saved or published",
        description=(
            "Answers within about a second; texts for which there was no time are"
            " screened by the next check, and a finding says so."
        ),
        request=SceneCheckWrite,
        responses=SceneCheckRead,
    )
    @action(detail=True, methods=["post"], throttle_scope="scene")
    def check(self, request: Request, key: str) -> Response:
        self._mine(key)
        document = valid(SceneCheckWrite(data=request.data))["document"]
        checked = services.check_document(document=document, owner=me(request))
        return Response(SceneCheckRead(_told(checked)).data)

    @extend_schema(
        summary="Publish the draft as the next version",
        description=(
            "409 `not-publishable` has the `findings`. A version that waits for a look"
            " goes on stage when it is approved; until then the one before it stays."
            " Publishing what is published changes nothing."
        ),
        request=ScenePublishWrite,
        responses={201: SceneVersionRead},
        methods=["POST"],
    )
    @extend_schema(
        summary="Take the scene off the stage",
        description="Nobody begins it any more; its versions and plays are kept.",
        responses={204: None},
        methods=["DELETE"],
    )
    @action(detail=True, methods=["post", "delete"], throttle_scope="scene")
    def publish(self, request: Request, key: str) -> Response:
        scene = self._mine(key)
        if request.method == "DELETE":
            services.take_off_stage(scene=scene)
            return Response(status=status.HTTP_204_NO_CONTENT)
        data = valid(ScenePublishWrite(data=request.data))
        version = services.publish(scene=scene, address=address_of(request), **data)
        told = SceneVersionRead(version, context={"scene": scene}).data
        return Response(told, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Ask a person to look at what screening refuses in the draft",
        description=(
            "What they let through goes through from then on, word for word. They are"
            " heard of under your decisions."
        ),
        request=SceneLookWrite,
        responses={201: SceneLookRead},
    )
    @action(detail=True, methods=["post"], throttle_scope="report")
    def review(self, request: Request, key: str) -> Response:
        scene = self._mine(key)
        rev = valid(SceneLookWrite(data=request.data))["rev"]
        told = {"asked": services.ask_for_look(scene=scene, rev=rev)}
        return Response(SceneLookRead(told).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Begin a scene of my own with this one",
        description="It is a draft of mine, and says what it was begun with.",
        request=None,
        responses={201: SceneDetailRead},
    )
    @action(detail=True, methods=["post"])
    def remix(self, request: Request, key: str) -> Response:
        scene = services.remix_scene(scene=self._seen(key), person=me(request))
        return self._read(scene.key, status.HTTP_201_CREATED)


@extend_schema(tags=["scenes"])
class SceneVersionViewSet(viewsets.GenericViewSet[Scene]):
    serializer_class: Any = SceneVersionRead
    queryset = Scene.objects.none()
    pagination_class = None
    permission_classes: Any = (AllowAny,)

    def _seen(self, key: str, number: int) -> SceneVersion:
        found = selectors.version_for(viewer=self.request.user, key=key, number=number)
        if found is None:
            raise Http404
        return found

    @extend_schema(summary="One version", responses=SceneVersionRead)
    def retrieve(self, request: Request, key: str, number: int) -> Response:  # noqa: ARG002
        version = self._seen(key, number)
        return Response(
            SceneVersionRead(version, context={"scene": version.scene}).data
        )

    @extend_schema(
        summary="The JSON of a version",
        description=(
            "Canonical, as docs/scenes.md says, and never changed: its ETag is its"
            " digest. Whoever plays it may read it for as long as they do."
        ),
        responses={(200, "application/json"): OpenApiTypes.OBJECT, 304: None},
    )
    def document(self, request: Request, key: str, number: int) -> HttpResponse:
        version = self._seen(key, number)
        etag = f'"sha256:{version.digest}"'
        answer = HttpResponse(version.document, content_type="application/json")
        answer["ETag"] = etag
        # It may be taken down, so each time is asked for anew.
        answer["Cache-Control"] = "private, no-cache"
        found = get_conditional_response(request._request, etag=etag, response=answer)
        return found if found is not None else answer


def _told(checked: Checked) -> dict[str, Any]:
    return {
        "publishable": checked.publishable,
        "findings": [refusals.finding_of(one) for one in checked.findings],
        "estimate": checked.estimate,
        "endings": checked.endings,
    }


def _flag(request: Request, name: str) -> bool:
    value = request.query_params.get(name, "")
    if value.lower() not in {"", "0", "1", "false", "true"}:
        raise serializers.ValidationError({name: ["Use true or false."]})
    return value.lower() in {"1", "true"}


def _one_of(request: Request, name: str, values: tuple[str, ...]) -> str:
    value: str = request.query_params.get(name, "")
    if value and value not in values:
        raise serializers.ValidationError({name: [f"Use one of {', '.join(values)}."]})
    return value

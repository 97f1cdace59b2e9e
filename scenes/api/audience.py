"""What people do around a scene, over HTTP: likes, stars, comments, and its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from scenes.models import Scene, SceneComment
from scenes.models.audience import MAX_COMMENT, STARS
from scenes.selectors.showing import comment_for, mine_of, scene_for
from scenes.selectors.statistics import FEW, FEWEST, statistics_of
from scenes.services import audience as services
from socialapp.accounts.api import PersonRead, me
from socialapp.accounts.requests import address_of
from socialapp.chat.api import refusals  # noqa: F401  registers those of spam
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from scenes.models import SceneVersion

_STATUS = {
    "adults": 403, "rests": 403, "own-scene": 403, "not-yours": 403, "refused": 422,
}  # fmt: skip
"""By code; the others are 400."""


@refusal(services.AudienceError)
def _refused(error: services.AudienceError) -> Problem:
    return Problem(
        _STATUS.get(error.code, 400),
        error.code.replace("-", "_"),
        error.message,
        field=error.field,
    )


# Shapes -----------------------------------------------------------------------


class SceneLikeRead(serializers.Serializer[Any]):
    liked = serializers.BooleanField(help_text="By me.")
    likes = serializers.IntegerField()


class SceneRatingWrite(serializers.Serializer[Any]):
    stars = serializers.IntegerField(min_value=STARS[0], max_value=STARS[-1])


class SceneRatingRead(serializers.Serializer[Any]):
    mine = serializers.IntegerField(allow_null=True, help_text="My stars.")
    average = serializers.FloatField(allow_null=True, help_text="1 to 5.")
    ratings = serializers.IntegerField()


class SceneCommentWrite(serializers.Serializer[Any]):
    text = serializers.CharField(
        max_length=2 * MAX_COMMENT, help_text=f"Up to {MAX_COMMENT} characters."
    )


class SceneCommentRead(serializers.ModelSerializer[SceneComment]):
    person = PersonRead(read_only=True)
    waits = serializers.SerializerMethodField(
        help_text="Somebody looks at it first; until then only its writer sees it."
    )

    class Meta:
        model = SceneComment
        fields = ("key", "person", "text", "waits", "created")

    def get_waits(self, comment: SceneComment) -> bool:
        return not comment.counts


class CrowdRead(serializers.Serializer[Any]):
    people = serializers.IntegerField(
        allow_null=True, help_text=f"Each once; null: fewer than {FEWEST}."
    )
    told = serializers.CharField(help_text=f"The same in words: “{FEW}”.")
    share = serializers.IntegerField(
        allow_null=True,
        help_text="Percent; null unless every number of its group is told.",
    )


class EndingReachedRead(serializers.Serializer[Any]):
    state = serializers.CharField()
    title = serializers.CharField()
    crowd = CrowdRead()


class ChoiceTakenRead(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField()
    crowd = CrowdRead()


class CrossingRead(serializers.Serializer[Any]):
    state = serializers.CharField()
    title = serializers.CharField(help_text="The author's own, else the state's id.")
    choices = ChoiceTakenRead(many=True)


class SceneStatisticsRead(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="Whose choices and endings these are.")
    plays = serializers.IntegerField(
        help_text="People who took a choice, each once, in any version."
    )
    finishes = CrowdRead(help_text="Of these, who came to an ending.")
    endings = EndingReachedRead(many=True)
    crossings = CrossingRead(many=True, help_text="States with choices.")


# Views ------------------------------------------------------------------------


class _OfScene(viewsets.GenericViewSet[Scene]):
    queryset = Scene.objects.none()
    pagination_class: Any = None
    permission_classes: Any = (IsAuthenticated,)

    def seen(self, key: str) -> Scene:
        try:
            return scene_for(viewer=self.request.user, key=key)
        except Scene.DoesNotExist:
            raise Http404 from None


@extend_schema(tags=["scenes"])
class SceneLikeViewSet(_OfScene):
    serializer_class = SceneLikeRead

    @extend_schema(
        summary="Like a scene; again changes nothing",
        request=None,
        responses=SceneLikeRead,
    )
    def update(self, request: Request, key: str) -> Response:
        likes = services.like_scene(scene=self.seen(key), person=me(request))
        return Response({"liked": True, "likes": likes})

    @extend_schema(summary="Take my like back", responses=SceneLikeRead)
    def destroy(self, request: Request, key: str) -> Response:
        likes = services.unlike_scene(scene=self.seen(key), person=me(request))
        return Response({"liked": False, "likes": likes})


@extend_schema(tags=["scenes"])
class SceneRatingViewSet(_OfScene):
    serializer_class = SceneRatingRead

    def _told(self, request: Request, scene: Scene) -> Response:
        stat = services.stat_of(scene=scene)
        told = {
            "mine": mine_of(scene, request.user).stars or None,
            "average": stat.average,
            "ratings": stat.ratings,
        }
        return Response(SceneRatingRead(told).data)

    @extend_schema(
        summary="Give a scene one to five stars; again changes them",
        request=SceneRatingWrite,
        responses=SceneRatingRead,
    )
    def update(self, request: Request, key: str) -> Response:
        scene = self.seen(key)
        stars = valid(SceneRatingWrite(data=request.data))["stars"]
        services.rate_scene(scene=scene, person=me(request), stars=stars)
        return self._told(request, scene)

    @extend_schema(summary="Take my stars back", responses=SceneRatingRead)
    def destroy(self, request: Request, key: str) -> Response:
        scene = self.seen(key)
        services.unrate_scene(scene=scene, person=me(request))
        return self._told(request, scene)


@extend_schema(tags=["scenes"])
class SceneCommentsViewSet(viewsets.GenericViewSet[SceneComment]):
    """Under one scene."""

    serializer_class = SceneCommentRead
    queryset = SceneComment.objects.none()
    permission_classes: Any = (IsAuthenticatedOrReadOnly,)

    def seen(self, key: str) -> Scene:
        try:
            return scene_for(viewer=self.request.user, key=key)
        except Scene.DoesNotExist:
            raise Http404 from None

    def _of(self, scene: Scene) -> QuerySet[SceneComment]:
        viewer = self.request.user
        if viewer.is_authenticated and viewer.is_minor:
            return SceneComment.objects.none()
        shown = SceneComment.objects.visible_to(viewer).filter(scene=scene)
        return shown.select_related("person")

    @extend_schema(
        summary="Comments under a scene, the newest first",
        description="Empty for people under 18: comments are for adults.",
        responses=SceneCommentRead(many=True),
    )
    def list(self, request: Request, key: str) -> Response:  # noqa: ARG002
        page = self.paginate_queryset(self._of(self.seen(key))) or []
        return self.get_paginated_response(SceneCommentRead(page, many=True).data)

    @extend_schema(
        summary="Write under a scene",
        description="Screened like a caption: one in doubt waits until somebody looked.",
        request=SceneCommentWrite,
        responses={201: SceneCommentRead},
    )
    def create(self, request: Request, key: str) -> Response:
        scene = self.seen(key)
        data = valid(SceneCommentWrite(data=request.data))
        comment = services.write_comment(
            scene=scene,
            person=me(request),
            text=data["text"],
            address=address_of(request),
        )
        told = SceneCommentRead(comment).data
        return Response(told, status=status.HTTP_201_CREATED)


@extend_schema(tags=["scenes"])
class SceneCommentViewSet(viewsets.GenericViewSet[SceneComment]):
    queryset = SceneComment.objects.none()
    serializer_class = SceneCommentRead
    permission_classes: Any = (IsAuthenticated,)

    @extend_schema(
        summary="Remove a comment of mine, or one under a scene of mine",
        responses={204: None},
    )
    def destroy(self, request: Request, key: str) -> Response:
        try:
            comment = comment_for(viewer=me(request), key=key)
        except SceneComment.DoesNotExist:
            raise Http404 from None
        services.remove_comment(comment=comment, person=me(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["scenes"])
class SceneStatisticsViewSet(_OfScene):
    serializer_class = SceneStatisticsRead

    @extend_schema(
        summary="The numbers of a scene of mine",
        description=(
            f"A number under {FEWEST} people is told as “{FEW}”, so that nobody is"
            " recognised by what they chose."
        ),
        parameters=[
            OpenApiParameter(
                "version", int, description="Its number; left out: the one on stage."
            )
        ],
        responses=SceneStatisticsRead,
    )
    def retrieve(self, request: Request, key: str) -> Response:
        scene = self.seen(key)
        if scene.owner_id != me(request).pk:
            raise Problem(403, "permission_denied", "These numbers are the author's.")
        version = _version(request, scene)
        found = statistics_of(scene, version)
        told = {
            "version": version.number,
            "plays": found.plays,
            "finishes": found.finishes,
            "endings": found.endings,
            "crossings": found.crossings,
        }
        return Response(SceneStatisticsRead(told).data)


def _version(request: Request, scene: Scene) -> SceneVersion:
    text = request.query_params.get("version", "")
    if not text and scene.version is not None:
        return scene.version
    plain = text.isascii() and text.isdigit() and len(text) <= 9
    found = scene.versions.filter(number=int(text)).first() if plain else None
    if found is None:
        raise serializers.ValidationError(
            {"version": ["There is no such version. Take a number of its list."]}
        )
    return found

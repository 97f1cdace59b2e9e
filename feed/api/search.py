"""Search, suggestions, what there is to explore, and what trends, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from avatarfx.api.clips import LeadRead
from feed.api.post_shapes import PostRead
from feed.search.exploring import explore
from feed.search.finding import Found, Results, search
from feed.search.queries import KINDS, LONGEST
from feed.search.suggesting import EACH, suggestions
from feed.search.trending import trending_tags
from scenes.models import Scene
from socialapp.accounts.api import PersonRead
from streams.models import Stream

if TYPE_CHECKING:
    from rest_framework.request import Request


class PieceRead(serializers.Serializer[Any]):
    text = serializers.CharField(trim_whitespace=False)
    hit = serializers.BooleanField(help_text="This is what was looked for.")


class LineFoundRead(serializers.Serializer[Any]):
    speaker = serializers.CharField(help_text="Empty: the post's own character.")
    text = serializers.CharField()
    pieces = serializers.SerializerMethodField()
    at = serializers.FloatField(
        allow_null=True, help_text="Second of the first word; null: nothing plays it."
    )

    @extend_schema_field(PieceRead(many=True))
    def get_pieces(self, said: Any) -> list[dict[str, Any]]:
        return [{"text": text, "hit": hit} for text, hit in said.pieces]


class CharacterFoundRead(LeadRead):
    owner = PersonRead(read_only=True)

    class Meta(LeadRead.Meta):
        fields = ("key", "name", "tagline", "thumb", "owner", "url")  # type: ignore[assignment]


class SceneFoundRead(serializers.ModelSerializer[Scene]):
    owner = PersonRead(read_only=True)
    minutes = serializers.FloatField(source="version.minutes", read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Scene
        fields = ("key", "title", "logline", "rating", "minutes", "owner", "url")


class ShowFoundRead(serializers.ModelSerializer[Stream]):
    host = PersonRead(read_only=True)
    watching = serializers.IntegerField(read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Stream
        fields = ("key", "title", "host", "watching", "url")


_KINDS = [(kind, kind) for kind in KINDS]


class FoundRead(serializers.Serializer[Found]):
    """One of `post`, `character`, `scene`, `person` and `tag` is not null."""

    kind = serializers.ChoiceField(choices=_KINDS)
    url = serializers.CharField(help_text="Of a spoken line: at its second.")
    at = serializers.SerializerMethodField(
        help_text="Second at which the clip says it; null unless it is spoken."
    )
    said = LineFoundRead(allow_null=True, help_text="The line that has the words.")
    post = serializers.SerializerMethodField()
    character = serializers.SerializerMethodField()
    scene = serializers.SerializerMethodField()
    person = serializers.SerializerMethodField()
    tag = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["number", "null"]})
    def get_at(self, found: Found) -> float | None:
        return found.said.at if found.said else None

    @extend_schema_field(PostRead(allow_null=True))
    def get_post(self, found: Found) -> Any:
        if found.kind not in {"clip", "said"}:
            return None
        return PostRead(found.thing, context=self.context).data

    @extend_schema_field(CharacterFoundRead(allow_null=True))
    def get_character(self, found: Found) -> Any:
        return self._one(found, "character", CharacterFoundRead, found.thing)

    @extend_schema_field(SceneFoundRead(allow_null=True))
    def get_scene(self, found: Found) -> Any:
        scene = found.thing.scene if found.kind == "scene" else None
        return self._one(found, "scene", SceneFoundRead, scene)

    @extend_schema_field(PersonRead(allow_null=True))
    def get_person(self, found: Found) -> Any:
        return self._one(found, "person", PersonRead, found.thing)

    @extend_schema_field({"type": ["string", "null"]})
    def get_tag(self, found: Found) -> str | None:
        return found.thing.name if found.kind == "tag" else None

    def _one(self, found: Found, kind: str, shape: Any, thing: Any) -> Any:
        if found.kind != kind:
            return None
        return shape(thing, context=self.context).data


# One page, also where an action is called "list".
@extend_schema_serializer(many=False)
class ResultsRead(serializers.Serializer[Results]):
    next = serializers.CharField(
        allow_null=True, help_text="The next page of one kind; 200 results at most."
    )
    previous = serializers.CharField(allow_null=True, help_text="Always null.")
    mended = serializers.CharField(
        help_text="What was looked for instead, as nothing has what was typed; else empty."
    )
    results = FoundRead(many=True, help_text="The best first; without a kind by kind.")


class SuggestionRead(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["words", *EACH])
    text = serializers.CharField()
    url = serializers.CharField(help_text="Empty: words to search for.")


class SuggestionsRead(serializers.Serializer[Any]):
    suggestions = SuggestionRead(many=True)


class TrendRead(serializers.Serializer[Any]):
    name = serializers.CharField()
    people = serializers.IntegerField(help_text="Who used it in the last three days.")
    growth = serializers.FloatField(
        help_text="Over the four weeks before, in deviations of a count."
    )


class CreatorRead(serializers.Serializer[Any]):
    person = PersonRead()
    post = PostRead()


# One page, also where an action is called "list".
@extend_schema_serializer(many=False)
class ExploreRead(serializers.Serializer[Any]):
    trends = TrendRead(many=True)
    tags = serializers.ListField(
        child=serializers.CharField(), help_text="In use; only while nothing trends."
    )
    creators = CreatorRead(many=True)
    characters = CharacterFoundRead(many=True)
    scenes = serializers.SerializerMethodField()
    live = ShowFoundRead(many=True)

    @extend_schema_field(SceneFoundRead(many=True))
    def get_scenes(self, shown: Any) -> Any:
        scenes = [poster.scene for poster in shown.scenes]
        return SceneFoundRead(scenes, many=True, context=self.context).data


class _Open(viewsets.GenericViewSet[Any]):
    permission_classes = (AllowAny,)
    pagination_class = None


@extend_schema(tags=["search"])
class SearchViewSet(_Open):
    serializer_class = FoundRead

    @extend_schema(
        summary="Clips, spoken lines, characters, scenes, people and tags",
        description='Words, the last of which may be unfinished; `"in quotes"` a'
        " phrase; `-not`; `#tag`; `@handle`; `kind:clip`. No text is an error.",
        parameters=[
            OpenApiParameter("q", str, description=f"The first {LONGEST} characters."),
            OpenApiParameter(
                "kind", enum=list(KINDS), description="The best of each when left out."
            ),
            OpenApiParameter("cursor", str, description="As in `next`."),
            OpenApiParameter("mend", bool, description="False: only as it is typed."),
        ],
        responses=ResultsRead,
    )
    def list(self, request: Request) -> Response:
        query = request.query_params
        kind = query.get("kind", "")
        if kind and kind not in KINDS:
            raise serializers.ValidationError(
                {"kind": [f"Use one of {', '.join(KINDS)}."]}
            )
        found = search(
            request.user,
            query.get("q", ""),
            kind=kind,
            after=query.get("cursor", ""),
            mend=query.get("mend", "true") != "false",
            strict=True,
        )
        told = [one for shelf in found.shelves for one in shelf.found]
        context = self.get_serializer_context()
        return Response(
            {
                "next": self._next(found, kind),
                "previous": None,
                "mended": found.mended,
                "results": [FoundRead(one, context=context).data for one in told],
            }
        )

    def _next(self, found: Results, kind: str) -> str | None:
        if not found.after:
            return None
        query = {
            "q": found.mended or found.query.text,
            "kind": kind or found.query.kind,
            "cursor": found.after,
        }
        return self.request.build_absolute_uri(
            f"{self.request.path}?{urlencode(query)}"
        )

    @extend_schema(
        summary="What a search could be while it is typed",
        parameters=[OpenApiParameter("q", str)],
        responses=SuggestionsRead,
    )
    def suggest(self, request: Request) -> Response:
        found = suggestions(request.user, request.query_params.get("q", ""))
        return Response(SuggestionsRead({"suggestions": found}).data)


@extend_schema(tags=["search"])
class ExploreViewSet(_Open):
    serializer_class = ExploreRead

    @extend_schema(summary="What there is to explore", responses=ExploreRead)
    def list(self, request: Request) -> Response:
        context = self.get_serializer_context()
        return Response(ExploreRead(explore(request.user), context=context).data)

    @extend_schema(
        summary="Tags that more people use than they used to",
        responses=TrendRead(many=True),
    )
    def trending(self, request: Request) -> Response:
        return Response(TrendRead(trending_tags(request.user), many=True).data)

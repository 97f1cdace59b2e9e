"""Characters over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from moderation.screening import problems
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.api import PersonRead, me
from socialapp.accounts.circle import people_for
from socialapp.accounts.consent import Level
from socialapp.characters import selectors, services
from socialapp.characters.api.portraits import PortraitRead
from socialapp.characters.models import Character, Portrait
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


@refusal(services.CharacterError)
def _character_refused(error: services.CharacterError) -> Problem:
    cause = error.__cause__
    if isinstance(cause, TextRefusedError):
        return problems.text_refused(cause)
    return Problem(400, "invalid", str(error), field=error.field)


LEVELS = [("", "As your account"), *Level.choices]
STATES = {"type": "string", "enum": ["approved", "pending", "refused"]}


class CharacterRead(serializers.ModelSerializer[Character]):
    owner = PersonRead(read_only=True)
    mine = serializers.SerializerMethodField()
    persona = serializers.SerializerMethodField(help_text="Empty unless it is yours.")
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    portrait = PortraitRead(read_only=True, allow_null=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    approval = serializers.SerializerMethodField(
        help_text="Of what you wrote last: approved, pending (others see the words that"
        " were, or no character) or refused. Always approved for those of others."
    )
    approval_reason = serializers.SerializerMethodField(
        help_text="Why it waits or was refused; left empty in lists."
    )

    class Meta:
        model = Character
        fields = (
            "key",
            "name",
            "tagline",
            "greeting",
            "persona",
            "tags",
            "visibility",
            "approval",
            "approval_reason",
            "portrait",
            "voice",
            "voice_speed",
            "voice_pitch",
            "motion",
            "background",
            "starter",
            "in_cuts",
            "in_scenes",
            "remixing",
            "owner",
            "mine",
            "url",
            "created",
            "changed",
        )

    def get_mine(self, character: Character) -> bool:
        return bool(character.owner_id == self.context["request"].user.pk)

    def get_persona(self, character: Character) -> str:
        return character.persona if self.get_mine(character) else ""

    @extend_schema_field(STATES)
    def get_approval(self, character: Character) -> str:
        return character.approval if self.get_mine(character) else "approved"

    def get_approval_reason(self, character: Character) -> str:
        listed = isinstance(self.parent, serializers.ListSerializer)
        if listed or not self.get_mine(character):
            return ""
        return services.why_words_wait(character)


class MyPortrait(serializers.SlugRelatedField[Portrait]):
    """A portrait of whoever asks, by its key; others' do not exist."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            slug_field="key",
            queryset=Portrait.objects.none(),
            error_messages={"does_not_exist": "You have no such portrait."},
            **kwargs,
        )

    def get_queryset(self) -> QuerySet[Portrait]:
        return selectors.portraits_of(me(self.context["request"]))


class CharacterWrite(serializers.Serializer[Any]):
    """The service measures what is left after cleaning; these limits only bound it."""

    name = serializers.CharField(max_length=200)
    tagline = serializers.CharField(max_length=400, required=False, allow_blank=True)
    greeting = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    persona = serializers.CharField(max_length=16000, required=False, allow_blank=True)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=40, required=False
    )
    visibility = serializers.ChoiceField(
        choices=Character.Visibility.choices, required=False
    )
    portrait = MyPortrait(required=False, allow_null=True)
    voice = serializers.CharField(max_length=120, required=False)
    voice_speed = serializers.FloatField(min_value=0.5, max_value=2, required=False)
    voice_pitch = serializers.FloatField(min_value=-6, max_value=6, required=False)
    motion = serializers.ChoiceField(
        choices=Character._meta.get_field("motion").choices or [], required=False
    )
    background = serializers.CharField(max_length=80, required=False, allow_blank=True)
    in_cuts = serializers.BooleanField(
        required=False,
        help_text="Others may cut clips with this character out of shows.",
    )
    in_scenes = serializers.BooleanField(
        required=False,
        help_text="Others may cast this character in scenes, once everyone sees it.",
    )
    remixing = serializers.ChoiceField(
        choices=LEVELS,
        required=False,
        allow_blank=True,
        help_text="Whether others may make it speak their words, in remixes.",
    )


@extend_schema(tags=["characters"])
@extend_schema_view(retrieve=extend_schema(summary="One character"))
class CharacterViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Character]
):
    serializer_class = CharacterRead
    permission_classes = (IsAuthenticatedOrReadOnly,)
    queryset = Character.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    def get_queryset(self) -> QuerySet[Character]:
        user = self.request.user
        if self.action == "list":
            return self._listed()
        if self.action == "retrieve":
            return Character.objects.visible_to(user).full()
        return selectors.characters_of(owner=me(self.request), viewer=user)

    def _listed(self) -> QuerySet[Character]:
        """The paginator orders them: newest first."""
        user = self.request.user
        if self.request.query_params.get("of") == "cast" or not user.is_authenticated:
            return selectors.starter_cast()
        if self.request.query_params.get("of") == "usable":
            return selectors.usable_characters(me(self.request))
        return selectors.characters_of(owner=me(self.request), viewer=user)

    @extend_schema(
        summary="Characters: mine, the starter cast, or all that I may make speak",
        parameters=[
            OpenApiParameter(
                "of",
                enum=["mine", "cast", "usable"],
                description="Without an account it is always the cast.",
            )
        ],
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def _read(self, character: Character, **kwargs: Any) -> Response:
        context = self.get_serializer_context()
        return Response(CharacterRead(character, context=context).data, **kwargs)

    def get_object(self) -> Character:
        if self.action != "retrieve":
            return super().get_object()
        try:
            return selectors.character_for(self.request.user, self.kwargs["key"])
        except Character.DoesNotExist:
            raise Http404 from None

    @extend_schema(
        summary="Make a character",
        request=CharacterWrite,
        responses={201: CharacterRead},
    )
    def create(self, request: Request) -> Response:
        context = self.get_serializer_context()
        data = valid(CharacterWrite(data=request.data, context=context))
        character = services.create_character(owner=me(request), **data)
        return self._read(character, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a character", request=CharacterWrite, responses=CharacterRead
    )
    def partial_update(self, request: Request, key: str) -> Response:  # noqa: ARG002
        context = self.get_serializer_context()
        character = self.get_object()
        data = valid(CharacterWrite(data=request.data, context=context, partial=True))
        return self._read(services.change_character(character=character, **data))

    @extend_schema(summary="Remove a character", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_character(character=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["people"], summary="A person's characters that I may see")
class PersonCharactersViewSet(
    mixins.ListModelMixin, viewsets.GenericViewSet[Character]
):
    serializer_class = CharacterRead
    permission_classes = (AllowAny,)
    queryset = Character.objects.none()

    def get_queryset(self) -> QuerySet[Character]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        owner = get_object_or_404(
            people_for(self.request.user), username=self.kwargs["username"]
        )
        return selectors.characters_of(owner=owner, viewer=self.request.user)

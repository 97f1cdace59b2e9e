"""Character cards over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse  # noqa: TC002  the schema reads the hint
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.response import Response

from socialapp.accounts.api import me
from socialapp.characters import cards as services
from socialapp.characters import selectors
from socialapp.characters.api.characters import CharacterRead
from socialapp.characters.cards.download import download
from socialapp.characters.models import Character
from socialapp.lib.api.fields import BlobUrl, valid
from socialapp.lib.api.parsers import FileParser, StrictJSONParser
from socialapp.lib.api.problems import Problem, refusal
from socialapp.lib.cards import MAX_FILE
from socialapp.uploads.api.files import UploadKey, sent_file
from socialapp.uploads.models import Kind

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from rest_framework.request import Request

FORMATS = [("png", "PNG"), ("charx", "CHARX"), ("json", "JSON")]
_FILES = {
    (200, "image/png"): bytes,
    (200, "application/zip"): bytes,
    (200, "application/json"): bytes,
}


@refusal(services.ConfirmError)
def _confirm(error: services.ConfirmError) -> Problem:
    return Problem(409, "confirm_needed", str(error), field="confirm")


@refusal(services.NotYoursError)
def _not_yours(error: services.NotYoursError) -> Problem:
    return Problem(403, "permission_denied", str(error))


class CardParser(FileParser):
    field = "card"

    def most(self) -> int:
        return MAX_FILE

    def words(self, megabytes: int) -> str:
        return (
            f"This file is too large; we take cards up to {megabytes} MB. Save it"
            " without some of its pictures."
        )


class CardWrite(serializers.Serializer[Any]):
    card = serializers.FileField(
        help_text="PNG, JSON or CHARX of V1, V2 or V3, up to 20 MB."
    )

    def validate_card(self, card: UploadedFile[Any]) -> UploadedFile[Any]:
        # A body in chunks announced no length.
        if (card.size or 0) > MAX_FILE:
            raise CardParser().too_large()
        return card


class CardImportWrite(CardWrite):
    painting = serializers.BooleanField(
        default=False,
        help_text="A face in it that looks photographed is painted; a person checks.",
    )


class CardUploadWrite(CardImportWrite):
    card = None  # type: ignore[assignment]
    upload = UploadKey()


class ContentsRead(serializers.Serializer[Any]):
    greetings = serializers.IntegerField(help_text="Other first words.")
    openers = serializers.IntegerField(help_text="Greetings for groups and duets.")
    examples = serializers.IntegerField(help_text="Pairs of example dialogue.")
    entries = serializers.IntegerField(help_text="Of the lorebook.")


class LookRead(serializers.Serializer[Any]):
    """What a card would become."""

    read_as = serializers.ChoiceField(choices=["v1", "v2", "v3"])
    name = serializers.CharField()
    greeting = serializers.CharField(allow_blank=True)
    persona = serializers.CharField(allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField())
    expressions = serializers.IntegerField()
    contents = ContentsRead()
    kept = serializers.ListField(
        child=serializers.CharField(), help_text="Kept and not used, in sentences."
    )
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What is odd about the file."
    )


class CardReportRead(serializers.Serializer[Any]):
    """What became of a card, in sentences."""

    taken = serializers.ListField(child=serializers.CharField())
    kept = serializers.ListField(child=serializers.CharField())
    refused = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())


class ImportedRead(serializers.Serializer[Any]):
    character = CharacterRead()
    report = CardReportRead()


class ExpressionRead(serializers.Serializer[Any]):
    name = serializers.CharField()
    mood = serializers.CharField(
        allow_blank=True, help_text="One of the seven moods, if it is one."
    )
    picture = BlobUrl()
    thumb = BlobUrl()


class CardRead(serializers.Serializer[Any]):
    """What a character has beyond its fields."""

    open = serializers.BooleanField(help_text="Others may take the card.")
    contents = ContentsRead()
    expressions = ExpressionRead(many=True)
    report = CardReportRead(allow_null=True, help_text="Null when it was made here.")


class CardChange(serializers.Serializer[Any]):
    open = serializers.BooleanField()


class CardTake(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=FORMATS, default="png")
    confirm = serializers.BooleanField(
        default=False, help_text="All of the definition may leave."
    )


@extend_schema(tags=["cards"])
class CardViewSet(viewsets.GenericViewSet[Character]):
    """Cards that come in."""

    serializer_class = CardWrite
    parser_classes = (StrictJSONParser, CardParser)
    throttle_scope = "upload"

    @extend_schema(
        summary="What a card would become",
        description="Nothing is stored.",
        request={"multipart/form-data": CardWrite},
        responses=LookRead,
    )
    def preview(self, request: Request) -> Response:
        sent = valid(CardWrite(data=request.data))
        return Response(LookRead(services.look_at_card(sent["card"].read())).data)

    @extend_schema(
        summary="Import a card",
        description=(
            "Makes a private character. Sending the same file again within an hour"
            " answers with the same one."
        ),
        request={
            "multipart/form-data": CardImportWrite,
            "application/json": CardUploadWrite,
        },
        responses={201: ImportedRead},
    )
    def create(self, request: Request) -> Response:
        card = sent_file(
            request,
            form=CardImportWrite,
            uploaded=CardUploadWrite,
            field="card",
            kind=Kind.CARD,
        )
        with card as (sent, file):
            character = services.import_card(
                owner=me(request), data=file.data, painting=sent["painting"]
            )
        kept = selectors.card_file_of(character)
        body = {"character": character, "report": kept.report if kept else {}}
        context = self.get_serializer_context()
        return Response(
            ImportedRead(body, context=context).data, status=status.HTTP_201_CREATED
        )


@extend_schema(tags=["cards"])
class CharacterCardViewSet(viewsets.GenericViewSet[Character]):
    """The card of one character."""

    serializer_class = CardRead
    parser_classes = (StrictJSONParser,)
    queryset = Character.objects.none()
    lookup_field = "key"

    def _mine(self, request: Request, key: str) -> Character:
        return get_object_or_404(
            Character.objects.alive().full(), key=key, owner=me(request)
        )

    @extend_schema(summary="What is in a character's card", responses=CardRead)
    def retrieve(self, request: Request, key: str) -> Response:
        return self._read(self._mine(request, key))

    @extend_schema(
        summary="Say whether others may take the card",
        request=CardChange,
        responses=CardRead,
    )
    def partial_update(self, request: Request, key: str) -> Response:
        character = self._mine(request, key)
        sent = valid(CardChange(data=request.data))
        services.set_card_open(character=character, open_card=sent["open"])
        return self._read(character)

    @extend_schema(
        summary="Take a character along as a card",
        description=(
            "Its owner confirms, since the card holds all of the definition. PNG carries"
            " portrait and words, CHARX and JSON the expressions too."
        ),
        request=CardTake,
        responses=_FILES,
    )
    def take(self, request: Request, key: str) -> HttpResponse:
        shown = Character.objects.visible_to(request.user).full()
        character = get_object_or_404(shown, key=key)
        sent = valid(CardTake(data=request.data))
        file = services.export_card(
            character=character,
            person=request.user,
            kind=sent["kind"],
            confirmed=sent["confirm"],
        )
        return download(file)

    def _read(self, character: Character) -> Response:
        kept = selectors.card_file_of(character)
        body = {
            "open": kept is not None and kept.open,
            "contents": services.contents_of(character.card),
            "expressions": [
                {
                    "name": name,
                    "mood": services.mood_of(name),
                    "picture": portrait.ref,
                    "thumb": portrait.thumb,
                }
                for name, portrait in services.shown_expressions(character).items()
            ],
            "report": kept.report if kept and kept.imported else None,
        }
        return Response(CardRead(body).data)

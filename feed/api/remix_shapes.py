"""How remixes, trees and requests read and are written over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from avatarfx.api.clips import LeadRead
from avatarfx.api.speech import UsableCharacter
from avatarfx.remixes import RemixKind
from feed.api.post_shapes import PostRead
from feed.models import Remix, RemixAnswer, RemixPass, RemixRequest
from feed.models.remixes import MAX_WORD
from feed.remixes.tree import AWAY, GONE, REMOVED, SHOWN, UNLINKED
from socialapp.accounts.api import PersonRead
from socialapp.accounts.consent import Level

BRANCHES = [
    (state, state.capitalize()) for state in (SHOWN, REMOVED, GONE, AWAY, UNLINKED)
]


class AllowedKindRead(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=RemixKind.choices)
    state = serializers.ChoiceField(choices=Level.choices)
    why = serializers.CharField(help_text="The rule and the way out, when it is off.")
    asks = serializers.ListField(
        child=serializers.CharField(), help_text="Handles of whom it needs the consent."
    )


class AllowedRead(serializers.Serializer[Any]):
    post = serializers.CharField()
    kinds = AllowedKindRead(many=True)
    tickets = serializers.IntegerField(help_text="That making it takes: always 1.")


class BranchRead(serializers.Serializer[Any]):
    state = serializers.ChoiceField(
        choices=BRANCHES,
        help_text="removed and gone keep the credit; away is not for you, and unlinked"
        " is a gap that its author left.",
    )
    kind = serializers.ChoiceField(
        choices=RemixKind.choices, help_text="How the next one was made of it."
    )
    title = serializers.CharField(allow_null=True)
    handle = serializers.CharField(allow_null=True)
    characters = serializers.ListField(child=serializers.CharField())
    post = PostRead(allow_null=True)


class TreeRead(serializers.Serializer[Any]):
    post = serializers.CharField()
    remixes = serializers.IntegerField(help_text="Public ones made of it.")
    above = BranchRead(many=True, help_text="The first original first.")


class RemixPageRead(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True, help_text="Always null.")
    results = PostRead(many=True)


class RemixWrite(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=RemixKind.choices)
    character = UsableCharacter(
        required=False, help_text="Who speaks; of a rewrite it is theirs."
    )
    script = serializers.CharField(
        max_length=20_000,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="Of a revoice it is the original's.",
    )
    title = serializers.CharField(max_length=400, required=False, allow_blank=True)
    caption = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    seat = serializers.CharField(
        max_length=8,
        required=False,
        allow_blank=True,
        help_text="Of a talk: whose lines the character says.",
    )
    publish = serializers.BooleanField(default=True)


class RemixMadeRead(serializers.Serializer[Any]):
    """A clip when it is made, a request when somebody has to be asked first."""

    clip = serializers.CharField(
        allow_null=True, help_text="Key; follow it as any clip."
    )
    request = serializers.CharField(allow_null=True, help_text="Key of the request.")
    url = serializers.CharField()


class RemixRequestWrite(RemixWrite):
    post = serializers.CharField(max_length=16)


class RemixAnswerRead(serializers.ModelSerializer[RemixAnswer]):
    handle = serializers.CharField(source="person.username")

    class Meta:
        model = RemixAnswer
        fields = ("handle", "agreed", "word", "decided")


class RemixRequestRead(serializers.ModelSerializer[RemixRequest]):
    asker = PersonRead(read_only=True)
    post = serializers.SerializerMethodField(
        help_text="Key; null: it is not on show for you any more."
    )
    character = LeadRead(read_only=True)
    answers = RemixAnswerRead(many=True, read_only=True)
    clip = serializers.SerializerMethodField(help_text="Key of what you made of it.")

    class Meta:
        model = RemixRequest
        fields = (
            "key",
            "asker",
            "post",
            "kind",
            "character",
            "script",
            "title",
            "caption",
            "seat",
            "sha256",
            "state",
            "answers",
            "clip",
            "created",
            "decided",
            "expires",
        )

    def get_post(self, request: RemixRequest) -> str | None:
        return request.post.key if getattr(request, "post_named", True) else None

    def get_clip(self, request: RemixRequest) -> str | None:
        mine = request.asker_id == self.context["request"].user.pk
        return request.clip.key if mine and request.clip else None


class RemixDecisionWrite(serializers.Serializer[Any]):
    agreed = serializers.BooleanField()
    word = serializers.CharField(
        max_length=4 * MAX_WORD, required=False, allow_blank=True, default=""
    )
    always = serializers.BooleanField(
        default=False, help_text="With a yes: they need not ask you again."
    )


class OutcomeWrite(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=Remix.Outcome.choices)
    post = serializers.CharField(
        max_length=16,
        required=False,
        help_text="Key of one remix; left out: all that were made of this post.",
    )


class OutcomeOfOneWrite(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=Remix.Outcome.choices)


class MadeOfMineRead(serializers.ModelSerializer[Remix]):
    """A remix that somebody made of a clip of mine, or with a character of mine."""

    key = serializers.CharField(source="child.key", help_text="Of the remix.")
    handle = serializers.CharField(source="child.author.username", help_text="By whom.")
    title = serializers.CharField(source="child.title")
    kept_back = serializers.BooleanField(
        source="child.kept_back", help_text="Its maker alone sees it."
    )
    original = serializers.SerializerMethodField(
        help_text="Key; null: it is gone, or not on show for you."
    )
    wanted = serializers.ChoiceField(
        choices=Remix.Outcome.choices, source="chosen", help_text="By you."
    )

    class Meta:
        model = Remix
        fields = (
            "key",
            "handle",
            "title",
            "kind",
            "original",
            "outcome",
            "wanted",
            "kept_back",
            "created",
        )
        extra_kwargs = {
            "outcome": {"help_text": "The furthest that anybody who may wants."}
        }

    def get_original(self, remix: Remix) -> str | None:
        parent = remix.parent
        if parent is None or parent.removed is not None:
            return None
        return parent.key if getattr(remix, "parent_named", False) else None


@extend_schema_serializer(many=False)
class MadeOfMinePageRead(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    results = MadeOfMineRead(many=True)


class OutcomeRead(serializers.Serializer[Any]):
    changed = serializers.IntegerField()


class RemixPassRead(serializers.ModelSerializer[RemixPass]):
    person = PersonRead(read_only=True)

    class Meta:
        model = RemixPass
        fields = ("person", "created")
